"""From plain data to a PDF, with Typst and the templates in ``templates/pdf``.

The data reach the template as one JSON value; nothing of them is ever read as markup or code, so a customer called
``#read("/etc/passwd")`` is printed as just that. Rendering takes time and no database: callers leave their
transaction first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from portal.foundation.config import resource_dir

log = structlog.get_logger(__name__)

KINDS = ("invoice", "statement", "slip", "receipt")
COMPILER = Path(__file__).with_name("compiler.py")
# About 170 pages. Beyond that a spreadsheet is more useful, and costs a hundredth.
MOST_LINES = 5_000
MOST_SECONDS = 30
# What an interpreter may need to start. The rest of the portal's environment holds secrets.
KEPT = ("LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")


class TooLong(Exception):
    """More lines than a PDF is made for."""


def pdf(kind: str, data: Mapping[str, Any], *, moment: datetime) -> bytes:
    """The document as PDF; the same data and moment give the same bytes.

    :param kind: ``invoice`` (credit memos, too), ``statement``, ``slip`` or ``receipt``.
    :param data: strings, booleans and lists of them, ready to print; each kind has a function that puts them together.
    :param moment: when the document was made, for its properties: the document's own date, not the clock's.
    :raises TooLong: with more than :data:`MOST_LINES` lines, or when the compiler takes too long.
    """
    if kind not in KINDS:
        raise ValueError(f"no template for {kind}")
    if len(data["lines"]) > MOST_LINES:
        raise TooLong
    asked = {
        "kind": kind,
        "folder": _folder(),
        "data": data,
        "moment": moment.replace(microsecond=0).isoformat(),  # the compiler takes whole seconds
    }
    done = _run(json.dumps(asked).encode())
    if done.returncode:
        raise RuntimeError(f"{kind} was not compiled: {done.stderr.decode(errors='replace')[-2000:]}")
    if done.stderr:
        letters = sorted(set(done.stderr.decode()))
        log.warning(
            "a document lacks letters that no font of this machine has; see docs/operations.md",
            document=kind,
            letters=[f"U+{ord(letter):04X}" for letter in letters],
        )
    return done.stdout


def lacking(letters: str) -> str:
    """Those of these letters that documents cannot show, for want of a font."""
    if not letters:
        return ""
    asked = {"kind": "letters", "folder": _folder(), "data": letters, "moment": "2000-01-01T00:00:00+00:00"}
    return _run(json.dumps(asked).encode()).stderr.decode()


def _folder() -> str:
    return str(resource_dir("templates") / "pdf")


def _run(request: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [sys.executable, "-P", str(COMPILER)],
            input=request,
            capture_output=True,
            timeout=MOST_SECONDS,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise TooLong from late


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ}
