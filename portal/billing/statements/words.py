"""An entry of a statement in words. Pure rules."""

from __future__ import annotations

from typing import Any

from portal.billing.invoices.document_words import WORDS
from portal.billing.invoices.words import payment_words
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words, po_words

NUMBERS_SHOWN = 4


def entry_title(entry: Any) -> str:
    """What happened (``portal.billing.statements.queries.statement.Entry``): ``Invoice INV-100042``, ``Payment PAY-100007``."""
    if entry.kind in ("invoice", "credit_memo"):
        return f"{'Invoice' if entry.kind == 'invoice' else 'Credit memo'} {entry.number}"
    if entry.kind == "payment":
        return f"Payment {entry.payment_number}".strip()
    if entry.kind in ("reversal", "transfer"):
        return str(entry.words)
    title = WORDS.get(entry.kind, "Adjustment")
    return f"{title}: {entry.payment_number}" if entry.payment_number else title


def entry_details(entry: Any, currency: str) -> list[str]:
    """What else is to be known of it, in short pieces. Cards and accounts are never among them."""
    if entry.kind in ("invoice", "credit_memo"):
        due = f"Due {date_words(entry.due_on)}" if entry.kind == "invoice" and entry.due_on else ""
        pieces = [due, entry.reason, po_words(entry.po_number), entry.job_name]
    else:
        how = payment_words(entry.payment_kind, "", with_method=False) if entry.kind == "payment" else ""
        saved = (
            f"{format_minor(entry.discount_minor, currency)} early-payment discount"
            if entry.discount_minor
            else ""
        )
        ahead = f"{format_minor(entry.ahead_minor, currency)} on account" if entry.ahead_minor else ""
        of = f"Payment {entry.payment_number}" if entry.kind == "reversal" else ""
        pieces = [of, how, _numbers(entry.documents), saved, ahead]
    return [piece for piece in pieces if piece]


def _numbers(numbers: tuple[str, ...]) -> str:
    shown, more = ", ".join(numbers[:NUMBERS_SHOWN]), len(numbers) - NUMBERS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
