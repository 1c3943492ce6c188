"""A separate process that turns one document into a PDF: data on standard input, the PDF on standard output, and on
standard error the letters that no font of this machine has.

Run by path by :mod:`portal.billing.documents.pdf`, so it imports nothing of the portal. In its own process a
long document can be stopped, its memory is given back, and the secrets of the portal's environment are out of reach.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from datetime import datetime
from typing import Literal, TypedDict

import typst

MOST_MEMORY = 3 * 1024**3  # bytes of address space
# Accessible PDF: tagged, so that a screen reader finds its way.
Standard = Literal["ua-1"]
# How the compiler names a letter that would be an empty box. Only with the standard does it say so.
CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
LACKING = re.compile(r'the text `"(.+?)"` could not be displayed')


class Request(TypedDict):
    """What is to be printed: ``data`` is for the template, ``moment`` is ISO 8601."""

    kind: str
    folder: str
    data: object
    moment: str


def main() -> None:
    os.nice(5)  # pages come first
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    asked: Request = json.load(sys.stdin)
    try:
        made = compiled(asked, "ua-1")
    except typst.TypstError as error:
        named = CODE.sub(lambda code: chr(int(code[1], 16)), "".join(LACKING.findall(error.diagnostic)))
        lacking = "".join(sorted(set(named)))
        # It misses the standard, but is still readable, and says itself what it lacks.
        made = compiled(asked, None, lacking)
        sys.stderr.write(lacking)
    sys.stdout.buffer.write(made)


def compiled(asked: Request, standard: Standard | None, lacking: str = "") -> bytes:
    """The document as PDF; no file outside the folder of the templates is read."""
    made: bytes = typst.compile(
        f"{asked['folder']}/{asked['kind']}.typ",
        root=asked["folder"],
        # The machine's own fonts are only used for characters that the compiler's fonts lack.
        font_paths=typst.Fonts(include_system_fonts=True, include_embedded_fonts=True),
        sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False), "lacking": lacking},
        pdf_standards=standard,
        timestamp=datetime.fromisoformat(asked["moment"]),
    )
    return made


if __name__ == "__main__":
    main()
