"""Every mail is a typed letter: its fields are its template's inputs, and it has words for timelines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

import pytest
from jinja2 import Environment, meta

from portal.foundation import rooms
from portal.foundation.mail import LETTERS, Letter, mail_folders
from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import relative

# What the worker adds to the contents of every mail.
GIVEN = {"to_name", "seller_name", "product_name", "portal_url"}
SUFFIX = ".txt.j2"
TEMPLATES = {
    path.name.removesuffix(SUFFIX): path for folder in mail_folders() for path in folder.glob(f"*{SUFFIX}")
}
TYPED = {
    "by",
    "asker",
    "inviter",
    "name",
    "to_name",
    "on_behalf",
    "reason",
    "note",
    "answer",
    "asked",
    "title",
    "job",
    "po",
}
PARSER = Environment(autoescape=True)
PARSER.filters.update(money=str, unit_price=str)  # the worker's; here they need only exist
rooms.modules("letters", "use_cases")


@rule(
    "mails_without_letter",
    todo="a mail without a type. Declare a frozen dataclass in the noun's letters.py: class InvoiceNew(Letter, …)",
)
def mails_without_letter() -> Found:
    return {relative(path): 1 for kind, path in TEMPLATES.items() if kind not in LETTERS}


def test_every_mail_has_a_letter() -> None:
    """Seen failing with a template that no letter names."""
    hold("mails_without_letter")


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_the_fields_of_a_letter_are_the_inputs_of_its_template(kind: str) -> None:
    """Seen failing with a field that the template does not print, and with ``{{ more }}`` in a template."""
    if kind in LETTERS:
        inputs = meta.find_undeclared_variables(PARSER.parse(TEMPLATES[kind].read_text()))
        assert {field.name for field in fields(LETTERS[kind])} == inputs - GIVEN  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_a_subject_holds_nothing_that_people_typed(kind: str) -> None:
    """Seen failing with the inviter's name: "URGENT verify your account at …" stood in the subject of an invitation."""
    subject = TEMPLATES[kind].read_text().partition("\n\n")[0].partition("\nHello")[0]
    assert meta.find_undeclared_variables(PARSER.parse(subject)) & TYPED == set()


def test_every_letter_has_a_template_and_words_of_its_own() -> None:
    """Seen failing with a letter whose template was renamed, and with two letters both called "invoice"."""
    assert LETTERS.keys() <= TEMPLATES.keys()
    words = Counter(letter.words for letter in LETTERS.values())
    assert [each for each, count in words.items() if count > 1 or not each.strip()] == []


def test_two_letters_cannot_share_a_name() -> None:
    """Seen failing without the check: the later one won silently."""

    @dataclass(frozen=True, kw_only=True)
    class RuleTried(Letter, words="a rule is tried"):
        number: str

    try:
        with pytest.raises(ValueError, match="Two mails are called rule_tried"):
            type("RuleTried", (Letter,), {}, words="again")
    finally:
        del LETTERS[RuleTried.kind]
