"""Mails to a company's administrators about holds of its account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.billing.credit_holds.rules import HoldChange
from portal.billing.payers.letters import to_each
from portal.billing.payers.queries import people_who_may
from portal.foundation.mail import Letter, send


@dataclass(frozen=True, kw_only=True)
class AccountHeld(Letter, words="account on hold"):
    """The company's new orders on account are refused; ``by`` is empty when its rule did it."""

    company: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountReleased(Letter, words="hold lifted"):
    """The company can order on account again."""

    company: str
    by: str
    reason: str


def mail_hold_changes(session: Session, changes: Sequence[HoldChange], *, now: datetime) -> None:
    """Write to the administrators of each company. Three statements for any number of companies."""
    if not changes:
        return
    people = people_who_may(session, "company:manage", [each.company_id for each in changes])
    mails = []
    for each in changes:
        letter = _letter(each)
        key = f"{letter.kind}:{each.company_id}:{now.isoformat()}"
        mails += to_each(people.get(each.company_id, []), letter, key=key)
    send(session, *mails)


def _letter(change: HoldChange) -> Letter:
    if change.held:
        return AccountHeld(company=change.company_name, by=change.by, reason=change.reason)
    return AccountReleased(company=change.company_name, by=change.by, reason=change.reason)
