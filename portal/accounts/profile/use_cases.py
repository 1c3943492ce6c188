"""What a person says about themselves: name, phone, language, time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, User
from portal.accounts.models.names import NameChange
from portal.accounts.profile.facts import record_name_changed, record_profile_changed
from portal.accounts.profile.letters import mail_name_changed
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.jobs import MAIL, JobName, defer
from portal.foundation.wording import phone_digits
from portal.touchpoints.kind import Change

NAME_CHANGED = JobName("profile.announce_name", MAIL)
_UNTOLD = (
    select(NameChange)
    .where(NameChange.user_id == bindparam("person"), NameChange.announced_at.is_(None))
    .order_by(NameChange.id)
    .with_for_update()
)
_STANDING = (Membership.disabled_at.is_(None), Membership.invited_at.is_(None))
_COMPANIES = (
    select(Company)
    .join(Membership, Membership.company_id == Company.id)
    .where(Membership.user_id == bindparam("person"), Company.disabled_at.is_(None), *_STANDING)
    .order_by(Company.id)
)
_ADMINS = (
    select(User)
    .join(Membership, Membership.user_id == User.id)
    .where(
        Membership.company_id == bindparam("company"),
        Membership.role == "company_admin",
        User.id != bindparam("person"),
        User.disabled_at.is_(None),
        *_STANDING,
    )
    .order_by(User.id)
)


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
    if "name" in change.names:
        queue_name(session, user, by_file=False)
    return user


def queue_name(session: Session, user: User, *, by_file: bool) -> None:
    """Have the person and the administrators of all of their companies told about a changed name; a customer's own request
    sees one company."""
    defer(session, NAME_CHANGED, {"user_id": user.id, "by_file": by_file})


def announce_names(session: Session, *, user_id: int, by_file: bool, now: datetime) -> None:
    """Mail changes of somebody's name that were not told yet, and record them for each of their companies. Once."""
    person = session.get_one(User, user_id)
    for change in session.scalars(_UNTOLD, {"person": user_id}).all():
        change.announced_at = now
        mail_name_changed(session, change, person, person, "", by_file=by_file)
        record_name_changed(session, change, person, None, by_file=by_file)
        for company in session.scalars(_COMPANIES, {"person": user_id}):
            record_name_changed(session, change, person, company, by_file=by_file)
            for admin in session.scalars(_ADMINS, {"company": company.id, "person": user_id}):
                mail_name_changed(session, change, person, admin, company.name, by_file=by_file)


def choose_attachments(session: Session, *, actor: Actor, wanted: bool, now: datetime) -> None:
    """Have mails about documents bring them along as PDF, or not."""
    user = session.get_one(User, actor.user_id)
    if user.attach_documents != wanted:
        change = Change({"attach_documents": user.attach_documents}, {"attach_documents": wanted})
        user.attach_documents = wanted
        record_profile_changed(session, change, actor=actor, now=now)


def _details(user: User) -> dict[str, object]:
    return {"name": user.name, "phone": user.phone, "language": user.language, "time_zone": user.time_zone}
