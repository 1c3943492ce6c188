"""What a group owes: the open invoices of a parent and of those branches whose invoices a person may pay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Company, Membership
from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS
from portal.accounts.sight import standing_in
from portal.billing.invoices.queries.open_documents import OpenDocument, documents_where
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import GroupAllocation, PaymentAttempt
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound

MAY_PAY = [role for role in CUSTOMER_ROLES if "invoices:pay" in PERMISSIONS[role]]


@dataclass(frozen=True, slots=True)
class GroupCompany:
    """A company of a group, with its open invoices that can be paid now."""

    company: Company
    documents: list[OpenDocument]

    @property
    def open_minor(self) -> int:
        return sum(each.free_minor for each in self.documents)


def branches_of(session: Session, actor: Actor, parent_id: int | None = None) -> list[Company]:
    """The branches of the actor's company, or of another parent, in which the actor may pay invoices. One statement."""
    query = _branches(actor, actor.customer_id if parent_id is None else parent_id)
    return list(session.scalars(query.order_by(Company.name, Company.id)).unique())


def parent_of(session: Session, actor: Actor) -> Company | None:
    """The parent of the actor's company, if the actor may pay invoices there, too. One statement."""
    return session.scalars(_parent(actor)).unique().first()


def may_pay_group(actor: Actor) -> ColumnElement[bool]:
    """Whether there is a group for which the actor may pay, as part of another statement."""
    if actor.is_acting or not actor.can("invoices:pay"):
        return false()
    return or_(_branches(actor, actor.customer_id).exists(), _parent(actor).exists())


def _branches(actor: Actor, parent_id: int) -> Select[Company]:
    parent = aliased(Company)
    own = select(parent.currency).where(parent.id == parent_id).scalar_subquery()
    return _payable_in(actor).where(Company.parent_id == parent_id, Company.currency == own)


def _parent(actor: Actor) -> Select[Company]:
    own = aliased(Company)
    of = select(own.parent_id).where(own.id == actor.customer_id).scalar_subquery()
    return _payable_in(actor).where(Company.id == of)


def _payable_in(actor: Actor) -> Select[Company]:
    """Companies in which the actor may pay. A person's own row in a branch decides there, also one that is disabled
    (:mod:`portal.accounts.sight`)."""
    return (
        select(Company)
        .select_from(Company, Membership)
        .where(
            standing_in(Company),  # type: ignore[arg-type]  # the class stands for any of its rows
            Membership.user_id == actor.user_id,
            Membership.role.in_(MAY_PAY),
            Company.disabled_at.is_(None),
        )
    )


def check_group(session: Session, actor: Actor) -> list[Company]:
    """The branches, for whoever may pay for them.

    :raises NotFound: if the actor may not pay, or has no branch.
    """
    found = branches_of(session, actor) if actor.can("invoices:pay") and not actor.is_acting else []
    if not found:
        raise NotFound
    return found


def group_companies(session: Session, companies: Sequence[Company]) -> list[GroupCompany]:
    """Each with what can be paid of it, the earliest due first. Two statements, as the owner of the tables: the companies
    are several, and were checked (:func:`check_group`)."""
    ids = [each.id for each in companies]
    mine = (
        Invoice.company_id.in_(ids),
        Invoice.kind == "invoice",
        Invoice.open_minor != 0,
        Invoice.open_minor > 0,
    )
    whose = {
        row.id: row.company_id for row in session.execute(select(Invoice.id, Invoice.company_id).where(*mine))
    }
    found = documents_where(session, *mine)
    return [
        GroupCompany(
            company,
            [
                each
                for each in found
                if whose.get(each.id) == company.id
                and each.currency == company.currency
                and each.free_minor > 0
            ][:MOST_DOCUMENTS],
        )
        for company in companies
    ]


def are_of_group(session: Session, companies: Collection[Company], numbers: Collection[str]) -> bool:
    """Whether every number is an invoice of these companies. One statement, as the owner of the tables."""
    ids = [each.id for each in companies]
    query = select(Invoice.number).where(Invoice.company_id.in_(ids), Invoice.number.in_(numbers))
    return set(numbers) <= set(session.scalars(query.where(Invoice.kind == "invoice")))


def passed_on(session: Session, attempt: PaymentAttempt) -> Sequence[GroupAllocation]:
    """What an attempt is for in branches. One statement, none for any other attempt."""
    if attempt.purpose != "group":
        return []
    query = select(GroupAllocation).where(GroupAllocation.attempt_id == attempt.id)
    return session.scalars(query.order_by(GroupAllocation.branch_name, GroupAllocation.branch_invoice)).all()
