"""Invoices, credit memos and payments for tests, made by the product's own use cases and committed at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import BANK, DISCOUNTS, RECEIVABLE, UNAPPLIED
from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, PaymentAllocation, PaymentAttempt, payment_number
from portal.foundation.actor import SYSTEM
from portal.foundation.money import to_major
from portal.foundation.tokens import new_token
from tests.builders import NOW

TODAY = NOW.date()
_KEYS = itertools.count(1)


def lines_of(net: int, tax: int, count: int, currency: str = "USD") -> list[Line]:
    """``count`` lines that add up to ``net`` and ``tax`` (minor units); the first takes what does not divide."""
    share, rest = divmod(net, count)
    tax_share, tax_rest = divmod(tax, count)
    made = []
    for n in range(count):
        part = share + (rest if n == 0 else 0)
        made.append(
            Line(
                f"Satin paint {n + 1}, 1 gal",
                -1 if net < 0 else 1,
                abs(to_major(part, currency)),
                part,
                sku=f"P-{n + 1}",
                unit="gallon",
                order_line_no=n + 1,
                tax_share=Decimal("0.08") if tax else Decimal(0),
                tax_minor=tax_share + (tax_rest if n == 0 else 0),
            )
        )
    return made


def make_invoice(
    session: Session,
    company: Company,
    *,
    net: int = 10_000,
    tax: int = 0,
    on: date = TODAY,
    lines: int | Sequence[Line] = 1,
    **fields: Any,
) -> Invoice:
    """An invoice, or with ``net`` below zero a credit memo. When it is due follows from the company's terms.

    :param fields: further ones of NewDocument: ``po_number``, ``job_id``, ``job_name``, ``order_id``, ``reason``
        …; ``issue_key`` when it matters.
    """
    if isinstance(lines, int):
        lines = lines_of(net, tax, lines, company.currency)
    key = fields.pop("issue_key", None) or f"test:{next(_KEYS)}"
    kind = fields.pop("kind", "credit_memo" if net < 0 else "invoice")
    new = NewDocument(kind, company.id, company.currency, key, on, lines, **fields)
    made = issue(session, new, actor=SYSTEM, now=datetime.combine(on, time(14), UTC))
    assert made is not None, f"{key} was issued before"
    session.commit()
    return made


def pay_offline(
    session: Session,
    company: Company,
    amount: int,
    to: Invoice | Mapping[Invoice, int] | None = None,
    *,
    on: date = TODAY,
    discount: int = 0,
    **fields: Any,
) -> Payment:
    """Money outside Stripe: part of it to each invoice, the rest stays unapplied.

    :param discount: early-payment discount, given to the first invoice on top of what is paid.
    :param fields: further ones of Payment: ``reference``, and ``kind`` when it is no cheque.
    """
    at = datetime.combine(on, time(15), UTC)
    if to is None:
        to = {}
    parts = {to: amount} if isinstance(to, Invoice) else to
    payment = Payment(
        company_id=company.id,
        amount_minor=amount,
        currency=company.currency,
        received_on=on,
        received_at=at,
        actor_name=SYSTEM.name,
        **{"number": f"PAY-{session.scalar(payment_number)}", "kind": "cheque", "reference": "", **fields},
    )
    session.add(payment)
    session.flush()
    sides = [Side(BANK, amount, payment_id=payment.id)]
    sides += [Side(RECEIVABLE, -x, invoice_id=i.id, payment_id=payment.id) for i, x in parts.items()]
    sides.append(Side(UNAPPLIED, -(amount - sum(parts.values())), payment_id=payment.id))
    if discount:
        first = next(iter(parts))
        sides.append(Side(DISCOUNTS, discount, invoice_id=first.id, payment_id=payment.id))
        sides.append(Side(RECEIVABLE, -discount, invoice_id=first.id, payment_id=payment.id))
    post(
        session,
        key=f"payment:{payment.number}",
        kind="payment",
        company_id=company.id,
        currency=company.currency,
        occurred_at=at,
        sides=sides,
        actor=SYSTEM,
        words=f"Payment {payment.number}",
    )
    session.commit()
    _fresh(session, [*parts, payment])
    return payment


def apply_memo(session: Session, memo: Invoice, invoice: Invoice, amount: int) -> None:
    """Use so much of a credit memo for an invoice."""
    post(
        session,
        key=f"application:test:{next(_KEYS)}",
        kind="application",
        company_id=memo.company_id,
        currency=memo.currency,
        occurred_at=NOW,
        actor=SYSTEM,
        words=f"{memo.number} applied to {invoice.number}",
        sides=[
            Side(RECEIVABLE, amount, invoice_id=memo.id),
            Side(RECEIVABLE, -amount, invoice_id=invoice.id),
        ],
    )
    session.commit()
    _fresh(session, [memo, invoice])


def make_attempt(
    session: Session,
    company: Company,
    parts: Mapping[Invoice, int],
    *,
    state: str = "open",
    at: datetime = NOW,
    **fields: Any,
) -> PaymentAttempt:
    """A try to pay through Stripe that speaks for so much of each document; no Stripe is asked."""
    attempt = PaymentAttempt(
        token=new_token(),
        company_id=company.id,
        purpose="invoices",
        state=state,
        amount_minor=sum(parts.values()),
        currency=company.currency,
        idempotency_key=new_token(),
        created_at=at,
        updated_at=at,
        **fields,
    )
    session.add(attempt)
    session.flush()
    for invoice, amount in parts.items():
        session.add(
            PaymentAllocation(
                attempt_id=attempt.id, invoice_id=invoice.id, company_id=company.id, amount_minor=amount
            )
        )
    session.commit()
    return attempt


def _fresh(session: Session, rows: Sequence[Any]) -> None:
    """Read again what the database has moved."""
    for row in rows:
        if row in session:
            session.refresh(row)
