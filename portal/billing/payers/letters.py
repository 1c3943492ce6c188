"""Mails to a company's people about its money. Templates: templates/email/billing/<kind>.txt.j2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import Mailbox, removal_path, removal_paths
from portal.billing.payers.queries import Recipient, people_who_may
from portal.foundation.mail import Contents, Letter, Mail, Parcel, To, send


@dataclass(frozen=True, kw_only=True)
class DocumentCopy(Letter, words="document sent again"):
    """A document that somebody asked for again: ``what`` it is, with its ``rows`` of words and amounts; ``by`` sends it."""

    what: str
    company: str
    rows: list[list[str]]
    path: str
    by: str


def to_each(
    people: Iterable[Recipient],
    letter: Letter,
    *,
    key: str,
    document: Contents | None = None,
    besides: Iterable[Mailbox] = (),
) -> list[Mail]:
    """The same letter to each of these people.

    :param key: names the fact; a person is never written to twice about it.
    :param document: what it is about; attached for those who wish that.
    :param besides: addresses that get it, too; a person with one of them has it there.
    """
    elsewhere = {each.email for each in besides}
    return [
        Mail(
            key=f"{key}:{each.user_id}",
            letter=letter,
            to=each,
            company_id=each.company_id,
            parcel=Parcel(document=document) if document and each.attach_documents else None,
        )
        for each in people
        if each.email not in elsewhere
    ]


def to_mailboxes(
    company: str,
    boxes: Sequence[Mailbox],
    letter: Letter,
    *,
    key: str,
    document: Contents | None = None,
    pay: Mapping[int, str] | None = None,
) -> list[Mail]:
    """The same letter to each of a company's addresses for documents: a message of its own for each, with its own link
    out, that names all of them as they are to be addressed. An address is never written to twice about a fact.

    :param pay: paths of links to pay by, by address.
    """
    to = tuple(each.email for each in boxes if each.delivery == "to")
    cc = tuple(each.email for each in boxes if each.delivery == "cc")
    return [
        Mail(
            key=f"{key}:address:{each.id}",
            letter=letter,
            to=To(each.email, company),
            company_id=each.company_id,
            parcel=Parcel(
                document=document if each.attach_pdf else None,
                to=to or cc,
                cc=cc if to else (),
                removal=removal_path(each.removal_token),
                pay=(pay or {}).get(each.id, ""),
                company=company,
            ),
        )
        for each in boxes
    ]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who is written to about companies' documents: people and addresses, by company."""

    people: Mapping[int, Sequence[Recipient]]
    boxes: Mapping[int, Sequence[Mailbox]]

    def many(self, company_id: int) -> int:
        """How many are written to."""
        return len(self.people.get(company_id, ())) + len(self.boxes.get(company_id, ()))

    def mails(
        self,
        company_id: int,
        company: str,
        letter: Letter,
        *,
        key: str,
        document: Contents | None = None,
        for_all: bool = False,
    ) -> list[Mail]:
        """The letter to each of them, with the document for those who wish that.

        :param for_all: all people get the document.
        """
        people, boxes = self.people.get(company_id, ()), self.boxes.get(company_id, ())
        if for_all:
            people = [replace(each, attach_documents=True) for each in people]
        return [
            *to_each(people, letter, key=key, document=document, besides=boxes),
            *to_mailboxes(company, boxes, letter, key=key, document=document),
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
    session: Session,
    letter: DocumentCopy,
    to: Iterable[tuple[str, str]],
    *,
    key: str,
    company_id: int,
    document: Contents | None = None,
) -> None:
    """Queue a document to addresses, each with whose it is.

    :param key: random, from the form: sent twice, it goes out once.
    :param document: what is attached.
    """
    removals = removal_paths(session, company_id)
    mails = [
        Mail(
            key=copy_key(key, email),
            letter=letter,
            to=To(email, name),
            company_id=company_id,
            parcel=Parcel(document=document, removal=removals.get(email, ""), company=letter.company),
        )
        for email, name in to
    ]
    send(session, *mails)
