"""The touchpoint of somebody who changed what they say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.kind import Change, Touch, fact
from portal.touchpoints.recording import Event, record

# Codes; a name and a phone number are never in the log, only that they were changed.
CODES = ("language", "time_zone", "attach_documents")


@fact(
    "profile_changed",
    stage="admin",
    task="administer",
    says="Changed their own details",
    meaning="A person changed their name, phone number, language or time zone; the log never holds names and numbers",
    icon="user",
    detail="fields",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Touch):
    """A person changed their name, phone number, language or time zone; the log never holds names and numbers."""

    fields: list[str] | None = None
    before: list[str] | None = None
    after: list[str] | None = None


def record_profile_changed(session: Session, change: Change, *, actor: Actor, now: datetime) -> None:
    """Record which of their details a person changed."""
    codes = Change(
        {name: change.before[name] for name in CODES if name in change.before},
        {name: change.after[name] for name in CODES if name in change.after},
    )
    fact = ProfileChanged(fields=change.names, before=codes.was, after=codes.becomes)
    key = f"profile_changed:{actor.user_id}:{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key))
