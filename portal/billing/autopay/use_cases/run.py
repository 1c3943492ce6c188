"""Autopay's run of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.autopay.letters import mail_autopay_left
from portal.billing.autopay.queries import invoices_for_run, rule_of
from portal.billing.autopay.rules import Rule, within_limit
from portal.billing.autopay.run_days import runs_between
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.jobs import defer


def run_autopay(session: Session, autopay_id: int, *, now: datetime, today: date) -> PaymentAttempt | None:
    """One company's run of the day: begin the payment that the rule asks for and queue its charge. Idempotent.

    The mandate's row is locked, so a day is run once however many workers try; the database allows one attempt per
    company and day, too.

    :returns: None if nothing is to be paid, the day has been run, or the mandate or its method is suspended.
    :raises Rejected: if somebody began to pay one of the invoices at this moment; the next try sees it.
    """
    autopay = session.get_one(Autopay, autopay_id, with_for_update=True, populate_existing=True)
    rule = rule_of(autopay)
    if autopay.suspended_at is not None or not _take_day(autopay, rule, today):
        return None
    if session.get_one(SavedMethod, autopay.saved_method_id).suspended_at is not None:
        return None
    invoices, _ = invoices_for_run(session, autopay.company_id, rule, today, since=autopay.agreed_at)
    chosen, left = within_limit(rule, invoices[:MOST_DOCUMENTS])
    if left:
        mail_autopay_left(session, autopay, left)
    return _begin(session, autopay, chosen, now, today) if chosen else None


def _take_day(autopay: Autopay, rule: Rule, today: date) -> bool:
    """Mark the day as run. Returns whether the rule runs on it: never after the mandate's end, nor a second time."""
    after = autopay.ran_on
    if autopay.ended_at is not None or (after is not None and after >= today):
        return False
    autopay.ran_on = today
    return runs_between(rule, after, today)


def _begin(
    session: Session, autopay: Autopay, chosen: Sequence[OpenDocument], now: datetime, today: date
) -> PaymentAttempt:
    new = NewPayment(
        company_id=autopay.company_id,
        shares=[RequestedShare(each.id, each.free_minor) for each in chosen],
        via="autopay",
        saved_method_id=autopay.saved_method_id,
    )
    attempt = start_payment(session, new, actor=None, now=now, today=today)
    attempt.run_on = today
    session.flush()
    defer(session, CHARGE, {"row_id": attempt.id})
    return attempt
