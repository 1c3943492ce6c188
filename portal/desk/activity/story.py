"""Touchpoints told to people: who did what for whom and why, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.desk.activity.queries import Names
from portal.foundation.money import format_minor
from portal.touchpoints.kinds import kinds
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
# What a company reads of its own account: what was done, not what was looked at or typed.
TOLD_TO_CUSTOMERS = frozenset(name for name, kind in kinds().items() if kind.fact and kind.told)
# What staff read about a company: not what they looked up themselves, and no browser samples.
TOLD_TO_STAFF = frozenset(name for name, kind in kinds().items() if not kind.sample) - {"history_looked_up"}


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
    kind = kinds().get(entry.name)
    tone = kind.tone if kind else "neutral"
    return Told(
        at=entry.at,
        title=_title(entry),
        text=_details(entry, names),
        by=_by(entry, names),
        behalf_of=behalf,
        reason=reason if entry.on_behalf or entry.name == "delegation_started" else "",
        icon=kind.icon if kind and kind.icon else ICONS.get(entry.stage, "note"),
        tone="warn" if entry.outcome != "ok" and tone == "neutral" else tone,
        order_number=names.orders.get(entry.order_id or 0, ""),
    )


def _title(entry: Entry) -> str:
    action = entry.props.get("action")
    if entry.name == "history_looked_up" and entry.props.get("opened"):
        return f"Opened the {entry.props['opened']}"
    if entry.name == "signed_out" and entry.props.get("reason") == "own":
        return "Signed out"
    kind = kinds().get(entry.name)
    return kind.actions.get(action or "", kind.says) if kind else entry.says


def _by(entry: Entry, names: Names) -> str:
    if entry.actor_id is None:
        return "Counterpart" if entry.actor_role == "system" else ""
    name = names.people.get(entry.actor_id, ("Somebody", ""))[0]
    role = ROLE_WORDS.get(entry.actor_role)
    return f"{name} ({role})" if role else name


def _details(entry: Entry, names: Names) -> str:
    kind = kinds().get(entry.name)
    detail = _DETAILS.get(kind.detail) if kind else None
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


_DETAILS: dict[str, Callable[[Entry, Names], str]] = {
    "order": _order,
    "document": _document,
    "line": _line,
    "reorder": _reorder,
    "store": _store,
    "person": _person,
    "mail": _mail,
    "minutes": _minutes,
    "page": _page,
    "results": _results,
}
