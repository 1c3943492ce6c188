"""Payments by what is known of them: number, reference, amount, last four digits, payer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.accounts.sight import company_condition
from portal.billing.models.payments import PLAIN_REFERENCE, Payment, PaymentAttempt
from portal.billing.payments.search import PaymentSearch
from portal.foundation.actor import Actor
from portal.foundation.money import EXPONENTS
from portal.foundation.paging import Page, decode_cursor, encode_cursor
from portal.touchpoints.interaction import note_shown

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class FoundPayment:
    """A payment in a list of staff; amounts in minor units."""

    id: int
    number: str
    code: str
    company: str
    company_id: int
    kind: str
    method_words: str
    reference: str
    received_on: date
    amount_minor: int
    unapplied_minor: int
    refunded_minor: int
    currency: str
    is_reversed: bool
    payer_email: str | None


def found_payments(
    session: Session,
    actor: Actor,
    search: PaymentSearch,
    *,
    company_id: int | None = None,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[FoundPayment]:
    """A page of the payments in the actor's sight that fit, the newest first. One statement.

    :param company_id: of this company only.
    """
    query = _rows().where(company_condition(actor, Payment.company_id), *_conditions(search))
    if company_id is not None:
        query = query.where(Payment.company_id == company_id)
    key = decode_cursor(after, str, int)
    if key is not None and (day := _day(key[0])) is not None:
        query = query.where(tuple_(Payment.received_on, Payment.id) < tuple_(day, key[1]))
    query = query.order_by(Payment.received_on.desc(), Payment.id.desc()).limit(size + 1)
    found = [FoundPayment(*row) for row in session.execute(query)]
    rows, last = found[:size], found[size - 1] if len(found) > size else None
    note_shown(session, *(row.company_id for row in rows))
    return Page(rows, encode_cursor(last.received_on.isoformat(), last.id) if last else None)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Payment.id,
            Payment.number,
            Company.code,
            Company.name,
            Payment.company_id,
            Payment.kind,
            Payment.method_words,
            Payment.reference,
            Payment.received_on,
            Payment.amount_minor,
            Payment.unapplied_minor,
            Payment.refunded_minor,
            Payment.currency,
            Payment.reversed_at.is_not(None),
            func.coalesce(func.nullif(PaymentAttempt.payer_email, ""), User.email),
        )
        .join(Company, Company.id == Payment.company_id)
        .outerjoin(PaymentAttempt, PaymentAttempt.id == Payment.attempt_id)
        .outerjoin(User, User.id == PaymentAttempt.actor_user_id)
    )


def _conditions(search: PaymentSearch) -> Iterator[ColumnElement[bool]]:
    if search.text:
        yield or_(*_readings(search))
    if search.kind:
        yield Payment.kind == search.kind
    if search.first:
        yield Payment.received_on >= search.first
    if search.last:
        yield Payment.received_on <= search.last


def _readings(search: PaymentSearch) -> Iterator[ColumnElement[bool]]:
    if search.is_mail:
        mail = search.text.lower()
        yield and_(PaymentAttempt.payer_email != "", func.lower(PaymentAttempt.payer_email) == mail)
        yield User.email == mail
        return
    yield Payment.number.in_(search.numbers)
    if search.reference:
        yield and_(Payment.reference != "", literal_column(PLAIN_REFERENCE) == search.reference)
    if search.last4:
        online = Payment.kind.in_(("card", "us_bank_account"))
        yield and_(online, func.right(Payment.method_words, 4) == search.last4)
    if search.amount_minor is not None:
        others = [code for code, places in EXPONENTS.items() if places != 2]
        yield and_(Payment.amount_minor == search.amount_minor, Payment.currency.not_in(others))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
