"""The state of an invoice or a credit memo, in words and a tone. Pure rules."""

from __future__ import annotations

from datetime import date

from portal.billing.payment_states import LABELS as ATTEMPT_LABELS

# The words for a payment where its reader must not see cards and accounts.
PAYMENT_KINDS = {
    "card": "Paid online",
    "us_bank_account": "Paid online",
    "cheque": "Cheque",
    "transfer": "Bank transfer",
    "cash": "Cash",
    "group": "Paid within the group",
    "opening": "Paid before this portal",
}
DISPUTE_REASONS = {
    "price": "The price is not what was agreed",
    "quantity": "Fewer units came than were charged",
    "damaged": "Goods were damaged",
    "not_received": "Goods did not arrive",
    "tax": "The tax is wrong",
    "other": "Another reason",
}
DISPUTE_OUTCOMES = {
    "credited": "We agreed and credited it",
    "upheld": "The invoice stands",
    "withdrawn": "Withdrawn",
}


def days(count: int) -> str:
    """``1 day``, ``12 days``."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def due_words(due_on: date, today: date) -> str:
    """``Due in 3 days``, ``Due tomorrow``, ``Due today``, ``12 days overdue``."""
    left = (due_on - today).days
    if left < 0:
        return f"{days(-left)} overdue"
    if left == 0:
        return "Due today"
    return "Due tomorrow" if left == 1 else f"Due in {days(left)}"


def document_state(
    kind: str, total_minor: int, open_minor: int, due_on: date, today: date
) -> tuple[str, str, str | None]:
    """A word, its tone and an icon (None: the tone's own) for the state of a document."""
    if kind == "credit_memo":
        if not open_minor:
            return "Used up", "neutral", "check"
        return "Credit to use", "info", "swap"
    if not open_minor:
        return ("Paid", "ok", "check") if total_minor else ("Nothing to pay", "neutral", "check")
    if due_on < today:
        return due_words(due_on, today), "bad", "warning"
    tone = "warn" if (due_on - today).days <= 7 else "info"
    return due_words(due_on, today), tone, "clock"


def payment_words(kind: str, method_words: str, *, with_method: bool) -> str:
    """How it was paid: ``Visa ending 4242`` for those who may pay, ``Paid online`` for the others. Cheques and
    transfers are no secret."""
    if with_method and method_words:
        return method_words
    if kind not in ("card", "us_bank_account") and method_words:
        return method_words
    return PAYMENT_KINDS.get(kind, "Payment")


def attempt_words(state: str) -> str:
    """The state of a payment that is under way."""
    return ATTEMPT_LABELS.get(state, state)
