"""One style sheet and one script for a page, put together from their parts.

The parts stay small files that say one thing each; a browser asks for two files and keeps them. ``portal.css`` is what
every page needs, ``portal+orders.css`` has the sheet of one part of the portal besides, whose rules hold there only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

# The order of the layers is decided in the first one.
SHEETS = (
    "tokens",
    "reset",
    "elements",
    "layout",
    "shell",
    "components/buttons",
    "components/fields",
    "components/surfaces",
    "components/tables",
    "components/progress",
    "staff",
    "print",
)
NAME = re.compile(r"portal((?:\+[a-z]+)*)\.css|portal\.js")
HTMX = "vendor/htmx-2.0.11/htmx.min.js"
_EXPORT = re.compile(r"^export (?=(?:const|let|function|async function) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s+")


def bundle(name: str, static: Path) -> tuple[str, str] | None:
    """The kind and the text of a bundle; None if the name is that of no bundle."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    if name.endswith(".js"):
        return "text/javascript", script(static)
    parts = [static / "css" / f"{each}.css" for each in (*SHEETS, *filter(None, (found[1] or "").split("+")))]
    return ("text/css", sheet(parts)) if all(part.is_file() for part in parts) else None


def sheet(parts: Sequence[Path]) -> str:
    """Style sheets as one, without comments and indentation."""
    text = "\n".join(part.read_text() for part in parts)
    return _INDENT.sub("\n", _COMMENT.sub("", text)).strip() + "\n"


def script(static: Path) -> str:
    """htmx, all behaviours, and what connects them to the page."""
    behaviours = sorted((static / "js" / "behaviours").glob("*.js"))
    parts = "".join(_behaviour(path) for path in behaviours)
    connecting = (static / "js" / "app.js").read_text()
    return f'{(static / HTMX).read_text()}\n(() => {{\n"use strict";\nconst behaviours = [];\n{parts}{connecting}}})();\n'


def _behaviour(path: Path) -> str:
    """A module as a function of its own: one that fails takes no other along."""
    source = path.read_text()
    exported = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", source)
    return (
        f"try {{ behaviours.push((() => {{\n{body}return {{ {exported} }};\n}})()); }}"
        f" catch (error) {{ console.error({path.stem!r}, error); }}\n"
    )
