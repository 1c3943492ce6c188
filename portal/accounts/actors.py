"""The only place that creates actors, each with the permissions of its role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Delegation, Membership, User
from portal.accounts.roles import permissions_for
from portal.accounts.sight import standing_in
from portal.foundation.actor import Actor


def actor_of(
    user: User, company: Company | None = None, role: str | None = None, *, session_id: int | None = None
) -> Actor:
    """A person as an actor in a company, with their role there (staff: neither)."""
    return Actor(
        user_id=user.id,
        kind=user.kind,
        name=user.name,
        email=user.email,
        company_id=company.id if company else None,
        company_name=company.name if company else "",
        role=role,
        permissions=permissions_for(user.kind, role, acting=False),
        store_id=user.store_id,
        time_zone=user.time_zone,
        language=user.language,
        session_id=session_id,
    )


def actor_of_session(row: Mapping[str, Any]) -> Actor:
    """The actor behind a request; ``row`` is the result of the sign-in statement."""
    return Actor(
        user_id=row["user_id"],
        kind=row["kind"],
        name=row["name"],
        email=row["email"],
        company_id=row["company_id"],
        company_name=row["company_name"] or "",
        role=row["role"],
        permissions=_permissions_in_session(row),
        store_id=row["staff_store_id"],
        time_zone=row["time_zone"],
        language=row["language"],
        delegation_id=row["delegation_id"],
        acting_for_user_id=row["subject_user_id"],
        acting_for_name=row["subject_name"] or "",
        reason=row["reason"],
        session_id=row["session_id"],
    )


def _permissions_in_session(row: Mapping[str, Any]) -> frozenset[str]:
    """Those of the role, and fewer for a rep inside a customer's account."""
    return permissions_for(row["kind"], row["role"], acting=row["delegation_id"] is not None)


def actor_who_asked(
    session: Session,
    company: Company,
    *,
    user_id: int,
    name: str,
    delegation_id: int | None,
    subject_id: int,
    subject_name: str,
) -> Actor:
    """The actor of an earlier request, with the permissions of their role in the company today. One statement.

    :param delegation_id: the delegation in which a rep asked on behalf of the subject.
    """
    person = session.execute(_person(company, user_id, delegation_id)).one()
    acting = delegation_id is not None
    return Actor(
        user_id=user_id,
        kind=person.kind,
        name=name,
        email=person.email,
        company_id=company.id,
        company_name=company.name,
        role=person.role,
        permissions=permissions_for(person.kind, person.role, acting=acting),
        time_zone=person.time_zone,
        language=person.language,
        delegation_id=delegation_id,
        reason=person.reason,
        acting_for_user_id=subject_id if acting else None,
        acting_for_name=subject_name if acting else "",
    )


def _person(company: Company, user_id: int, delegation_id: int | None) -> Select[Any]:
    # A rep has no role in the company: that of the person acted for bounds what the rep may do.
    of_whom = func.coalesce(Delegation.subject_user_id, User.id)
    role = (
        select(Membership.role)
        .where(Membership.user_id == of_whom, standing_in(company))
        .correlate(User, Delegation)
        .scalar_subquery()
    )
    return (
        select(User.kind, User.email, User.language, User.time_zone, Delegation.reason, role.label("role"))
        .outerjoin(Delegation, Delegation.id == delegation_id)
        .where(User.id == user_id)
    )


def actor_on_record(
    kind: str, *, user_id: int | None = None, name: str = "", email: str = "", company_id: int | None = None
) -> Actor:
    """An actor without permissions, to name in the ledger and the log for what was done earlier or without
    signing in."""
    return Actor(
        user_id=user_id, kind=kind, name=name, email=email, company_id=company_id, permissions=frozenset()
    )
