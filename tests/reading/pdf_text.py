"""What a PDF says, for comparing it with pages, files and the database."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader


def read(content: bytes) -> PdfReader:
    assert content.startswith(b"%PDF-")
    return PdfReader(io.BytesIO(content))


def words(content: bytes) -> str:
    """All words of all pages, white space folded; without the places where a long word may break."""
    text = " ".join(page.extract_text() for page in read(content).pages).replace("\u200b", "")
    return re.sub(r"\s+", " ", text).strip()
