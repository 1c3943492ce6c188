"""Invitations as whoever holds the link reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, User
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sign_in.use_cases.one_time import INVITATION, find_link


@dataclass(frozen=True)
class OpenInvitation:
    """What a person reads before they accept."""

    email: str
    name: str
    company_name: str | None  # None: the seller's own staff
    role_label: str
    needs_password: bool


def read_invitation(session: Session, *, token: str, now: datetime) -> OpenInvitation | None:
    """What the link invites to; None if it has been used or has expired."""
    row = find_link(session, purpose=INVITATION, token=token, now=now)
    if row is None:
        return None
    user = session.get_one(User, row.user_id)
    company = session.get(Company, row.company_id) if row.company_id else None
    membership = session.get(Membership, (user.id, row.company_id)) if company else None
    return OpenInvitation(
        email=user.email,
        name=user.name,
        company_name=company.name if company else None,
        role_label=ROLE_LABELS[membership.role if membership else user.kind],
        needs_password=user.password_hash is None,
    )
