"""The circumstances of what is being done: channel, browser session, request. Set once per request or job."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.touchpoints.vocabulary import CHANNEL_OF


@dataclass(frozen=True)
class Interaction:
    """Where an interaction comes from; the web layer fills it in, background work uses the default."""

    source: str = "portal_server"
    channel: str = "web"
    session_id: int | None = None
    visitor_id: UUID | None = None
    correlation_id: str | None = None
    trace_id: str | None = None
    dnt: bool = False


BACKGROUND = Interaction()


# Files of other systems.
IMPORT = Interaction(source="import", channel="import")


def set_interaction(session: Session, interaction: Interaction) -> None:
    """Tell every touchpoint recorded on this session where it comes from."""
    session.info["interaction"] = interaction


def interaction_of(session: Session) -> Interaction:
    """What :func:`set_interaction` said, or the background default."""
    found: Interaction = session.info.get("interaction", BACKGROUND)
    return found


def note_shown(session: Session, *company_ids: int | None) -> None:
    """Say whose rows a query has read for a page. When its reader is staff, the log names these companies, whether or
    not the page records a view of its own (:func:`portal.web.asked.staff_look`)."""
    shown: list[int] = session.info.setdefault("shown", [])
    shown.extend(found for found in dict.fromkeys(company_ids) if found is not None and found not in shown)


def companies_shown(session: Session) -> list[int]:
    """What :func:`note_shown` was told, each once."""
    found: list[int] = session.info.get("shown", [])
    return found


def channel_of(actor: Actor) -> str:
    """The channel of what this actor does on the portal's pages."""
    return CHANNEL_OF.get(actor.kind, "web")
