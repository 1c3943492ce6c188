"""The touchpoint of somebody who changed what they say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import Company, User
from portal.accounts.models.names import NameChange
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


@fact(
    "name_changed",
    stage="admin",
    task="administer",
    says="Is called otherwise now",
    meaning="A person's name was changed, once for each company they work for; from what to what is in the table of names, "
    "and the activity shows it",
    icon="user",
    detail="name",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NameWasChanged(Touch):
    """A person's name was changed, by themselves or by a file."""

    user_id: int | None = None
    source: str | None = None


def record_name_changed(
    session: Session, change: NameChange, person: User, company: Company | None, *, by_file: bool
) -> None:
    """Record it for one company, or for the person alone, at the moment of the change."""
    company_id = company.id if company else None
    who = (
        actor_on_record("system", name="Import")
        if by_file
        else actor_on_record(person.kind, user_id=person.id, name=person.name, company_id=company_id)
    )
    what = NameWasChanged(user_id=person.id, source="file" if by_file else "person")
    key = f"name_changed:{change.id}:{company_id or ''}"
    record(session, Event(what, actor=who, now=change.changed_at, key=key, account_id=company_id))


def record_profile_changed(session: Session, change: Change, *, actor: Actor, now: datetime) -> None:
    """Record which of their details a person changed."""
    codes = Change(
        {name: change.before[name] for name in CODES if name in change.before},
        {name: change.after[name] for name in CODES if name in change.after},
    )
    fact = ProfileChanged(fields=change.names, before=codes.was, after=codes.becomes)
    key = f"profile_changed:{actor.user_id}:{now.isoformat()}"
    record(session, Event(fact, actor=actor, now=now, key=key))
