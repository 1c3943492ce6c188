"""Outgoing mail: rows written with the fact they announce, sent by the worker."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from sqlalchemy import BigInteger, Connection, Index, null, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.foundation.config import resource_dir
from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.jobs import MAIL, JobName, defer

SEND = JobName("mail.send", MAIL)
Contents = dict[str, Any]  # a letter's fields as JSON; their names are held by the letter's class


class OutboundMail(Base):
    """One message to one person. ``key`` names the fact, so a repeat is refused by the database."""

    __tablename__ = "outbound_mail"

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # names the template
    to_email: Mapped[str]
    to_name: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="en")
    data: Mapped[Contents] = mapped_column(JSONB)
    company_id: Mapped[int | None] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    parcel: Mapped[Contents | None] = mapped_column(JSONB)  # a Parcel; null: the letter alone
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(server_default="0")
    # Why it could not be sent, in words for whoever asked for it; empty while it can.
    failure: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (Index("ix_outbound_mail_unsent", "id", postgresql_where=text("sent_at is null")),)


class Letter:
    """What one kind of mail says. A noun's ``letters.py`` defines each as a frozen dataclass, named for its template:
    ``class InvoiceNew(Letter, words="new invoice")`` fills ``templates/email/<domain>/invoice_new.txt.j2``, whose inputs
    are its fields. The template's first line is ``Subject: …``, then the body.

    :ivar words: what a timeline calls the mail.
    :ivar secret: the contents are deleted once the mail is sent.
    """

    kind: ClassVar[str]
    words: ClassVar[str]
    secret: ClassVar[bool]

    def __init_subclass__(cls, *, words: str, secret: bool = False) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        cls.words, cls.secret = words, secret
        if cls.kind in LETTERS:
            raise ValueError(f"Two mails are called {cls.kind}; give one of them another name.")
        LETTERS[cls.kind] = cls

    @property
    def contents(self) -> Contents:
        """The template's inputs, as JSON."""
        values = {each.name: getattr(self, each.name) for each in fields(cast(Any, self))}
        return {**values, "secret": True} if self.secret else values


# Every kind of mail, filled while the nouns' letters.py are imported.
LETTERS: dict[str, type[Letter]] = {}


class Addressee(Protocol):
    """Anybody who can be written to."""

    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True)
class To:
    """Somebody to write to, where nothing else says who."""

    email: str
    name: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes with a letter besides its words.

    :ivar document: the document to attach, made when the mail is sent: ``kind`` is a maker's name, the rest is for it;
        ``page`` is where it can be seen instead.
    :ivar to, cc: all addresses that get this letter, as each of them reads. Empty: its addressee alone.
    :ivar removal, pay: paths of links: no more mails to this address, and paying without an account.
    :ivar company: who had the addressee written to.
    """

    document: Contents | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    removal: str = ""
    pay: str = ""
    company: str = ""

    @classmethod
    def of(cls, stored: Contents | None) -> Parcel:
        """From its stored form."""
        known = stored or {}
        lists = {name: tuple(known.get(name, ())) for name in ("to", "cc")}
        return cls(**{**known, **lists})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter on its way. ``key`` names the fact that it announces: the same key is never sent twice."""

    key: str
    letter: Letter
    to: Addressee
    company_id: int | None = None
    order_id: int | None = None
    parcel: Parcel | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The row of ``outbound_mail``."""
        return {
            "key": self.key,
            "kind": self.letter.kind,
            "to_email": self.to.email,
            "to_name": self.to.name,
            "language": self.to.language,
            "data": self.letter.contents,
            "company_id": self.company_id,
            "order_id": self.order_id,
            "parcel": asdict(self.parcel) if self.parcel else null(),
        }


def send(session: Session, *mails: Mail, many: bool = False) -> None:
    """Queue any number of mails with the transaction, in two statements: they are sent when, and only when, it commits.
    A key that was queued before is left out.

    :param many: they go to many companies at once, so whatever else is mailed meanwhile goes first.
    """
    if not mails:
        return
    written = (
        insert(OutboundMail)
        .values([mail.row for mail in mails])
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboundMail.id)
    )
    mail_ids = session.scalars(written).all()
    if mail_ids:
        defer(session, SEND, *({"mail_id": mail_id} for mail_id in mail_ids), later=many)


def retry_failed(session: Session) -> int:
    """Queue again what was given up, unless its contents were secret and have been wiped. Returns how many."""
    again = session.scalars(
        update(OutboundMail)
        .where(OutboundMail.failed_at.is_not(None), ~OutboundMail.data.has_key("wiped"))
        .values(failed_at=None, attempts=0, failure="")
        .returning(OutboundMail.id)
    ).all()
    if again:
        defer(session, SEND, *({"mail_id": mail_id} for mail_id in again))
    return len(again)


@dataclass(frozen=True, slots=True)
class MailsLeft:
    """Mails that are on their way, those of them that were tried in vain so far, and those that were given up."""

    waiting: int
    tried_in_vain: int
    given_up: int


_LEFT = text("""
select count(*) filter (where failed_at is null), count(*) filter (where failed_at is null and failure <> ''),
       count(*) filter (where failed_at is not null)
  from outbound_mail where sent_at is null
""")


def mails_left(connection: Connection) -> MailsLeft:
    """How many mails have not been sent, for operators. One statement."""
    return MailsLeft(*connection.execute(_LEFT).one())


def mail_folders() -> list[Path]:
    """The folders of mail templates: one for each domain, and inside it those of nouns with many letters."""
    return sorted(path for path in (resource_dir("templates") / "email").rglob("*") if path.is_dir())
