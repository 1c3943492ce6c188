"""Text goes out compressed to whoever takes it, and its length tells nothing exact."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from werkzeug.test import TestResponse

TAKES = {"Accept-Encoding": "gzip, br"}


def get(app: Flask, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    return app.test_client().get(path, headers={"Host": "localhost", **(headers or {})})


@pytest.fixture
def sheet(app: Flask) -> str:
    page = get(app, "/sign-in").get_data(as_text=True)
    return page.partition('rel="stylesheet" href="')[2].partition('"')[0]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/static/portal.css", "/static/portal.js", "/static/icons/sprite.svg"]
)
def test_text_is_compressed_for_those_who_take_it(app: Flask, path: str) -> None:
    """Seen failing before anything was compressed."""
    answer = get(app, path, TAKES)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.vary
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert gzip.decompress(answer.data).lstrip()[:1] in b"<@v"


@pytest.mark.parametrize("header", [{}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}])
def test_and_plain_for_others(app: Flask, header: dict[str, str]) -> None:
    answer = get(app, "/sign-in", header)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"<!doctype html>")
    assert "Accept-Encoding" in answer.vary


def test_the_length_of_a_page_is_not_always_the_same(app: Flask) -> None:
    """Seen failing without the padding: 40 answers had two lengths."""
    lengths = {len(get(app, "/sign-in", TAKES).data) for _ in range(40)}
    assert len(lengths) > 10


def test_small_answers_and_those_without_a_body_stay_as_they_are(app: Flask) -> None:
    assert "Content-Encoding" not in get(app, "/livez", TAKES).headers
    head = app.test_client().head("/sign-in", headers={"Host": "localhost", **TAKES})
    assert (head.status_code, head.data) == (200, b"")


def test_a_browser_that_has_the_sheet_is_told_so(app: Flask, sheet: str) -> None:
    first = get(app, sheet, TAKES)
    assert "immutable" in first.headers["Cache-Control"]
    again = get(app, sheet, {**TAKES, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_page_asks_for_one_sheet_and_one_script(app: Flask) -> None:
    """Seen failing with 13 style sheets and 20 scripts."""
    page = get(app, "/sign-in").get_data(as_text=True)
    assert page.count('rel="stylesheet"') == 1
    assert page.count("<script") == 1


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><b>', "")]
)
def test_the_chosen_theme_comes_with_the_page(app: Flask, cookie: str, theme: str) -> None:
    client = app.test_client()
    client.set_cookie("portal_theme", cookie)
    page = client.get("/sign-in").get_data(as_text=True)
    assert f'<html lang="en"{theme}>' in page
