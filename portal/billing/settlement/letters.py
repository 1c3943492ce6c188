"""Mails about a company's own credit that was used before anything was charged, and about invoices that are open again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.payments import Payment
from portal.billing.payers.letters import mail_payers
from portal.billing.settlement.queries import BranchReopened
from portal.foundation.mail import Contents, Letter
from portal.foundation.money import format_minor


class Reopened(TypedDict):
    """An invoice that is open again, and by how much, in words. ``branch``: whose it is, if it is not the reader's."""

    number: str
    amount: str
    branch: str


@dataclass(frozen=True, kw_only=True)
class BranchInvoicesReopened(Letter, words="invoices open again"):
    """To the payers of a branch: what their parent company had paid for it went back. ``by_bank``: its bank took it, and
    we did not give it back."""

    company: str
    paid_by: str
    by_bank: bool
    invoices: list[Reopened]


@dataclass(frozen=True, kw_only=True)
class CreditUsed(Letter, words="credit used for invoices"):
    """Credit memos and money on account paid invoices. ``charged``: what is charged besides; empty if it
    covers all."""

    used: str
    charged: str
    method: str
    invoices: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCredit:
    """What was used and is charged, in minor units of ``currency``, for which invoices; ``method`` in words."""

    used_minor: int
    charged_minor: int
    currency: str
    method: str
    numbers: list[str]


def mail_credit_used(session: Session, company_id: int, what: UsedCredit, *, key: str) -> None:
    """Tell the company's payers. ``key`` names the run or payment."""
    letter = CreditUsed(
        used=format_minor(what.used_minor, what.currency),
        charged=format_minor(what.charged_minor, what.currency) if what.charged_minor else "",
        method=what.method,
        invoices=what.numbers,
    )
    mail_payers(session, letter, key=f"credit_used:{key}", company_id=company_id)


def mail_branches_reopened(
    session: Session, payment: Payment, reopened: Sequence[BranchReopened], *, fact: str, by_bank: bool
) -> None:
    """Tell the payers of each branch what is open again there, because its parent's payment went back.

    :param fact: why it did: a chargeback or a refund, for the mails' keys.
    """
    if not reopened:
        return
    parent = session.get_one(Company, payment.company_id).name
    names = {each.branch_id: each.branch_name for each in reopened}
    for branch_id, name in names.items():
        theirs = [each for each in reopened if each.branch_id == branch_id]
        lines = [reopened_words(each.number, each.amount_minor, payment.currency) for each in theirs]
        letter = BranchInvoicesReopened(company=name, paid_by=parent, by_bank=by_bank, invoices=lines)
        key = f"{letter.kind}:{fact}:{branch_id}"
        mail_payers(session, letter, key=key, company_id=branch_id, permission="invoices:pay")


def reopened_words(number: str, minor: int, currency: str, branch: str = "") -> Reopened:
    """An invoice that is open again, in words."""
    return Reopened(number=number, amount=format_minor(minor, currency), branch=branch)


def enclosed_receipt(payment: Payment) -> Contents:
    """How a mail names a receipt that it brings along (portal/billing/settlement/attachments.py)."""
    return {"kind": "receipt", "payment_id": payment.id, "page": f"/receipts/{payment.number}.pdf"}
