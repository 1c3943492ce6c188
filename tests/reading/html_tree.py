"""Reads HTML as a browser does, and says where a page is not what its author wrote.

A browser repairs everything: it closes what is open, moves text out of tables and drops tags it cannot place. So
the tree it builds is compared with the nesting that the source says; where they differ, the page is invalid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import turbohtml
from turbohtml import TokenType

SVG = "{http://www.w3.org/2000/svg}"
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass
class Written:
    """An element as the source has it: where it begins, what it lies in and what it says itself."""

    tag: str
    place: tuple[int, int]
    within: tuple[int, int] | None
    words: str = ""


@dataclass
class Source:
    """The nesting that a text of HTML writes down, and what is wrong with it."""

    elements: dict[tuple[int, int], Written] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    open: list[Written] = field(default_factory=list)

    def read(self, body: str, *, fragment: bool) -> None:
        """Take in a whole page or fragment."""
        declared = fragment
        for token in turbohtml.tokenize(body):
            if token.type is TokenType.DOCTYPE:
                declared = True
            elif token.type is TokenType.START_TAG:
                self._start(token)
            elif token.type is TokenType.END_TAG:
                self._end(token)
            elif token.type is TokenType.TEXT and self.open:
                self.open[-1].words += token.data or ""
        self.errors += [f"{each.place}: <{each.tag}> is never closed" for each in self.open]
        if not declared:
            self.errors.append("no doctype")

    def _start(self, token: Any) -> None:
        place = (token.line, token.col)
        found = Written(token.tag, place, self.open[-1].place if self.open else None)
        self.elements[place] = found
        if token.tag not in VOID and not token.self_closing:
            self.open.append(found)

    def _end(self, token: Any) -> None:
        place = (token.line, token.col)
        if not self.open:
            self.errors.append(f"{place}: </{token.tag}> closes nothing")
        elif self.open[-1].tag != token.tag:
            self.errors.append(f"{place}: </{token.tag}> while <{self.open[-1].tag}> is open")
        if any(each.tag == token.tag for each in self.open):
            while self.open.pop().tag != token.tag:
                pass


def parse(body: str, *, fragment: bool = False) -> tuple[ElementTree.Element, list[str]]:
    """The tree of a page or of a part of one, and its errors: none for valid HTML."""
    source = Source()
    source.read(body, fragment=fragment)
    options = {"scripting": True}  # as the tokens: what <noscript> holds is text, and is read on its own
    # A part of a page has no doctype; what a parser says of its characters is the same in a whole page.
    document = turbohtml.parse(body, **options)
    root = turbohtml.parse_fragment(body, **options) if fragment else document
    errors = source.errors + [
        f"{(e.line, e.col)}: {e.code}" for e in document.errors if e.code != "no-doctype"
    ]
    if not errors:
        errors = list(_repaired(root, source))
    for written in source.elements.values():
        if written.tag == "noscript":
            errors += parse(written.words, fragment=True)[1]
    return _element(root if fragment else root.root), errors


def _repaired(root: Any, source: Source) -> Iterator[str]:
    """What a browser puts elsewhere, drops or names otherwise."""
    left = dict(source.elements)
    for node in _elements(root):
        written = left.pop((node.source_line, node.source_col), None)
        if written is None:
            continue  # made by the browser: <tbody>, <head>
        within = _written_parent(node)
        if written.tag != node.tag.lower():
            yield f"{written.place}: <{written.tag}> becomes <{node.tag}>"
        elif within != written.within:
            yield f"{written.place}: <{written.tag}> may not be where it is"
        elif _squeezed(_own_words(node)) != _squeezed(written.words):
            yield f"{written.place}: the text of <{written.tag}> may not be where it is"
    for written in left.values():
        yield f"{written.place}: <{written.tag}> may not be where it is"


def _elements(root: Any) -> Iterator[Any]:
    for node in root.children:
        if hasattr(node, "tag"):
            yield node
            yield from _elements(node)


def _written_parent(node: Any) -> tuple[int, int] | None:
    parent = node.parent
    while parent is not None and getattr(parent, "source_line", None) is None:
        parent = parent.parent
    return None if parent is None else (parent.source_line, parent.source_col)


def _own_words(node: Any) -> str:
    return "".join(child.data for child in node.children if isinstance(child, turbohtml.Text))


def _squeezed(words: str) -> str:
    return "".join(words.split())


def _element(node: Any) -> ElementTree.Element:
    tag = SVG + node.tag if node.namespace is turbohtml.Namespace.SVG else node.tag
    made = ElementTree.Element(tag, {name: _value(value) for name, value in node.attrs.items()})
    last: ElementTree.Element | None = None
    if node.tag == "noscript":
        made.extend(parse(node.text, fragment=True)[0])
        return made
    for child in node.children:
        if isinstance(child, turbohtml.Text):
            if last is None:
                made.text = (made.text or "") + child.data
            else:
                last.tail = (last.tail or "") + child.data
        elif hasattr(child, "tag"):
            last = _element(child)
            made.append(last)
    return made


def _value(value: Any) -> str:
    """The text of an attribute; the parser gives a list for those that hold a list of words."""
    return " ".join(value) if isinstance(value, list) else value or ""
