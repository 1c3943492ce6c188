"""How much may be in one place: siblings in a folder, parameters of a function, untyped dictionaries."""

from __future__ import annotations

import re
from pathlib import Path

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import Source, parameters, relative, sources, tracked

MOST_SIBLINGS = 20
MOST_PARAMETERS = 7
CODE = ("portal", "sandbox", "bench", "tests")
COUNTED = {".py", ".html", ".j2", ".typ", ".css"}


def siblings() -> Found:
    """Files of one kind and folders, for each folder of code, templates and styles; ``__init__.py`` is none."""
    members: dict[Path, set[str]] = {}
    for path in tracked(*CODE, "templates", "static/css"):
        if path.suffix in COUNTED and path.name != "__init__.py":
            members.setdefault(path.parent, set()).add(path.name)
            members.setdefault(path.parent.parent, set()).add(path.parent.name)
    return {relative(folder): len(names) for folder, names in members.items()}


@rule("siblings", todo=f"at most {MOST_SIBLINGS} siblings in a folder. Make a folder for a noun of its own")
def crowded_folders() -> Found:
    return {folder: count for folder, count in siblings().items() if count > MOST_SIBLINGS}


def test_no_folder_is_crowded() -> None:
    """Seen failing with 21 files in a folder, and with one more in a folder that is listed."""
    hold("siblings")


def crowded_functions(source: Source) -> Found:
    """Functions of a file with more parameters than can be read at a glance."""
    return {
        f"{source.name}: {name}": parameters(function)
        for name, function in source.functions
        if parameters(function) > MOST_PARAMETERS
    }


@rule(
    "parameters",
    todo=f"at most {MOST_PARAMETERS} parameters. Make a frozen dataclass of what belongs together, as NewOrder",
)
def long_signatures() -> Found:
    return {key: count for source in sources(*CODE) for key, count in crowded_functions(source).items()}


def test_no_function_takes_too_many_parameters() -> None:
    """Seen failing with an eighth parameter of a function, and with one more of a function that is listed."""
    hold("parameters")


def per_file(pattern: str, *below: str) -> Found:
    """How often a pattern occurs in each file."""
    wanted = re.compile(pattern)
    counts = {source.name: len(wanted.findall(source.text)) for source in sources(*below)}
    return {name: count for name, count in counts.items() if count}


@rule("fmt_skip", todo="the formatter is law: no fmt: skip. Shorten the expression or give its parts names")
def lines_without_formatter() -> Found:
    return per_file(r"#\s*fmt:\s*(skip|off)", *CODE, "migrations")


def test_the_formatter_is_law() -> None:
    """Seen failing with a ``fmt: skip`` in a file that had none, and with one more in a file that is listed."""
    hold("fmt_skip")


@rule("untyped_dicts", todo="dict[str, Any] says nothing of its keys. Make a dataclass or a TypedDict")
def untyped_dictionaries() -> Found:
    return per_file(r"\bdict\[str, Any\]", "portal")


def test_untyped_dictionaries_are_listed() -> None:
    """Seen failing with a ``dict[str, Any]`` in a file that is not listed, and with a listed file that has none left."""
    hold("untyped_dicts")
