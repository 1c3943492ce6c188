"""Outgoing mail: rows written with the fact they announce, sent by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.foundation.config import resource_dir
from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.jobs import defer

SEND = "mail.send"


class OutboundMail(Base):
    """One message to one person. ``key`` names the fact, so a repeat is refused by the database."""

    __tablename__ = "outbound_mail"

    id: Mapped[BigId]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # names the template
    to_email: Mapped[str]
    to_name: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="en")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    company_id: Mapped[int | None] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(server_default="0")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be posted; see :func:`post`."""

    key: str
    kind: str
    to_email: str
    data: dict[str, Any]
    to_name: str = ""
    language: str = "en"
    company_id: int | None = None
    order_id: int | None = None


def post(
    session: Session,
    *,
    key: str,
    kind: str,
    to_email: str,
    data: dict[str, Any],
    to_name: str = "",
    language: str = "en",
    company_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Queue one mail with the transaction: it is sent when, and only when, the transaction commits.

    :param key: names the fact it announces; the same key is never sent twice.
    :param kind: the template, ``templates/email/<domain>/<kind>.txt.j2``: first line ``Subject: ``, then the body.
    :param data: what the template needs, as JSON. With ``"secret": true`` it is wiped once sent.
    """
    post_all(session, [Letter(key, kind, to_email, data, to_name, language, company_id, order_id)])


def post_all(session: Session, letters: Sequence[Letter]) -> None:
    """Queue any number of mails with the transaction; two statements. A key that was posted before is left out."""
    if not letters:
        return
    written = (
        insert(OutboundMail)
        .values([asdict(letter) for letter in letters])
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboundMail.id)
    )
    mail_ids = session.scalars(written).all()
    if mail_ids:
        defer(session, SEND, *({"mail_id": mail_id} for mail_id in mail_ids))


def retry_failed(session: Session) -> int:
    """Queue again what was given up, unless its contents were secret and have been wiped. Returns how many."""
    again = session.scalars(
        update(OutboundMail)
        .where(OutboundMail.failed_at.is_not(None), ~OutboundMail.data.has_key("wiped"))
        .values(failed_at=None, attempts=0)
        .returning(OutboundMail.id)
    ).all()
    if again:
        defer(session, SEND, *({"mail_id": mail_id} for mail_id in again))
    return len(again)


def mail_folders() -> list[Path]:
    """The folders of mail templates: one for each domain."""
    return sorted(path for path in (resource_dir("templates") / "email").iterdir() if path.is_dir())
