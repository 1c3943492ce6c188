"""What a person says about themselves: name, phone, language, time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.profile.facts import record_profile_changed
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.wording import phone_digits
from portal.touchpoints.kind import Change


def update_profile(
    session: Session, *, actor: Actor, name: str, phone: str, language: str, time_zone: str, now: datetime
) -> User:
    """Change one's own name, phone number, language and time zone (an IANA name).

    :raises Rejected: if the zone is unknown or the phone number is not one.
    """
    if time_zone not in available_timezones():
        raise Rejected("no_zone", "Choose a time zone from the list.", field="time_zone")
    digits = phone_digits(phone)
    if phone and (digits is None or not 5 <= len(digits) <= 15):
        raise Rejected(
            "no_phone", "Enter a phone number with its area code, or leave it empty.", field="phone"
        )
    user = session.get_one(User, actor.user_id)
    before = _details(user)
    user.name, user.language, user.time_zone = name, language, time_zone
    user.phone, user.phone_digits = phone or None, digits
    change = Change(before, _details(user))
    if change.names:
        record_profile_changed(session, change, actor=actor, now=now)
    return user


def choose_attachments(session: Session, *, actor: Actor, wanted: bool, now: datetime) -> None:
    """Have mails about documents bring them along as PDF, or not."""
    user = session.get_one(User, actor.user_id)
    if user.attach_documents != wanted:
        change = Change({"attach_documents": user.attach_documents}, {"attach_documents": wanted})
        user.attach_documents = wanted
        record_profile_changed(session, change, actor=actor, now=now)


def _details(user: User) -> dict[str, object]:
    return {"name": user.name, "phone": user.phone, "language": user.language, "time_zone": user.time_zone}
