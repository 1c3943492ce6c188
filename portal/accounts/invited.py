"""What is known of people who were only invited: their address, and nothing else until they join. The only place that
decides it.

An address may be that of somebody who works for another customer. Whoever invites it must not learn so, nor a name or a
phone number.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, case

from portal.accounts.models import Membership, User


def joined(membership: str) -> str:
    """True in raw SQL when the person of this ``membership`` (an alias) has joined."""
    return f"{membership}.invited_at is null"


def known(value: str, membership: str, *, or_else: str = "null") -> str:
    """In raw SQL, a ``value`` of a person that is known only once they have joined."""
    return f"case when {joined(membership)} then {value} else {or_else} end"


# What people are called in the list of a company.
KNOWN_NAME: ColumnElement[str] = case((Membership.invited_at.is_(None), User.name), else_=User.email)
HAS_JOINED: ColumnElement[bool] = Membership.invited_at.is_(None)
