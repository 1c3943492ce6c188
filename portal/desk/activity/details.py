"""The details of touchpoints in words: an order's number, a line's product, how long something took."""

from __future__ import annotations

from collections.abc import Callable

from portal.desk.activity.changes import change_words
from portal.desk.activity.queries import Names
from portal.desk.activity.words import OUTCOME_WORDS, mail_words
from portal.foundation.money import format_minor
from portal.touchpoints.kinds import kinds
from portal.touchpoints.queries import Entry


def details_of(entry: Entry, names: Names) -> str:
    """What a timeline adds to an entry's title, by its kind, and what went wrong."""
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


def _change(entry: Entry, names: Names) -> str:
    person = names.people.get(entry.props.get("user_id") or 0, ("", ""))[0]
    words = change_words(entry.props)
    if not words:
        return _person(entry, names)
    return f"{person}: {words}" if person else words[:1].upper() + words[1:]


def _fields(entry: Entry, names: Names) -> str:
    return ", ".join(each.replace("_", " ") for each in entry.props.get("fields") or []).capitalize()


def _name(entry: Entry, names: Names) -> str:
    changes = names.changes.get(entry.props.get("user_id") or 0, ())
    return next(
        (f"{each.before} → {each.after}" for each in changes if each.until_us == entry.occurred_us), ""
    )


def _jobs(entry: Entry, names: Names) -> str:
    return _many(entry.props.get("rows") or 0, "job")


def _mail(entry: Entry, names: Names) -> str:
    kind = entry.props.get("mail_kind") or ""
    words = mail_words(kind)
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
    "change": _change,
    "jobs": _jobs,
    "fields": _fields,
    "mail": _mail,
    "name": _name,
    "minutes": _minutes,
    "page": _page,
    "results": _results,
}
