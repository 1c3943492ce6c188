"""What a timeline calls roles, outcomes and mails, and the icon of each stage of the customer's journey."""

from __future__ import annotations

from functools import cache

from portal.foundation import rooms
from portal.foundation.mail import LETTERS, Letter

STAGE_ICONS = {
    "discover": "search",
    "evaluate": "products",
    "select": "cart",
    "purchase": "cart",
    "fulfil": "box",
    "pay": "card",
    "use": "clock",
    "support": "question",
    "renew": "reorder",
    "feedback": "star",
    "admin": "key",
}
ROLE_WORDS = {
    "sales_rep": "sales rep",
    "support_agent": "support",
    "store_staff": "store",
    "administrator": "administrator",
}
OUTCOME_WORDS = {
    "validation_error": "something had to be corrected",
    "not_found": "it was not found",
    "out_of_stock": "not enough in stock",
    "credit_hold": "the credit limit or a hold",
    "denied": "not allowed",
    "payment_declined": "the payment was declined",
    "conflict": "something had changed meanwhile",
    "timeout": "it took too long",
    "system_error": "a fault on our side",
    "abandoned": "given up",
}


def mail_words(kind: str) -> str:
    """What a mail is called, by the name of its template."""
    letter = _letters().get(kind)
    return letter.words if letter else kind.replace("_", " ")


@cache
def _letters() -> dict[str, type[Letter]]:
    rooms.modules("letters")
    return LETTERS
