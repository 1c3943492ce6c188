"""How a file was saved is found out from the file."""

from __future__ import annotations

import pytest

from portal.intake.dialect import encoding_of, instruction, separator_of

TEXT = "code,name\nT-1,Façade primer\nT-2,Pinsel 2,5 cm\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_are_certain_are_told_apart(encoding: str) -> None:
    saved = TEXT.encode(encoding)
    assert saved.decode(encoding_of(saved)) == TEXT


@pytest.mark.parametrize("head", [b"", b"a", b"number\n\x00\n", TEXT.encode("cp1252"), b"\x00" * 100])
def test_everything_else_is_read_as_utf_8(head: bytes) -> None:
    assert encoding_of(head) == "utf-8-sig"


@pytest.mark.parametrize(
    ("line", "sign"), [("sep=;\r\n", ";"), ('"sep=,"\n', ","), ("SEP=\t\n", "\t"), ("sep=,,,\n", ",")]
)
def test_the_line_for_spreadsheets_is_understood(line: str, sign: str) -> None:
    assert instruction(line) == sign


@pytest.mark.parametrize("line", ["separator,name\n", "sep\n", "sep=", ""])
def test_other_lines_are_headers(line: str) -> None:
    assert instruction(line) is None


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_by_which_the_names_are_known(sign: str) -> None:
    assert separator_of(sign.join(["Code", '"name"', "a, b; c"]) + "\r\n", ("code", "name")) == sign


def test_a_comma_where_nothing_is_known() -> None:
    assert separator_of("a;b;c\n", ("code", "name")) == ","
