"""A process of its own that turns one document into a PDF: data on standard input, the PDF on standard output.

Run by path by :mod:`portal.billing.documents.rendering`, so it imports nothing of the portal. In its own process a
long document can be stopped, its memory is given back, and the secrets of the portal's environment are out of reach.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime
from typing import Any, Literal

import typst

MOST_MEMORY = 3 * 1024**3  # bytes of address space
# Accessible PDF: tagged, so that a screen reader finds its way.
Standard = Literal["ua-1"]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asked: dict[str, Any] = json.load(sys.stdin)
    try:
        made = compiled(asked, "ua-1")
    except typst.TypstError:
        # Letters that no font here has break the standard, not the document.
        made = compiled(asked, None)
    sys.stdout.buffer.write(made)


def compiled(asked: dict[str, Any], standard: Standard | None) -> bytes:
    """The document; no file outside the folder of the templates is read."""
    made: bytes = typst.compile(
        f"{asked['folder']}/{asked['kind']}.typ",
        root=asked["folder"],
        # The machine's own fonts serve only for letters that those in the compiler do not have.
        font_paths=typst.Fonts(include_system_fonts=True, include_embedded_fonts=True),
        sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
        pdf_standards=standard,
        timestamp=datetime.fromisoformat(asked["moment"]),
    )
    return made


if __name__ == "__main__":
    main()
