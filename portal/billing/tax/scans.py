"""What an uploaded file is: a PDF, PNG or JPEG that is whole. Bytes in, an answer out; nothing is ever run or drawn."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

PDF = re.compile(rb"%PDF-[12]\.[0-9]")
OBJECT = re.compile(rb"[0-9]+\s+[0-9]+\s+obj\b")
# Where the table of objects begins, and the end: some programs write a little after it.
TRAILER = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF")
TAIL = 2048
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Markers of a JPEG that say its size; 0xC4, 0xC8 and 0xCC say something else.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA


def file_type(data: bytes) -> tuple[str, str] | None:
    """Media type and ending of a whole PDF, PNG or JPEG; None for anything else. Its name and what the browser says are
    not trusted."""
    return next(((kind, ending) for whole, kind, ending in KINDS if whole(data)), None)


def begins_like_one(data: bytes) -> bool:
    """True for what calls itself one of them, whole or not: then the words say that it does not open."""
    return data.startswith((b"%PDF-", PNG, JPEG))


def whole_pdf(data: bytes) -> bool:
    """It begins as a PDF, has objects, and ends with the place of their table, which is inside it."""
    if not PDF.match(data) or not OBJECT.search(data):
        return False
    found = TRAILER.findall(data[-TAIL:])
    return bool(found) and int(found[-1]) < len(data)


def whole_png(data: bytes) -> bool:
    """Its chunks follow each other to the last one, each with its check sum, and it has a size."""
    if not data.startswith(PNG):
        return False
    at, names = len(PNG), []
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            return False
        names.append(name)
        if name == b"IEND":
            break
        at = end + 4
    return names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and b"IDAT" in names and _png_size(data)


def _png_size(data: bytes) -> bool:
    width, height = struct.unpack_from(">II", data, len(PNG) + 8)
    return bool(width and height)


def whole_jpeg(data: bytes) -> bool:
    """Its segments follow each other to the picture, one of them says its size, and the picture has an end."""
    if not data.startswith(JPEG):
        return False
    at, sized = 2, False
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xFF:  # padding
            at += 1
            continue
        sized = sized or (marker in FRAMES and data[at + 5 : at + 7] != b"\0\0" and length >= 8)
        at += 2 + length
        if marker == SCAN:
            return sized and b"\xff\xd9" in data[at:]
    return False


Whole = Callable[[bytes], bool]
KINDS: tuple[tuple[Whole, str, str], ...] = (
    (whole_pdf, "application/pdf", "pdf"),
    (whole_png, "image/png", "png"),
    (whole_jpeg, "image/jpeg", "jpg"),
)
