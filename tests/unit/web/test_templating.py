"""The shorter way of rendering gives the pages that Jinja itself would give."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.templating import Environment as Plain
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from portal.foundation.config import Settings, var_dir
from portal.web.look.templates import Environment

FILES = {
    "parts.html": "{% macro part(word, tone='calm', extra={}) %}<b class={{ tone }}>"
    "{{ word }}{{ extra|length }}</b>{% endmacro %}"
    "{% macro frame() %}<i>{{ caller() }}</i>{% endmacro %}",
    "row.html": "{{ row }}{% set kept = '<' ~ row %}{{ kept }}",
    "page.html": "{% from 'parts.html' import part, frame %}{% set caught %}{{ words }}{% endset %}{{ caught }}"
    "{% for row in rows %}{% set n = row %}{{ part(n, extra={'a': 1}) }}{{ part(n, 'loud') }}{% include 'row.html' %}"
    "{% call frame() %}{{ row }}{{ loop.index }}{% endcall %}{% endfor %}{{ ready(words) }}{{ words.upper() }}"
    "{{ words|upper }}{{ {'a': words}|xmlattr }}{{ 1.5 }}{{ none }}{{ True }}{% filter upper %}{{ words }}{% endfilter %}",
}


class Shouting(str):
    """Text of a type of its own, as lazy translations are."""


class Own:
    def __html__(self) -> str:
        return "<hr>"


def application() -> Flask:
    from portal.app import create_app  # takes longer than all tests of this file: only when one of them runs

    return create_app(
        Settings(
            database_url="postgresql:///nowhere", secret_key="x" * 40, var_dir=var_dir(), log_format="text"
        )
    )


def environments() -> list[Plain]:
    made = [
        kind(application(), loader=DictLoader(FILES), undefined=StrictUndefined)
        for kind in (Plain, Environment)
    ]
    for each in made:
        each.autoescape = True
    return made


@pytest.mark.parametrize(
    "words", ["plain", "<a href='x'>&\"", Markup("<u>safe</u>"), Shouting("a<b"), 7, None, Own()]
)
def test_pages_are_the_same_byte_by_byte(words: object) -> None:
    values = {"words": str(words), "rows": [words, "<x>", 3], "ready": lambda text: f"{text}!"}
    plain, ours = (each.get_template("page.html").render(values) for each in environments())
    assert ours == plain
    assert "<x>" not in ours


def test_what_a_page_does_not_know_still_stops_it() -> None:
    for each in environments():
        with pytest.raises(UndefinedError):
            each.get_template("page.html").render(rows=[], ready=str)
        with pytest.raises(TypeError, match="no keyword argument"):
            each.from_string("{% from 'parts.html' import part %}{{ part('a', colour=1) }}").render()


def test_the_application_renders_with_it() -> None:
    assert isinstance(application().jinja_env, Environment)


def test_indentation_is_left_out_and_typed_text_keeps_its_own() -> None:
    page = Environment(application()).from_string("<ul>\n    <li>{{ note }}</li>\n\t</ul>\n")
    assert page.render(note="a\n    b") == "<ul>\n<li>a\n    b</li>\n</ul>"


def test_attributes_after_a_block_stay_apart() -> None:
    """Seen failing with a line's indentation left out after a block, whose line break is left out, too."""
    source = '<p id="a"{% if hint %}\n   title="{{ hint }}"{% endif %}>'
    page = application().jinja_env.from_string(source).render(hint="b")
    assert " ".join(page.split()) == '<p id="a" title="b">'
