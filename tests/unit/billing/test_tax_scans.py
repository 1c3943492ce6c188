"""What an uploaded file is: whole, or refused."""

from __future__ import annotations

import pytest

from portal.billing.tax.scans import begins_like_one, file_type
from tests.pages.billing.documents.papers import jpeg, pdf, png

WHOLE = {"application/pdf": pdf(), "image/png": png(), "image/jpeg": jpeg()}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_file_is_what_it_is(kind: str) -> None:
    found = file_type(WHOLE[kind])
    assert found is not None
    assert found[0] == kind
    assert file_type(WHOLE[kind] + b"\r\n") == found, "some programs write a little after the end"


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_was_cut_anywhere_is_refused(kind: str) -> None:
    """Seen failing with the first bytes alone: 16 bytes exempted a company."""
    whole = WHOLE[kind].rstrip()
    for length in range(len(whole)):
        assert file_type(whole[:length]) is None, length
        assert length < 8 or begins_like_one(whole[:length])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<html><script>",
        b"%PDF-1.4 nothing",
        b"%PDF-1.4\nstartxref\n9\n%%EOF",
        b"%PDF-9.4\n1 0 obj\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\n1 0 obj\nstartxref\n99999\n%%EOF",
        b"\x89PNG\r\n\x1a\n....",
        png().replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xff\xff\xff\xff\xff",
        jpeg().replace(b"\xff\xc0", b"\xff\xc4"),
    ],
)
def test_what_only_begins_like_one_is_refused(data: bytes) -> None:
    assert file_type(data) is None
