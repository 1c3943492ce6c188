"""What templates may not contain: imports that nobody uses, lines too long to read, sentences as flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import ROOT, relative, templates

LONGEST_LINE = 160
_PARSER = Environment(autoescape=True)


@cache
def parsed(path: Path) -> nodes.Template:
    return _PARSER.parse(path.read_text())


def imported(template: nodes.Template) -> set[str]:
    """Names that a template imports."""
    names = {node.target for node in template.find_all(nodes.Import)}
    for node in template.find_all(nodes.FromImport):
        names |= {name[1] if isinstance(name, tuple) else name for name in node.names}
    return names


def used(template: nodes.Template) -> set[str]:
    """Names that a template reads, in itself or in what it includes and what does not import them itself."""
    names = set(_read(template, frozenset()))
    for node in template.find_all(nodes.Include):
        if isinstance(node.template, nodes.Const):
            included = parsed(ROOT / "templates" / node.template.value)
            names |= used(included) - imported(included)
    return names


def _read(node: nodes.Node, bound: frozenset[str]) -> Iterator[str]:
    """Names that are read and that are neither a macro's parameter nor a loop's variable."""
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in bound:
        yield node.name
    if isinstance(node, nodes.Macro | nodes.CallBlock):
        bound |= {argument.name for argument in node.args}
    if isinstance(node, nodes.For):
        bound |= {name.name for name in nodes.Tuple([node.target], "store").find_all(nodes.Name)}
    for child in node.iter_child_nodes():
        yield from _read(child, bound)


@rule("template_imports", todo="a template imports what it does not use; take it out")
def unused_imports() -> Found:
    return {
        f"{relative(path)}: {name}": 1
        for path in templates()
        for name in imported(parsed(path)) - used(parsed(path))
    }


def test_templates_import_what_they_use() -> None:
    """Seen failing with a macro imported and not called."""
    hold("template_imports")


@rule(
    "template_lines",
    todo=f"no line of a template above {LONGEST_LINE} characters: one argument or one element a line",
)
def long_lines() -> Found:
    return Counter(
        relative(path)
        for path in templates()
        for line in path.read_text().splitlines()
        if len(line) > LONGEST_LINE
    )


def test_lines_of_templates_can_be_read() -> None:
    """Seen failing with a line of 161 characters in a template that had none, and with one more in one listed."""
    hold("template_lines")


def sentences_compared(template: nodes.Template) -> Iterator[str]:
    """Sentences that a template compares something with."""
    for node in template.find_all(nodes.Compare):
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        for side in sides:
            yield from (each.value for each in _constants(side) if " " in each.value.strip())


def _constants(side: nodes.Node) -> Iterator[nodes.Const]:
    found = [side] if isinstance(side, nodes.Const) else []
    if isinstance(side, nodes.List | nodes.Tuple):
        found = [item for item in side.items if isinstance(item, nodes.Const)]
    return (each for each in found if isinstance(each.value, str))


@rule(
    "template_sentences",
    todo="a template compares something with words people read; rewording them would change what the page does. "
    "Hand it a code or a flag",
)
def comparisons_with_sentences() -> Found:
    return Counter(
        f"{relative(path)}: {words}" for path in templates() for words in sentences_compared(parsed(path))
    )


def test_no_template_compares_something_with_a_sentence() -> None:
    """Seen failing with ``{% if line.problem == "No longer made." %}`` and with ``in ("a b", "c")``."""
    hold("template_sentences")
