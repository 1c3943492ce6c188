"""One style sheet and one script for every page, put together from their parts.

The parts stay small files that say one thing each; a browser asks for two files, once, and keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

# The order of the sheets' layers is decided in the first one; print comes last.
FIRST_SHEETS = ("tokens", "reset", "elements", "layout", "shell")
LAST_SHEETS = ("print",)
LEFT_OUT = ("styleguide",)
HTMX = "vendor/htmx-2.0.11/htmx.min.js"
_EXPORT = re.compile(r"^export (?=(?:const|let|function|async function) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s+")


def sheet(static: Path) -> str:
    """All style sheets, without comments and indentation."""
    folder = static / "css"
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.css")}
    between = sorted(known.keys() - {*FIRST_SHEETS, *LAST_SHEETS, *LEFT_OUT}, key=_components_first)
    text = "\n".join(known[name].read_text() for name in (*FIRST_SHEETS, *between, *LAST_SHEETS))
    return _INDENT.sub("\n", _COMMENT.sub("", text)).strip() + "\n"


def _components_first(name: str) -> tuple[bool, bool, str]:
    return not name.startswith("components/"), name != "staff", name


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


BUNDLES: Mapping[str, tuple[str, Callable[[Path], str]]] = {
    "portal.css": ("text/css", sheet),
    "portal.js": ("text/javascript", script),
}
