"""Mails about a payment: to whoever made it; for automatic ones, to those who administer the company's payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import mailboxes
from portal.accounts.models import Company, Membership, User
from portal.billing.models.payments import GroupAllocation, PaymentAttempt
from portal.billing.payers.letters import to_mailboxes
from portal.billing.payments.queries.group import passed_on
from portal.billing.settlement.letters import enclosed_receipt
from portal.billing.settlement.use_cases.settle import Settled
from portal.billing.stripe.emails import is_plain
from portal.foundation.mail import Letter, Mail, To, send
from portal.foundation.money import format_minor

PAYERS = ("approver", "company_admin")


class SettledInvoice(TypedDict):
    """An invoice and what was settled of it, as amounts for people; ``open`` is empty if nothing is."""

    number: str
    paid: str
    open: str


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Letter, words="payment received"):
    """The payment arrived: what it paid, and what of it is unapplied."""

    number: str
    amount: str
    method: str
    path: str
    invoices: list[SettledInvoice]
    unapplied: str
    for_draft: bool
    on_account: bool
    late: bool
    company: str


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Letter, words="a payment failed"):
    """The payment was declined, or has to be confirmed by its owner."""

    amount: str
    why: str
    path: str
    automatic: bool
    confirm: bool
    company: str


def mail_payment_received(session: Session, attempt: PaymentAttempt, settled: Settled, *, late: bool) -> None:
    """Queue the mail about a received payment.

    :param late: whether the attempt had been given up before the money came.
    """
    payment, group = settled.payment, passed_on(session, attempt)
    unapplied = settled.parts.unapplied_minor - sum(each.amount_minor - each.discount_minor for each in group)
    letter = PaymentReceived(
        number=payment.number,
        amount=format_minor(payment.amount_minor, payment.currency),
        method=payment.method_words,
        path=f"/payments/{attempt.token}",
        invoices=[*_settled_invoices(settled), *_group_invoices(group, payment.currency)],
        unapplied=format_minor(unapplied, payment.currency) if unapplied > 0 else "",
        for_draft=attempt.purpose == "draft",
        on_account=attempt.purpose == "account",
        late=late,
        company=_company_name(session, attempt),
    )
    _mail_readers(session, attempt, letter, payment.number)
    boxes = mailboxes(session, "receipt", [attempt.company_id]).get(attempt.company_id, [])
    key, document = f"{letter.kind}:{payment.number}", enclosed_receipt(payment)
    send(session, *to_mailboxes(letter.company, boxes, letter, key=key, document=document))
    if attempt.via == "link" and is_plain(attempt.payer_email):
        _mail_payer(session, attempt, letter, payment.number)


def mail_payment_failed(session: Session, attempt: PaymentAttempt) -> None:
    """Queue the mail about a failed payment."""
    letter = PaymentFailed(
        amount=format_minor(attempt.amount_minor, attempt.currency),
        why=attempt.failure_words,
        path=f"/payments/{attempt.token}",
        automatic=attempt.via in ("autopay", "schedule"),
        confirm=attempt.failure_code == "authentication_required",
        company=_company_name(session, attempt),
    )
    _mail_readers(session, attempt, letter, attempt.token)


def _settled_invoices(settled: Settled) -> list[SettledInvoice]:
    paid, discounts, currency = settled.parts.paid, settled.parts.discounts, settled.payment.currency
    return [
        SettledInvoice(
            number=each.number,
            paid=format_minor(paid.get(each.id, 0) + discounts.get(each.id, 0), currency),
            open=format_minor(each.open_minor, currency) if each.open_minor else "",
        )
        for each in settled.invoices
        if each.kind == "invoice"
    ]


def _group_invoices(group: Sequence[GroupAllocation], currency: str) -> list[SettledInvoice]:
    return [
        SettledInvoice(
            number=f"{each.invoice_number}, {each.branch_name}",
            paid=format_minor(each.amount_minor, currency),
            open="",
        )
        for each in group
    ]


def _company_name(session: Session, attempt: PaymentAttempt) -> str:
    return session.get_one(Company, attempt.company_id).name


def _mail_readers(session: Session, attempt: PaymentAttempt, letter: Letter, key: str) -> None:
    mails = [
        Mail(key=f"{letter.kind}:{key}:{person.id}", letter=letter, to=person, company_id=attempt.company_id)
        for person in _readers(session, attempt)
    ]
    send(session, *mails)


def _mail_payer(session: Session, attempt: PaymentAttempt, letter: PaymentReceived, number: str) -> None:
    """The receipt for whoever paid by a link, at the address that they gave at Stripe; its page needs no account."""
    receipt = replace(letter, path=f"/pay/returned/{attempt.token}")
    key = f"{letter.kind}:{number}:payer"
    send(session, Mail(key=key, letter=receipt, to=To(attempt.payer_email), company_id=attempt.company_id))


def _readers(session: Session, attempt: PaymentAttempt) -> list[User]:
    if attempt.actor_user_id is not None and attempt.via == "page":
        user = session.get(User, attempt.actor_user_id)
        return [user] if user is not None and user.disabled_at is None else []
    rows = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.company_id == attempt.company_id,
            Membership.role.in_(PAYERS),
            Membership.disabled_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.id)
    )
    return list(rows)
