"""The mail about a company's own credit that was used before anything was charged."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.billing.payers.letters import mail_payers
from portal.foundation.mail import Contents, Letter
from portal.foundation.money import format_minor


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


def enclosed_receipt(payment: Payment) -> Contents:
    """How a mail names a receipt that it brings along (portal/billing/settlement/attachments.py)."""
    return {"kind": "receipt", "payment_id": payment.id, "page": f"/receipts/{payment.number}.pdf"}
