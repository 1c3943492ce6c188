"""Autopay's run of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
from portal.billing.settlement.credit_first import plan
from portal.billing.settlement.letters import UsedCredit, mail_credit_used
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.billing.settlement.use_cases.own_credit import NONE, OwnCredit, own_credit, put_cash, uses_credit
from portal.foundation.actor import SYSTEM
from portal.foundation.jobs import defer

MOST_MEMOS = 50  # in one payment; the rest is used the next time


@dataclass(frozen=True, slots=True)
class Moment:
    """When it runs: the moment, and the seller's calendar day."""

    now: datetime
    today: date


def run_autopay(session: Session, autopay_id: int, *, now: datetime, today: date) -> PaymentAttempt | None:
    """One company's run of the day: begin the payment that the rule asks for and queue its charge. Idempotent. The
    company's own credit is used first, unless it wants that otherwise; only the rest is charged.

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
    if not invoices:
        return None
    credit = _credit(session, autopay, invoices)
    most = MOST_DOCUMENTS - len(credit.memos)
    chosen, left = within_limit(rule, invoices[:most], credit.total_minor)
    if left:
        mail_autopay_left(session, autopay, left)
    return _begin(session, autopay, chosen, credit, Moment(now, today)) if chosen else None


def _take_day(autopay: Autopay, rule: Rule, today: date) -> bool:
    """Mark the day as run. Returns whether the rule runs on it: never after the mandate's end, nor a second time."""
    after = autopay.ran_on
    if autopay.ended_at is not None or (after is not None and after >= today):
        return False
    autopay.ran_on = today
    return runs_between(rule, after, today)


def _credit(session: Session, autopay: Autopay, invoices: Sequence[OpenDocument]) -> OwnCredit:
    """The company's own credit, locked, if it wants it to be used first; not more than fits one payment."""
    if not uses_credit(session, autopay.company_id):
        return NONE
    ids = [each.id for each in invoices[:MOST_DOCUMENTS]]
    found = own_credit(session, autopay.company_id, invoices[0].currency, beside=ids)
    return OwnCredit(found.cash, found.memos[:MOST_MEMOS])


def _begin(
    session: Session, autopay: Autopay, chosen: Sequence[OpenDocument], credit: OwnCredit, at: Moment
) -> PaymentAttempt | None:
    shares, cash_minor = _shares(session, autopay, chosen, credit, at)
    attempt = None
    if any(share.amount_minor > 0 for share in shares):
        new = NewPayment(
            company_id=autopay.company_id,
            shares=shares,
            via="autopay",
            saved_method_id=autopay.saved_method_id,
        )
        attempt = start_payment(session, new, actor=None, now=at.now, today=at.today)
        attempt.run_on = at.today
        session.flush()
        if attempt.amount_minor:
            defer(session, CHARGE, {"row_id": attempt.id})
    used = cash_minor - sum(share.amount_minor for share in shares if share.amount_minor < 0)
    if used:
        _mail_used(session, autopay, chosen, used, attempt, at)
    return attempt


def _shares(
    session: Session, autopay: Autopay, chosen: Sequence[OpenDocument], credit: OwnCredit, at: Moment
) -> tuple[list[RequestedShare], int]:
    """What is left of each invoice once money on account was put onto it, with the credit memos that cover part of that;
    and how much money on account was used."""
    locked = lock_documents(session, company_id=autopay.company_id, ids=[each.id for each in chosen])
    planned = plan([locked[each.id] for each in chosen], credit.cash, credit.memos, at.today)
    currency, wanted = chosen[0].currency, planned.wanted
    uses = put_cash(session, autopay.company_id, currency, wanted, credit, actor=SYSTEM, now=at.now)
    shares = [RequestedShare(id, minor) for id, minor in planned.left.items()]
    shares += [RequestedShare(id, -minor) for id, minor in planned.memos.items()]
    return shares, sum(use.amount_minor for use in uses)


def _mail_used(
    session: Session,
    autopay: Autopay,
    chosen: Sequence[OpenDocument],
    used_minor: int,
    attempt: PaymentAttempt | None,
    at: Moment,
) -> None:
    what = UsedCredit(
        used_minor=used_minor,
        charged_minor=attempt.amount_minor if attempt else 0,
        currency=chosen[0].currency,
        method=session.get_one(SavedMethod, autopay.saved_method_id).words,
        numbers=[each.number for each in chosen],
    )
    mail_credit_used(session, autopay.company_id, what, key=f"autopay:{autopay.id}:{at.today}")
