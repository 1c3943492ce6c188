"""Answers that are files to keep."""

from __future__ import annotations

from flask import Response


def pdf_download(content: bytes, file_name: str) -> Response:
    """A PDF to be kept; no cache keeps it, because it says what somebody owes."""
    return Response(
        content,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}.pdf"',
            "Cache-Control": "no-store",
        },
    )
