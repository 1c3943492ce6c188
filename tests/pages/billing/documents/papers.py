"""Files as small as programs make them, whole: a PDF, a PNG, a JPEG; and a certificate that counts."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.tax import TaxExemption
from tests.builders import NOW


def pdf(contents: bytes = b"a certificate") -> bytes:
    """One empty page; ``contents`` in a comment."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    )
    data, places = b"%PDF-1.4\n%" + contents + b"\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(data)
    data += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table


def png() -> bytes:
    """One white dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    dots = zlib.compress(b"\0\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """Its segments without a picture worth seeing."""
    frame = b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0"
    return b"\xff\xd8\xff\xe0\0\x04JF" + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x7f\xff\xd9"


def certificate(session: Session, company: Company, **fields: Any) -> TaxExemption:
    """An accepted one for NY, for the year 2026."""
    known: dict[str, Any] = {
        "region": "NY",
        "reason": "resale",
        "certificate_number": "R-1",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "added_at": NOW,
        "state": "accepted",
        "counts_from": NOW,
        "file_name": "a.png",
        "file_type": "image/png",
        "file": png(),
    }
    made = TaxExemption(company_id=company.id, **{**known, **fields})
    session.add(made)
    session.commit()
    return made


def waiting(session: Session, company: Company, **fields: Any) -> TaxExemption:
    """One that nobody has looked at."""
    return certificate(session, company, **{"state": "waiting", "counts_from": None, **fields})
