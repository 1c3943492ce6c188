"""Promises to pay, and whether they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.billing.models.invoices import Invoice
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.foundation.clock import local

STATES = {"waits": "Promised", "kept": "Kept", "broken": "Not kept", "withdrawn": "Taken back"}


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise; ``state`` is one of STATES."""

    invoice_number: str
    promised_on: date
    note: str
    made_by_name: str
    made_at: datetime
    state: str

    @property
    def label(self) -> str:
        return STATES[self.state]


def promises_of(session: Session, invoice_id: int, *, today: date, zone: str) -> list[PromiseRow]:
    """An invoice's promises, the newest first. One statement."""
    return _rows(session, PaymentPromise.invoice_id == invoice_id, today=today, zone=zone, limit=50)


def company_promises(
    session: Session, company_id: int, *, today: date, zone: str, limit: int = 50
) -> list[PromiseRow]:
    """A company's promises, the newest first. One statement.

    :param today: the seller's calendar day.
    :param zone: the seller's time zone, to which the promised day belongs.
    """
    return _rows(session, PaymentPromise.company_id == company_id, today=today, zone=zone, limit=limit)


def _row(number: str, each: PaymentPromise, state: str) -> PromiseRow:
    return PromiseRow(number, each.promised_on, each.note, each.made_by_name, each.made_at, state)


def _rows(
    session: Session, condition: ColumnElement[bool], *, today: date, zone: str, limit: int
) -> list[PromiseRow]:
    found = session.execute(
        select(PaymentPromise, Invoice.number, Invoice.settled_at)
        .join(Invoice, Invoice.id == PaymentPromise.invoice_id)
        .where(condition)
        .order_by(PaymentPromise.id.desc())
        .limit(limit)
    )
    return [
        _row(number, each, state_of(each, settled_at, today=today, zone=zone))
        for each, number, settled_at in found
    ]


def state_of(promise: PaymentPromise, settled_at: datetime | None, *, today: date, zone: str) -> str:
    """``kept``: settled by that day; ``broken``: the day has passed and it was not; ``waits``; ``withdrawn``."""
    if promise.withdrawn_at is not None:
        return "withdrawn"
    if settled_at is not None and local(settled_at, zone).date() <= promise.promised_on:
        return "kept"
    return "broken" if today > promise.promised_on else "waits"
