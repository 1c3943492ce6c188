"""Touchpoints in plain words: who did what, for whom and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.desk.activity.details import details_of
from portal.desk.activity.queries import Names
from portal.desk.activity.words import ROLE_WORDS, STAGE_ICONS
from portal.touchpoints.kinds import kinds
from portal.touchpoints.queries import Entry

# A company reads what was done in its account, not what was looked at or typed.
SHOWN_TO_CUSTOMERS = frozenset(name for name, kind in kinds().items() if kind.fact and kind.told)
# Staff read everything but what they looked up themselves, and browser samples.
SHOWN_TO_STAFF = frozenset(name for name, kind in kinds().items() if not kind.sample) - {"history_looked_up"}


@dataclass(frozen=True)
class StoryLine:
    """A touchpoint as a line of a timeline."""

    at: datetime
    title: str
    text: str
    by: str
    by_role: str
    by_email: str
    behalf_of: str
    reason: str
    icon: str
    tone: str
    order_number: str


def story_of(entries: Iterable[Entry], names: Names) -> list[StoryLine]:
    """Entries in plain words, in their order."""
    return [_line(entry, names) for entry in entries]


def _line(entry: Entry, names: Names) -> StoryLine:
    reason, subject = names.delegations.get(entry.delegation_id or 0, ("", ""))
    behalf = (
        names.called(entry.subject_user_id, entry.occurred_us)
        if entry.on_behalf and entry.subject_user_id
        else ""
    )
    by = names.called(entry.actor_id, entry.occurred_us) if entry.actor_id else _nobody(entry)
    if entry.name.startswith("delegation_"):
        behalf = subject or names.people.get(entry.props.get("subject_user_id") or 0, ("", ""))[0]
    kind = kinds().get(entry.name)
    tone = kind.tone if kind else "neutral"
    return StoryLine(
        at=entry.at,
        title=_title(entry),
        text=details_of(entry, names),
        by=by,
        by_role=ROLE_WORDS.get(entry.actor_role, "") if entry.actor_id else "",
        by_email=names.address(entry.actor_id, by) if entry.actor_id else "",
        behalf_of=behalf,
        reason=reason if entry.on_behalf or entry.name == "delegation_started" else "",
        icon=kind.icon if kind and kind.icon else STAGE_ICONS.get(entry.stage, "note"),
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


def _nobody(entry: Entry) -> str:
    return "Counterpart" if entry.actor_role == "system" else ""
