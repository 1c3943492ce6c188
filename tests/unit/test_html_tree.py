"""What the reader of HTML says of pages that a browser would have to repair."""

from __future__ import annotations

import pytest

from tests.reading.html_tree import parse

HEAD = "<!doctype html><html lang=en><head><title>x</title></head><body>"


@pytest.mark.parametrize(
    "body",
    [
        "<p>a<div>b</div></p>",
        "<p><span>a</p>",
        "<p>a",
        "<a href=x href=y>a</a>",
        "<table><p>a</p></table>",
        "<table><tr>words</tr></table>",
        "<form><form></form></form>",
        "<a href=x><a href=y></a></a>",
        "<button><button></button></button>",
        "<tr><td>a</td></tr>",
        "<ul><li>a</ul>",
        "<h1>a</h2>",
        "<b><p>a</b></p>",
        "<image>a</image>",
        "<div/>a",
        "</div>",
        "a &foo; b",
        "a &amp b",
        "<p a=b'c>a</p>",
        "<noscript><p>a</noscript>",
    ],
)
def test_what_a_browser_would_repair_is_an_error(body: str) -> None:
    """Seen failing without the comparison of both trees, and without the look into <noscript>."""
    _, errors = parse(f"{HEAD}{body}</body></html>")
    assert errors != []


def test_a_part_of_a_page_is_read_like_a_page() -> None:
    """Seen failing with the part read as a whole page, which asks for a doctype."""
    assert parse("<p>a</p>", fragment=True)[1] == []
    assert parse("<p>a</p>")[1] == ["no doctype"]
    assert parse("<p>a", fragment=True)[1] != []
    assert parse("<tr><td>a</td></tr>", fragment=True)[1] != []


def test_a_valid_page_becomes_its_tree() -> None:
    """Seen failing without the tails of elements, and with lists as the values of ``class``."""
    body = (
        "<table class='a b'><tr><td>1<br>2 &lt;</td></tr></table><svg viewBox='0 0 1 1'><path d=x /></svg>"
        "<noscript><meta content=5></noscript><p hidden>x<b>y</b>z</p>"
    )
    tree, errors = parse(f"{HEAD}{body}</body></html>")
    assert errors == []
    assert tree.get("lang") == "en"
    table, cell = tree.find("body/table"), tree.find("body/table/tbody/tr/td")
    assert table is not None
    assert table.get("class") == "a b"
    assert cell is not None
    assert "".join(cell.itertext()) == "12 <"
    assert tree.find("body/{http://www.w3.org/2000/svg}svg") is not None
    assert tree.find("body/noscript/meta[@content='5']") is not None
    assert "".join(tree.find("body/p").itertext()) == "xyz"  # type: ignore[union-attr]
