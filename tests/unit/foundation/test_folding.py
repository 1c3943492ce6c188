"""One spelling for every search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.wording import fold, fold_like


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Crème Façade Élite", "creme facade elite"),
        ("Cre\u0300me", "creme"),
        ("Señorita", "senorita"),
        ("Müller weiß", "muller weiss"),
        ("WEIẞ", "weiss"),
        ("Wójcik Łódź", "wojcik lodz"),
        ("Ærø Øster Åkjær", "aero oster akjaer"),
        ("Œuvre", "oeuvre"),
        ("İstanbul ışık", "istanbul isik"),
        ("3M™ O’Brien", "3mtm o'brien"),
        ("ﬁne ½", "fine 1/2"),
        ("ΟΔΟΣ ὁδός", "οδοσ οδοσ"),
        ("Жёлтый", "желтыи"),
        ("דֶּבֶק", "דבק"),
        ("طِلاء", "طلاء"),
    ],
)
def test_accents_and_case_are_left_out(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_wildcards_are_text() -> None:
    assert fold_like("50 % Ö_l\\") == r"%50 \% o\_l\\%"
