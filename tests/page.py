"""A test client that checks every HTML page it is given and keeps cookies and form tokens like a browser."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from werkzeug.test import TestResponse

from tests.reading.html_tree import parse

CONTROLS = {"input", "select", "textarea"}
UNLABELLED_INPUTS = {"hidden", "submit", "button", "reset", "image"}


def check_page(body: str, where: str, *, fragment: bool = False) -> ElementTree.Element:
    """Assert that a page is valid and accessible as far as its text can tell; returns its tree."""
    tree, errors = parse(body, fragment=fragment)
    assert not errors, f"{where}: invalid HTML: {errors[:5]}"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"{where}: ids repeat: {sorted(i for i in ids if ids.count(i) > 1)}"
    for element in tree.iter():
        assert element.get("style") is None, f"{where}: inline style on <{element.tag}>"
        handlers = [name for name in element.attrib if str(name).startswith("on")]
        assert not handlers, f"{where}: inline handler {handlers} on <{element.tag}>"
        assert element.tag != "style", f"{where}: inline <style>"
        if element.tag == "script":
            assert element.get("src"), f"{where}: inline <script>"
        if element.tag == "img":
            assert element.get("alt") is not None, f"{where}: <img> without alt"
    if not fragment:
        _check_document(tree, where)
    _check_labels(tree, where, set(ids))
    return tree


def _check_document(tree: ElementTree.Element, where: str) -> None:
    assert tree.get("lang"), f"{where}: no language"
    title = tree.find("head/title")
    assert title is not None, f"{where}: no title"
    assert (title.text or "").strip(), f"{where}: empty title"
    headings = [e for e in tree.iter() if e.tag == "h1"]
    assert len(headings) == 1, f"{where}: {len(headings)} h1"


def _check_labels(tree: ElementTree.Element, where: str, ids: set[str | None]) -> None:
    labelled = {e.get("for") for e in tree.iter("label")}
    inside = {id(control) for label in tree.iter("label") for control in label.iter()}
    for element in tree.iter():
        if element.tag not in CONTROLS or element.get("type") in UNLABELLED_INPUTS:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("id") in labelled
        assert named or id(element) in inside, f"{where}: no label for {element.tag} {element.get('name')}"
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (element.get(attribute) or "").split():
                assert target in ids, f"{where}: {attribute} points at missing #{target}"


class PageClient:
    """Like a browser with scripts off; ``page`` is the last page's tree, ``text`` its words."""

    def __init__(self, app: Flask) -> None:
        self.http = app.test_client()
        self.page: ElementTree.Element | None = None
        self.body = ""
        self._token = ""

    @property
    def text(self) -> str:
        """Visible words of the last page, white space folded."""
        assert self.page is not None
        return re.sub(r"\s+", " ", " ".join(self.page.itertext())).strip()

    def get(self, path: str, *, status: int = 200, **options: Any) -> TestResponse:
        """Fetch a page and check it."""
        return self._take(self.http.get(path, **options), f"GET {path}", status)

    def post(self, path: str, data: Any = None, *, status: int | None = 302, **options: Any) -> TestResponse:
        """Send a form with the token that the last page carried. ``status=None`` accepts any."""
        form = dict(data or {})
        if not self._token:
            self.http.get("/sign-in")
            self._learn(self.http.get("/sign-in").get_data(as_text=True))
        form.setdefault("csrf_token", self._token)
        return self._take(self.http.post(path, data=form, **options), f"POST {path}", status)

    def sign_in(self, email: str, password: str = "paint-the-town") -> None:
        """Sign in through the form."""
        self.get("/sign-in")
        self.post("/sign-in", {"email": email, "password": password})
        self.get("/account")  # signing in changes the secret of form tokens; learn a new one

    def follow(self, response: TestResponse, *, status: int = 200) -> TestResponse:
        """Go where a redirect points."""
        return self.get(response.headers["Location"], status=status)

    def _learn(self, body: str) -> None:
        found = re.search(r'name="csrf_token" value="([^"]+)"', body)
        if found:
            self._token = found.group(1)

    def _take(self, response: TestResponse, where: str, status: int | None) -> TestResponse:
        assert status is None or response.status_code == status, (
            f"{where}: {response.status_code} instead of {status}: {response.get_data(as_text=True)[:2000]}"
        )
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            self.body = response.get_data(as_text=True)
            fragment = not self.body.lstrip().lower().startswith("<!doctype")
            self.page = check_page(self.body, where, fragment=fragment)
            self._learn(self.body)
        response.close()  # as a server does when all is sent: only then touchpoints of views are written
        return response
