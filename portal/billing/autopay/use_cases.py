"""Autopay: a company's mandate, and the daily run that pays by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.autopay.queries import rule_of, wanted
from portal.billing.autopay.rules import (
    LONGEST_BEFORE,
    TOLD_DAYS_AHEAD,
    Rule,
    is_wanted,
    mandate,
    next_run,
    runs_between,
    within_limit,
)
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.methods.use_cases.methods import check_may_use, usable
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payers.letters import tell_payers
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.jobs import defer
from portal.foundation.money import format_minor
from portal.foundation.wording import weekday_words
from portal.touchpoints.recording import Event, record


def check_rule(rule: Rule) -> None:
    """Whether there is such a rule.

    :raises Rejected: on its field.
    """
    if rule.kind not in ("due", "before", "monthly"):
        raise Rejected("rule", "Choose when autopay pays.", field="rule")
    if rule.kind == "before" and not 1 <= rule.day <= LONGEST_BEFORE:
        raise Rejected("day", f"Enter 1 to {LONGEST_BEFORE} days.", field="day")
    if rule.kind == "monthly" and not 1 <= rule.day <= 31:
        raise Rejected("day", "Enter a day of the month, 1 to 31.", field="day")
    if rule.limit_minor is not None and rule.limit_minor <= 0:
        raise Rejected("limit", "Enter an amount above nothing, or leave it empty.", field="limit")


def words_for(
    session: Session, *, actor: Actor, rule: Rule, method_id: int, seller: str, today: date
) -> tuple[SavedMethod, str]:
    """The mandate for this rule and method, as it is to be shown.

    :raises NotFound: when the actor may not use the method.
    :raises Rejected: for a rule that does not exist or a method that has expired.
    """
    check_rule(rule)
    method = usable(session, actor=actor, method_id=method_id, today=today)
    company = session.get_one(Company, method.company_id)
    words = mandate(rule, company=company.name, seller=seller, method=method.words, currency=company.currency)
    return method, words


def agree(
    session: Session,
    *,
    actor: Actor,
    rule: Rule,
    method_id: int,
    shown: str,
    seller: str,
    now: datetime,
    today: date,
) -> Autopay:
    """Begin autopay, in place of an earlier mandate. What was shown is kept, with who agreed and when.

    :raises NotFound: when the actor may not use the method.
    :raises Rejected: ``mandate`` when other words were shown than would be agreed to now.
    """
    company_id = check_may_use(actor)
    usable(session, actor=actor, method_id=method_id, today=today, lock=True)
    _, words = words_for(session, actor=actor, rule=rule, method_id=method_id, seller=seller, today=today)
    if shown != words:
        raise Rejected("mandate", "Something changed meanwhile. Read it again and agree.", outcome="conflict")
    _end(session, company_id, actor.name, now)
    made = session.scalar(
        upsert(Autopay)
        .values(
            company_id=company_id,
            saved_method_id=method_id,
            rule=rule.kind,
            day=0 if rule.kind == "due" else rule.day,
            limit_minor=rule.limit_minor,
            mandate_words=words,
            agreed_by_user_id=actor.user_id,
            agreed_by_name=actor.name,
            agreed_at=now,
            ran_on=today,
        )
        .on_conflict_do_nothing()
        .returning(Autopay.id)
    )
    if made is None:
        message = "Somebody else of your company has just set autopay up. Look at it first."
        raise Rejected("agreed_meanwhile", message, outcome="conflict")
    _note(session, actor, company_id, "autopay_agreed", f"{made}", now)
    return session.get_one(Autopay, made)


def end(session: Session, *, actor: Actor, now: datetime) -> bool:
    """End autopay at once; what is charged already goes on. Returns whether there was any."""
    company_id = check_may_use(actor)
    ended = _end(session, company_id, actor.name, now)
    if ended is not None:
        _note(session, actor, company_id, "autopay_ended", f"{ended}", now)
    return ended is not None


def _end(session: Session, company_id: int, by: str, now: datetime) -> int | None:
    return session.scalar(
        update(Autopay)
        .where(Autopay.company_id == company_id, Autopay.ended_at.is_(None))
        .values(ended_at=now, ended_by_name=by)
        .returning(Autopay.id)
    )


def _note(session: Session, actor: Actor, company_id: int, action: str, key: str, now: datetime) -> None:
    record(
        session,
        Event(
            PaymentInfoEntered(method="autopay", action=action),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{action}:{key}",
            account_id=company_id,
        ),
    )


def run(session: Session, autopay_id: int, *, now: datetime, today: date) -> PaymentAttempt | None:
    """One company's run of the day: begin the payment that the rule asks for and queue its charge.

    Under the lock of the mandate's row, and never twice on a day however many workers try; the database has one
    attempt per company and day, too.

    :returns: None when nothing is to be paid, or the day's run has been.
    :raises Rejected: when somebody began to pay one of the invoices at this moment; the next try sees it.
    """
    autopay = session.get_one(Autopay, autopay_id, with_for_update=True, populate_existing=True)
    if autopay.ended_at is not None or (autopay.ran_on is not None and autopay.ran_on >= today):
        return None
    rule, after = rule_of(autopay), autopay.ran_on
    autopay.ran_on = today
    if not runs_between(rule, after, today):
        return None
    invoices, _ = wanted(session, autopay.company_id, rule, today, since=autopay.agreed_at)
    chosen, left = within_limit(rule, invoices[:MOST_DOCUMENTS])
    if left:
        _tell_left(session, autopay, left)
    if not chosen:
        return None
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


def tell_ahead(session: Session, autopay_id: int, *, today: date) -> int:
    """Write to the company's people about what autopay will pay within the next days: once for each day of payment.

    :returns: how many letters were queued, or had been before.
    """
    autopay = session.get_one(Autopay, autopay_id)
    if autopay.ended_at is not None:
        return 0
    days = [today + timedelta(days=n) for n in range(1, TOLD_DAYS_AHEAD + 1)]
    return sum(_tell_of(session, autopay, on) for on in days)


def _tell_of(session: Session, autopay: Autopay, on: date) -> int:
    rule = rule_of(autopay)
    if not _pays_newly(rule, on):
        return 0
    invoices, _ = wanted(session, autopay.company_id, rule, on, since=autopay.agreed_at)
    if rule.kind != "monthly":
        # What is due earlier has a letter of its own.
        before = on - timedelta(days=1)
        invoices = [each for each in invoices if not is_wanted(rule, each.issued_on, each.due_on, before)]
    chosen, left = within_limit(rule, invoices)
    if not chosen:
        return 0
    method = session.get_one(SavedMethod, autopay.saved_method_id)
    data = {
        "on": weekday_words(on),
        "method": method.words,
        "total": format_minor(
            sum(each.free_minor - each.saved_minor(on) for each in chosen), chosen[0].currency
        ),
        "invoices": _rows(chosen, on),
        "left": _rows(left),
    }
    key = f"autopay_ahead:{autopay.id}:{on}"
    return tell_payers(session, kind="autopay_ahead", key=key, company_id=autopay.company_id, data=data)


def _pays_newly(rule: Rule, on: date) -> bool:
    return rule.kind != "monthly" or next_run(rule, on - timedelta(days=1)) == on


def _tell_left(session: Session, autopay: Autopay, left: Sequence[OpenDocument]) -> None:
    """Once for the same invoices: they stay open, and are left again tomorrow."""
    which = sha256(",".join(str(each.id) for each in left).encode()).hexdigest()[:16]
    limit = format_minor(autopay.limit_minor or 0, left[0].currency)
    tell_payers(
        session,
        kind="autopay_left",
        key=f"autopay_left:{autopay.id}:{which}",
        company_id=autopay.company_id,
        data={"limit": limit, "invoices": _rows(left)},
    )


def _rows(documents: Sequence[OpenDocument], on: date | None = None) -> list[dict[str, str]]:
    """For letters; less the early-payment discount of the day on which it is paid."""
    return [
        {
            "number": each.number,
            "amount": format_minor(each.free_minor - (each.saved_minor(on) if on else 0), each.currency),
            "due": weekday_words(each.due_on),
        }
        for each in documents
    ]
