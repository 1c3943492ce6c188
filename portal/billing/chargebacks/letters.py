"""Mails about chargebacks: to our administrators when one is opened or decided, to the payers when it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.staff.queries import administrators
from portal.billing.methods.use_cases.suspension import Suspended
from portal.billing.models.payments import Payment
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.payers.letters import mail_payers
from portal.billing.settlement.letters import Reopened, reopened_words
from portal.foundation.mail import Letter, Mail, send
from portal.foundation.money import format_minor
from portal.foundation.wording import weekday_words


@dataclass(frozen=True, kw_only=True)
class ChargebackOpened(Letter, words="news of a chargeback"):
    """A payer's bank holds money back. ``answer_by``: the last day for an answer; empty if Stripe names none."""

    company: str
    number: str
    amount: str
    reason: str
    answer_by: str
    path: str
    stripe_id: str
    methods: list[str]
    autopay: bool


@dataclass(frozen=True, kw_only=True)
class ChargebackDecided(Letter, words="outcome of a chargeback"):
    """The bank has decided; ``won``: for us."""

    company: str
    number: str
    amount: str
    won: bool
    path: str


@dataclass(frozen=True, kw_only=True)
class ChargebackLost(Letter, words="payment charged back"):
    """To the payers: their bank took a payment back, and what it paid is open again."""

    company: str
    number: str
    amount: str
    method: str
    invoices: list[Reopened]
    methods: list[str]
    autopay: bool


def mail_chargeback_opened(
    session: Session, payment: Payment, chargeback: StripeChargeback, suspended: Suspended
) -> None:
    """Tell our administrators, with the day by which to answer."""
    by = chargeback.answer_by
    letter = ChargebackOpened(
        company=_company(session, payment),
        number=payment.number,
        amount=format_minor(chargeback.amount_minor, chargeback.currency),
        reason=chargeback.reason.replace("_", " "),
        answer_by=f"{weekday_words(by.date())}, {by:%H:%M} UTC" if by else "",
        path=_path(payment),
        stripe_id=chargeback.id,
        methods=list(suspended.methods),
        autopay=suspended.autopay,
    )
    _mail_administrators(session, letter, chargeback)


def mail_chargeback_decided(
    session: Session, payment: Payment, chargeback: StripeChargeback, *, won: bool
) -> None:
    """Tell our administrators what the bank decided."""
    letter = ChargebackDecided(
        company=_company(session, payment),
        number=payment.number,
        amount=format_minor(chargeback.amount_minor, chargeback.currency),
        won=won,
        path=_path(payment),
    )
    _mail_administrators(session, letter, chargeback)


def mail_chargeback_lost(
    session: Session,
    payment: Payment,
    chargeback: StripeChargeback,
    reopened: Sequence[tuple[str, int, str]],
    suspended: Suspended,
) -> None:
    """Tell the company's payers what is open again, and what is not charged any longer.

    :param reopened: invoice numbers, each with the amount in minor units and the branch whose it is, if it is one's.
    """
    currency = payment.currency
    letter = ChargebackLost(
        company=_company(session, payment),
        number=payment.number,
        amount=format_minor(chargeback.amount_minor, currency),
        method=payment.method_words,
        invoices=[reopened_words(number, minor, currency, branch) for number, minor, branch in reopened],
        methods=list(suspended.methods),
        autopay=suspended.autopay,
    )
    mail_payers(
        session,
        letter,
        key=f"{letter.kind}:{chargeback.id}",
        company_id=payment.company_id,
        permission="invoices:pay",
    )


def _mail_administrators(session: Session, letter: Letter, chargeback: StripeChargeback) -> None:
    mails = [
        Mail(
            key=f"{letter.kind}:{chargeback.id}:{each.id}",
            letter=letter,
            to=each,
            company_id=chargeback.company_id,
        )
        for each in administrators(session)
    ]
    send(session, *mails)


def _company(session: Session, payment: Payment) -> str:
    return session.get_one(Company, payment.company_id).name


def _path(payment: Payment) -> str:
    return f"/billing/payments/{payment.number}"
