"""Touchpoints told to people: who did what for whom and why, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.desk.activity.queries import Names
from portal.foundation.money import format_minor
from portal.touchpoints.kinds import FACTS, KINDS
from portal.touchpoints.queries import Entry

ICONS = {
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
ICON_OF = {
    "order_completed": "check",
    "order_cancelled": "cross",
    "ready_for_pickup": "check",
    "picked_up": "check",
    "shipped": "truck",
    "delivered": "truck",
    "backordered": "pause",
    "notification_sent": "mail",
    "signed_in": "user",
    "signed_out": "logout",
    "delegation_started": "users",
    "delegation_ended": "users",
    "permission_denied": "lock",
    "error_shown": "warning",
    "reorder_started": "reorder",
    "pickup_store_selected": "store",
    "order_picked": "tint",
    "account_added_user": "users",
    "invite_sent": "mail",
    "delivery_promise_changed": "clock",
    "reminder_sent": "mail",
    "credit_held": "pause",
    "credit_released": "check",
    "invoice_disputed": "question",
    "payment_promised": "calendar",
}
TONE_OF = {
    "order_completed": "ok",
    "ready_for_pickup": "ok",
    "picked_up": "ok",
    "delivered": "ok",
    "order_cancelled": "warn",
    "backordered": "warn",
    "permission_denied": "bad",
    "error_shown": "bad",
    "order_failed": "bad",
    "invoice_paid": "ok",
    "payment_failed": "bad",
    "invoice_disputed": "warn",
    "credit_held": "bad",
    "credit_released": "ok",
    "delegation_started": "info",
    "delegation_ended": "info",
    "order_picked": "progress",
    "shipped": "progress",
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
DRAFT_WORDS = {
    "park": "Parked a draft",
    "resume": "Went on with a draft",
    "rename": "Named a draft",
    "discard": "Discarded a draft",
    "copy": "Took over a colleague's draft",
    "save": "Saved a draft",
    "split": "Split a draft in two",
    "merge": "Put a draft together again",
}
PERSON_WORDS = {
    "joined": "Joined",
    "role_changed": "Changed a role",
    "disabled": "Closed somebody's access",
    "enabled": "Opened somebody's access again",
    "limit_changed": "Changed what somebody may order alone",
}
# What a company reads of its own account: what was done, not what was looked at or typed.
TOLD_TO_CUSTOMERS = frozenset(
    FACTS - {"checkout_started", "checkout_step_completed", "experiment_exposed", "signed_out"}
)


# What staff read about a company: not what they looked up themselves, and no browser samples.
TOLD_TO_STAFF = frozenset(name for name, kind in KINDS.items() if not kind.sample) - {"history_looked_up"}


@dataclass(frozen=True)
class Told:
    """One line of a timeline, ready to be shown."""

    at: datetime
    title: str
    text: str
    by: str
    behalf_of: str
    reason: str
    icon: str
    tone: str
    order_number: str


def tell_all(entries: Iterable[Entry], names: Names) -> list[Told]:
    """Entries in plain words, in their order."""
    return [_tell(entry, names) for entry in entries]


def _tell(entry: Entry, names: Names) -> Told:
    reason, subject = names.stays.get(entry.delegation_id or 0, ("", ""))
    behalf = names.people.get(entry.subject_user_id or 0, ("", ""))[0] if entry.on_behalf else ""
    if entry.name.startswith("delegation_"):
        behalf = subject or names.people.get(entry.props.get("subject_user_id") or 0, ("", ""))[0]
    tone = TONE_OF.get(entry.name, "neutral")
    return Told(
        at=entry.at,
        title=_title(entry),
        text=_details(entry, names),
        by=_by(entry, names),
        behalf_of=behalf,
        reason=reason if entry.on_behalf or entry.name == "delegation_started" else "",
        icon=ICON_OF.get(entry.name) or ICONS.get(entry.stage, "note"),
        tone="warn" if entry.outcome != "ok" and tone == "neutral" else tone,
        order_number=names.orders.get(entry.order_id or 0, ""),
    )


def _title(entry: Entry) -> str:
    action = entry.props.get("action")
    if entry.name == "list_saved":
        return DRAFT_WORDS.get(action or "", entry.says)
    if entry.name == "account_added_user":
        return PERSON_WORDS.get(action or "", entry.says)
    if entry.name == "history_looked_up" and entry.props.get("opened"):
        return f"Opened the {entry.props['opened']}"
    if entry.name == "signed_out" and entry.props.get("reason") == "own":
        return "Signed out"
    return entry.says


def _by(entry: Entry, names: Names) -> str:
    if entry.actor_id is None:
        return "Counterpart" if entry.actor_role == "system" else ""
    name = names.people.get(entry.actor_id, ("Somebody", ""))[0]
    role = ROLE_WORDS.get(entry.actor_role)
    return f"{name} ({role})" if role else name


def _details(entry: Entry, names: Names) -> str:
    detail = _DETAILS.get(entry.name)
    words = detail(entry, names) if detail else ""
    if entry.outcome != "ok":
        why = OUTCOME_WORDS.get(entry.outcome, entry.outcome)
        words = f"{words}: {why}" if words else why.capitalize()
    return words


def _order(entry: Entry, names: Names) -> str:
    number = entry.props.get("number") or names.orders.get(entry.order_id or 0, "")
    parts = [f"Order {number}" if number else ""]
    if entry.props.get("lines"):
        parts.append(_many(entry.props["lines"], "line"))
    if entry.value_minor is not None and entry.currency:
        parts.append(format_minor(entry.value_minor, entry.currency))
    if entry.props.get("line_no"):
        parts.append(f"line {entry.props['line_no']}")
    if entry.props.get("minutes_later"):
        parts.append(_later(int(entry.props["minutes_later"])))
    return ", ".join(part for part in parts if part)


def _document(entry: Entry, names: Names) -> str:
    parts = [entry.props.get("number") or ""]
    if entry.value_minor and entry.currency:
        parts.append(format_minor(entry.value_minor, entry.currency))
    if entry.name == "reminder_sent":
        parts.append(_step(int(entry.props.get("step") or 0)))
    return ", ".join(part for part in parts if part)


def _step(days: int) -> str:
    if not days:
        return "on its due day"
    return f"{_many(abs(days), 'day')} {'after' if days > 0 else 'before'} its due day"


def _line(entry: Entry, names: Names) -> str:
    sku, name = names.variants.get(entry.variant_id or 0, (entry.props.get("sku") or "", ""))
    quantity, before = entry.props.get("quantity"), entry.props.get("quantity_before")
    if before is not None and quantity:
        many = f"{before} → {quantity} × "
    else:
        many = f"{quantity or before} × " if quantity or before else ""
    return f"{many}{name or sku}"


def _reorder(entry: Entry, names: Names) -> str:
    number = entry.props.get("number")
    lines = _many(entry.props.get("lines") or 0, "line")
    return f"{lines} from order {number}" if number else lines


def _store(entry: Entry, names: Names) -> str:
    return names.stores.get(entry.store_id or 0, "")


def _person(entry: Entry, names: Names) -> str:
    name = names.people.get(entry.props.get("user_id") or 0, ("", ""))[0]
    role = (entry.props.get("role") or "").replace("_", " ")
    return f"{name}, {role}" if name and role else name or role


def _mail(entry: Entry, names: Names) -> str:
    kind = entry.props.get("mail_kind") or ""
    words = MAIL_WORDS.get(kind, kind.replace("_", " "))
    number = names.orders.get(entry.order_id or 0)
    return f"{words.capitalize()}, order {number}" if number else words.capitalize()


def _minutes(entry: Entry, names: Names) -> str:
    minutes = entry.props.get("minutes")
    if minutes is None:
        return ""
    words = _many(int(minutes), "minute")
    return f"For {words} at most" if entry.name == "delegation_started" else f"After {words}"


def _page(entry: Entry, names: Names) -> str:
    return f"{entry.props.get('status') or ''} on {entry.props.get('endpoint') or 'an unknown page'}".strip()


def _results(entry: Entry, names: Names) -> str:
    found = entry.props.get("results")
    return "" if found is None else f"{_many(int(found), 'result')}"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else one + 's'}"


def _later(minutes: int) -> str:
    words = _many(abs(minutes), "minute") if abs(minutes) < 120 else _many(abs(minutes) // 60, "hour")
    return f"{words} {'later' if minutes > 0 else 'earlier'}"


_ORDER_NAMES = (
    "order_completed",
    "order_failed",
    "order_updated",
    "order_cancelled",
    "order_refunded",
    "order_accepted",
    "order_picked",
    "ready_for_pickup",
    "picked_up",
    "shipped",
    "delivered",
    "backordered",
    "delivery_promise_changed",
    "order_status_viewed",
)
_DOCUMENT_NAMES = (
    "invoice_issued",
    "invoice_viewed",
    "invoice_disputed",
    "invoice_paid",
    "payment_submitted",
    "payment_failed",
    "reminder_sent",
    "payment_promised",
    "payment_promise_withdrawn",
    "dispute_settled",
)
_DETAILS: dict[str, Callable[[Entry, Names], Any]] = {
    **dict.fromkeys(_ORDER_NAMES, _order),
    **dict.fromkeys(_DOCUMENT_NAMES, _document),
    "product_added": _line,
    "product_removed": _line,
    "reorder_started": _reorder,
    "pickup_store_selected": _store,
    "account_added_user": _person,
    "invite_sent": _person,
    "notification_sent": _mail,
    "delegation_started": _minutes,
    "delegation_ended": _minutes,
    "error_shown": _page,
    "permission_denied": _page,
    "products_searched": _results,
    "history_looked_up": _results,
    "order_history_viewed": _results,
}
