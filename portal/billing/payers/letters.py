"""Mails to a company's people about its money. Templates: templates/email/billing/<kind>.txt.j2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.payers.queries import Recipient, people_who_may
from portal.foundation.mail import Letter, Mail, To, send


@dataclass(frozen=True, kw_only=True)
class DocumentCopy(Letter, words="document sent again"):
    """A document that somebody asked for again: ``what`` it is, with its ``rows`` of words and amounts; ``by`` sends it."""

    what: str
    company: str
    rows: list[list[str]]
    path: str
    by: str


def to_each(people: Iterable[Recipient], letter: Letter, *, key: str) -> list[Mail]:
    """The same letter to each of these people.

    :param key: names the fact; a person is never written to twice about it.
    """
    return [
        Mail(key=f"{key}:{each.user_id}", letter=letter, to=each, company_id=each.company_id)
        for each in people
    ]


def mail_payers(
    session: Session, letter: Letter, *, key: str, company_id: int, permission: str = "payments:administer"
) -> int:
    """Queue a letter to everybody of the company who has the permission.

    :param key: names the fact; a person is never written to twice about it.
    :returns: how many people are written to.
    """
    people = people_who_may(session, permission, [company_id]).get(company_id, [])
    send(session, *to_each(people, letter, key=key))
    return len(people)


def copy_key(key: str, email: str) -> str:
    """Names a document that a form sends to an address."""
    return f"document_copy:{key}:{email}"


def mail_copies(
    session: Session, letter: DocumentCopy, to: Iterable[tuple[str, str]], *, key: str, company_id: int
) -> None:
    """Queue a document to addresses, each with whose it is.

    :param key: random, from the form: sent twice, it goes out once.
    """
    mails = [
        Mail(key=copy_key(key, email), letter=letter, to=To(email, name), company_id=company_id)
        for email, name in to
    ]
    send(session, *mails)
