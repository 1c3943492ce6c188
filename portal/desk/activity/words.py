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
# Of mails whose letter is no type yet.
MAIL_WORDS = {
    "order_confirmation": "order confirmation",
    "order_ready": "ready for pickup",
    "order_short": "something is missing",
    "order_restocked": "waited-for goods came in",
    "order_cancelled": "cancellation",
    "invitation": "invitation",
    "password_reset": "link to set a password",
    "password_changed": "password was changed",
    "payment_reminder": "reminder of invoices",
    "credit_ask": "request to make room for an order",
    "account_held": "account on hold",
    "account_released": "hold lifted",
    "draft_paid": "order can be placed",
    "dispute_settled": "answer about an invoice",
    "approval_asked": "question to approve an order",
    "approval_refused": "an order was sent back",
    "autopay_ahead": "autopay will pay soon",
    "autopay_left": "autopay left something open",
    "credit_memo_new": "new credit memo",
    "invoice_new": "new invoice",
    "order_out": "on its way",
    "order_promise_changed": "another time is promised",
    "pay_link": "link to pay",
    "payment_failed": "a payment failed",
    "payment_received": "payment received",
    "payment_refunded": "refund",
    "scheduled_nothing_left": "nothing left to pay",
    "staff_invitation": "invitation of staff",
}


def mail_words(kind: str) -> str:
    """What a mail is called, by the name of its template."""
    letter = _letters().get(kind)
    return letter.words if letter else MAIL_WORDS.get(kind, kind.replace("_", " "))


@cache
def _letters() -> dict[str, type[Letter]]:
    rooms.modules("letters")
    return LETTERS
