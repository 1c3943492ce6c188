"""Mails about autopay: what it will charge, and what it leaves to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from portal.billing.autopay.queries import invoices_for_run, rule_of
from portal.billing.autopay.rules import NOTICE_DAYS, is_new_on, within_limit
from portal.billing.autopay.run_days import pays_on
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.payers.letters import mail_payers
from portal.billing.settlement.credit_first import plan
from portal.billing.settlement.use_cases.own_credit import NONE, own_credit, uses_credit
from portal.foundation.mail import Letter
from portal.foundation.money import format_minor
from portal.foundation.wording import weekday_words


@dataclass(frozen=True, kw_only=True)
class AutopayAhead(Letter, words="autopay will pay soon"):
    """What is charged on a day to come, and what is beyond the limit. ``invoices``, ``left``: number, amount, due.

    ``credit``: what of the company's own credit is used first; ``total`` is empty if that covers all.
    """

    on: str
    method: str
    total: str
    invoices: list[dict[str, str]]
    left: list[dict[str, str]]
    credit: str


@dataclass(frozen=True, kw_only=True)
class AutopayLeft(Letter, words="autopay left something open"):
    """Invoices beyond the limit of one charge. ``invoices``: number, amount, due."""

    limit: str
    invoices: list[dict[str, str]]


def mail_autopay_ahead(session: Session, autopay_id: int, *, today: date) -> int:
    """Write to the company's people about what autopay charges within the next days: once for each day of payment.

    :returns: how many letters were queued, or had been before.
    """
    autopay = session.get_one(Autopay, autopay_id)
    method = session.get_one(SavedMethod, autopay.saved_method_id)
    if autopay.ended_at or autopay.suspended_at or method.suspended_at:
        return 0
    days = [today + timedelta(days=n) for n in range(1, NOTICE_DAYS + 1)]
    return sum(_mail_ahead(session, autopay, on) for on in days)


def _mail_ahead(session: Session, autopay: Autopay, on: date) -> int:
    rule = rule_of(autopay)
    if not pays_on(rule, on):
        return 0
    invoices, _ = invoices_for_run(session, autopay.company_id, rule, on, since=autopay.agreed_at)
    # What is due earlier has a letter of its own.
    new = [each for each in invoices if is_new_on(rule, each.issued_on, each.due_on, on)]
    credit = NONE
    if new and uses_credit(session, autopay.company_id):
        credit = own_credit(session, autopay.company_id, new[0].currency)
    chosen, left = within_limit(rule, new, credit.total_minor)
    if not chosen:
        return 0
    planned, currency = plan(chosen, credit.cash, credit.memos, on), chosen[0].currency
    charged, used = planned.to_pay_minor, planned.credit_minor
    letter = AutopayAhead(
        on=weekday_words(on),
        method=session.get_one(SavedMethod, autopay.saved_method_id).words,
        total=format_minor(charged, currency) if charged else "",
        credit=format_minor(used, currency) if used else "",
        invoices=[_row(each, _charged(each, on)) for each in chosen],
        left=[_row(each, each.free_minor) for each in left],
    )
    key = f"autopay_ahead:{autopay.id}:{on}"
    return mail_payers(session, letter, key=key, company_id=autopay.company_id)


def mail_autopay_left(session: Session, autopay: Autopay, left: Sequence[OpenDocument]) -> None:
    """Once for the same invoices: they stay open, and are left again tomorrow."""
    which = sha256(",".join(str(each.id) for each in left).encode()).hexdigest()[:16]
    letter = AutopayLeft(
        limit=format_minor(autopay.limit_minor or 0, left[0].currency),
        invoices=[_row(each, each.free_minor) for each in left],
    )
    mail_payers(session, letter, key=f"autopay_left:{autopay.id}:{which}", company_id=autopay.company_id)


def _charged(document: OpenDocument, on: date) -> int:
    """Less the early-payment discount of the day on which it is paid."""
    return document.free_minor - document.saved_minor(on)


def _row(document: OpenDocument, minor: int) -> dict[str, str]:
    return {
        "number": document.number,
        "amount": format_minor(minor, document.currency),
        "due": weekday_words(document.due_on),
    }
