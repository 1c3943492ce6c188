"""Movements of our balance at Stripe against the account "stripe" in the books, posting by posting, both ways."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.billing.chargebacks.use_cases.posts import posting_key
from portal.billing.chart_of_accounts import STRIPE
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.reconciliation.use_cases.differences import Difference, Run
from portal.billing.stripe.api import StripeRefused
from portal.billing.stripe.objects import Movement
from portal.foundation.db import transaction
from portal.foundation.money import format_minor

TAKEN, GIVEN, RETURNED = (
    ("charge", "payment"),
    ("refund", "payment_refund"),
    ("refund_failure", "payment_refund_failure"),
)
LAG = timedelta(minutes=5)  # what was posted just now may not be listed at Stripe yet
MOST_ASKED = 200
MOST_AT_ONCE = 500  # movements in one query


@dataclass(frozen=True, slots=True)
class Expected:
    """A posting that a movement should have, with what it should do to the account "stripe"."""

    key: str
    minor: int
    movement: Movement


@dataclass(frozen=True, slots=True)
class _Sources:
    """What movements come from: payments (intent and currency) and refunds (our id), by Stripe's id."""

    payments: dict[str | None, tuple[str | None, str]]
    refunds: dict[str | None, int]


def check_movements(run: Run, listed: Sequence[Movement], since: datetime) -> list[Difference]:
    """Each movement of a payment, refund or chargeback is posted with the same amount, and each posting has moved
    something. Payouts to the bank and Stripe's other fees are not in these books."""
    expected: list[Expected] = []
    with transaction(run.sessions) as session:
        for chunk in _chunks(listed):
            sources = _sources(session, [each.source for each in chunk])
            expected += [posting for each in chunk for posting in _expected(each, sources)]
        posted = _posted(session, [each.key for each in expected])
        missing = _unmatched(session, {each.key for each in expected}, since, run.now - LAG)
    found = [
        _differs(each, posted.get(each.key, 0)) for each in expected if posted.get(each.key, 0) != each.minor
    ]
    return found + [each for each in missing[:MOST_ASKED] if not _is_at_stripe(run, each)]


def _chunks(listed: Sequence[Movement]) -> Iterator[Sequence[Movement]]:
    for at in range(0, len(listed), MOST_AT_ONCE):
        yield listed[at : at + MOST_AT_ONCE]


def _sources(session: Session, ids: Collection[str]) -> _Sources:
    payments = session.execute(
        select(Payment.charge_id, Payment.payment_intent_id, Payment.currency).where(
            Payment.charge_id.in_(ids)
        )
    )
    refunds = session.execute(
        select(Refund.stripe_refund_id, Refund.id).where(Refund.stripe_refund_id.in_(ids))
    )
    return _Sources(
        {row.charge_id: (row.payment_intent_id, row.currency) for row in payments},
        {row.stripe_refund_id: row.id for row in refunds},
    )


def _expected(each: Movement, sources: _Sources) -> Iterable[Expected]:
    if each.kind in TAKEN and each.source in sources.payments:
        intent, currency = sources.payments[each.source]
        if currency == each.currency:  # otherwise it was converted into the account's currency
            yield Expected(f"pi:{intent}:succeeded", each.amount_minor, each)
            yield Expected(f"fee:{each.id}", -each.fee_minor, each)
    elif each.kind in (*GIVEN, *RETURNED) and each.source in sources.refunds:
        tail = ":failed" if each.kind in RETURNED else ""
        yield Expected(f"refund:{sources.refunds[each.source]}{tail}", each.amount_minor, each)
    elif each.kind == "adjustment" and each.source.startswith(("du_", "dp_")):
        step = "opened" if each.amount_minor < 0 else "won"
        yield Expected(posting_key(each.source, step), each.amount_minor - each.fee_minor, each)


def _posted(session: Session, keys: Collection[str]) -> dict[str, int]:
    """What each posting does to the account "stripe"."""
    rows = session.execute(
        select(LedgerTransaction.posting_key, func.sum(LedgerEntry.amount_minor).label("minor"))
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.posting_key.in_(keys), LedgerEntry.account == STRIPE)
        .group_by(LedgerTransaction.posting_key)
    )
    return {row.posting_key: int(row.minor) for row in rows}


def _differs(expected: Expected, ours: int) -> Difference:
    moved = expected.movement
    theirs, here = format_minor(expected.minor, moved.currency), format_minor(ours, moved.currency)
    words = f"Stripe moved {theirs} ({moved.kind} {moved.source}), the books say {here} ({expected.key})."
    return Difference(f"movement:{expected.key}", "movement_differs", words, moved.created_at)


def _unmatched(session: Session, keys: Collection[str], since: datetime, until: datetime) -> list[Difference]:
    """Postings on the account "stripe" in the span that no movement of it explains."""
    rows = session.execute(
        select(
            LedgerTransaction.posting_key,
            LedgerTransaction.posted_at,
            LedgerTransaction.company_id,
            LedgerTransaction.currency,
            func.sum(LedgerEntry.amount_minor).label("minor"),
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(
            LedgerEntry.account == STRIPE,
            LedgerTransaction.posted_at.between(since, until),
            LedgerTransaction.kind.in_(("payment", "refund")),
        )
        .group_by(LedgerTransaction.id)
        .order_by(LedgerTransaction.id)
    )
    return [
        _missing(row.posting_key, format_minor(int(row.minor), row.currency), row.posted_at, row.company_id)
        for row in rows
        if row.posting_key not in keys
    ]


def _missing(key: str, amount: str, at: datetime, company_id: int) -> Difference:
    words = f"The books have {amount} ({key}), Stripe has nothing like it."
    return Difference(f"posting:{key}", "not_at_stripe", words, at, company_id)


def _is_at_stripe(run: Run, each: Difference) -> bool:
    """Asked about one by one: what was posted long after it happened is outside the span that was listed."""
    key = each.key.removeprefix("posting:")
    with suppress(StripeRefused):
        if key.startswith("pi:"):
            return run.api.retrieve_intent(key.split(":")[1]).status == "succeeded"
        with transaction(run.sessions) as session:
            refund = session.get(Refund, int(key.split(":")[1]))
        if refund is not None and refund.stripe_refund_id:
            return bool(run.api.retrieve_refund(refund.stripe_refund_id).id)
    return False
