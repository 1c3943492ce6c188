"""Apply unapplied cash and credit memos to invoices: a posting, never an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.cash_application.rules import Source, application_key, listed
from portal.billing.cash_application.use_cases.sources import LockedSource, lock_source
from portal.billing.chart_of_accounts import DISCOUNTS, RECEIVABLE
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.ledger.use_cases import Side, post
from portal.billing.settlement.discounts import Put, shares
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.queries import posted
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.paid_in_full import record_paid_in_full
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.touchpoints.recording import Event, record


@dataclass(frozen=True, slots=True)
class _Application:
    """An application that passed its checks."""

    company_id: int
    source: LockedSource
    documents: Mapping[int, OpenDocument]
    shares: Sequence[Share]
    key: str

    @property
    def total_minor(self) -> int:
        return sum(share.to_pay_minor for share in self.shares)


def apply_credit(
    session: Session,
    *,
    actor: Actor,
    company_id: int,
    source: Source,
    parts: Mapping[int, int],
    key: str,
    now: datetime,
) -> bool:
    """Apply a source to invoices. Idempotent by ``key``. Cash that came in time and settles an invoice earns its
    early-payment discount, whether or not it was subtracted.

    :param parts: minor units by invoice id.
    :param key: random, from the form.
    :returns: False if it was applied before.
    :raises NotFound: for another company's money or documents.
    :raises Rejected: if more is asked for than is free on either side; ``field`` is ``amount_<invoice id>``.
    """
    fact = application_key(key)
    locked, documents = lock_source(session, company_id, source, parts, ahead=actor.is_staff)
    if posted(session, fact):
        return False
    _check_documents(locked, documents, parts)
    put = Put(parts, source.discounts, locked.received_on)
    application = _Application(company_id, locked, documents, shares(put, documents), fact)
    _check_total(application)
    _post(session, application, actor, now)
    _record_submitted(session, application, actor, now)
    record_paid_in_full(session, parts, posting_key=fact, actor=actor, now=now, payment_id=locked.payment_id)
    return True


def _check_documents(
    source: LockedSource, documents: Mapping[int, OpenDocument], parts: Mapping[int, int]
) -> None:
    if not parts:
        raise Rejected("nothing", "Enter an amount for at least one invoice.")
    for id, amount in parts.items():
        document = documents.get(id)
        if document is None or document.kind != "invoice":
            raise NotFound
        if document.currency != source.currency:
            raise Rejected("currency", "This invoice is in another currency.", field=f"amount_{id}")
        if not 0 < amount <= document.free_minor:
            raise Rejected("too_much", _too_much(document), field=f"amount_{id}")


def _check_total(application: _Application) -> None:
    source, total = application.source, application.total_minor
    if total > source.free_minor:
        asked = format_minor(total, source.currency)
        free = format_minor(max(source.free_minor, 0), source.currency)
        message = f"These amounts come to {asked}, but only {free} of {source.number} can be used."
        raise Rejected("not_enough", message, outcome="conflict")


def _too_much(document: OpenDocument) -> str:
    free = format_minor(max(document.free_minor, 0), document.currency)
    if document.spoken_minor:
        return f"At most {free} of {document.number}: a payment for the rest of it is under way."
    return f"At most {free}: no more of {document.number} is open."


def _post(session: Session, application: _Application, actor: Actor, now: datetime) -> None:
    source, in_order = application.source, sorted(application.shares, key=lambda share: share.invoice_id)
    numbers = listed([application.documents[share.invoice_id].number for share in in_order])
    post(
        session,
        key=application.key,
        kind="application",
        company_id=application.company_id,
        currency=source.currency,
        occurred_at=now,
        sides=[
            source.side(application.total_minor),
            *(side for share in in_order for side in _sides(share, source.payment_id)),
        ],
        actor=actor,
        words=f"{source.number} applied to {numbers}",
    )


def _sides(share: Share, payment_id: int | None) -> tuple[Side, Side, Side]:
    about = {"invoice_id": share.invoice_id, "payment_id": payment_id}
    return (
        Side(RECEIVABLE, -share.to_pay_minor, **about),
        Side(DISCOUNTS, share.discount_minor, **about),
        Side(RECEIVABLE, -share.discount_minor, **about),
    )


def _record_submitted(session: Session, application: _Application, actor: Actor, now: datetime) -> None:
    source = application.source
    method = "credit_memo" if source.memo_id else "unapplied_cash"
    record(
        session,
        Event(
            PaymentSubmitted(method=method, lines=len(application.shares)),
            actor=actor,
            now=now,
            key=f"payment_submitted:{application.key}",
            account_id=application.company_id,
            value_minor=application.total_minor,
            currency=source.currency,
            links={"payment_id": source.payment_id, "invoice_id": source.memo_id},
        ),
    )
