"""Which companies and stores an actor may see, which of a person's rows decides in a company, and what is known of people
who were only invited: the only place that says so.

What may be *done* there is a matter of permissions (:mod:`portal.accounts.roles`). A kind of actor without a row in
``SIGHT`` sees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import and_, case, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.models import Company, Membership, RepAssignment, User
from portal.foundation.actor import Actor

Column = InstrumentedAttribute[Any] | ColumnElement[Any]


class Companies(Enum):
    """Whose rows are seen; the value is a condition for raw SQL, with the binds of :func:`sight_values`."""

    NONE = "false"
    OWN = "{column} = :sight_company"
    ASSIGNED = "{column} in (select company_id from rep_assignment where user_id = :sight_user)"
    ALL = "true"

    def sql(self, column: str) -> str:
        """The condition on ``column``, a company's id. Its text depends on nothing else, so plans are reused."""
        return self.value.format(column=column)


class Stores(Enum):
    """At which stores an actor works."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a kind of actor sees."""

    companies: Companies = Companies.NONE
    stores: Stores = Stores.NONE


SIGHT = {
    "customer": Sight(Companies.OWN),
    "rep": Sight(Companies.ASSIGNED),
    "support": Sight(Companies.ALL),
    "store": Sight(stores=Stores.OWN),
    "admin": Sight(Companies.ALL, Stores.ALL),
}
# A rep inside a customer's account sees what the customer sees.
_ACTING = Sight(Companies.OWN)
_NOTHING = Sight()


def sight_of(actor: Actor) -> Sight:
    """What the actor sees in the current context; nothing for a kind without a row."""
    seen = SIGHT.get(actor.kind, _NOTHING)
    return _ACTING if actor.is_acting and seen is not _NOTHING else seen


def company_condition(actor: Actor, column: Column) -> ColumnElement[bool]:
    """True for the companies that the actor may see; ``column`` is a company's id."""
    companies = sight_of(actor).companies
    if companies is Companies.ALL:
        return true()
    if companies is Companies.OWN and actor.company_id is not None:
        return column == actor.company_id
    if companies is Companies.ASSIGNED:
        return column.in_(select(RepAssignment.company_id).where(RepAssignment.user_id == actor.user_id))
    return false()


def sight_values(actor: Actor) -> dict[str, int | None]:
    """What :meth:`Companies.sql` has bound."""
    return {"sight_company": actor.company_id, "sight_user": actor.user_id}


def in_customer_account(actor: Actor) -> bool:
    """True for a customer's person and for a rep acting for one: they work on the customer's pages."""
    return sight_of(actor).companies is Companies.OWN


def sees_assigned_only(actor: Actor) -> bool:
    """True for staff who see only the companies assigned to them."""
    return sight_of(actor).companies is Companies.ASSIGNED


def store_condition(actor: Actor, column: Column) -> ColumnElement[bool]:
    """True for the stores at whose counter the actor works; ``column`` is a store's id."""
    stores = sight_of(actor).stores
    if stores is Stores.ALL:
        return column.is_not(None)
    if stores is Stores.OWN and actor.store_id is not None:
        return column == actor.store_id
    return false()


def works_at_store(actor: Actor, store_id: int) -> bool:
    """Whether the actor works at this store's counter."""
    stores = sight_of(actor).stores
    return stores is Stores.ALL or (stores is Stores.OWN and actor.store_id == store_id)


def works_at_one_store(actor: Actor) -> bool:
    """True for staff of one store: their counter is where they start."""
    return sight_of(actor).stores is Stores.OWN


def works_at_every_store(actor: Actor) -> bool:
    """True for staff who have to choose a store first."""
    return sight_of(actor).stores is Stores.ALL


# A person's own row in a company decides, also one that is disabled: whoever is locked out of a branch, or may do less
# there, does not come back in through its parent. Only without such a row does one in the parent count. An invitation
# that nobody has accepted yet is no such row: being invited takes nothing away.


def stands(membership: str, company: str) -> str:
    """True in raw SQL when this active ``membership`` is its person's in ``company``; both are aliases. At most one
    row of a person fits a company."""
    return f"""({membership}.disabled_at is null and ({membership}.company_id = {company}.id
       or {membership}.company_id = {company}.parent_id and not exists (
          select from membership own where own.company_id = {company}.id and own.user_id = {membership}.user_id
             and own.invited_at is null)))"""


def standing_in(company: Company) -> ColumnElement[bool]:
    """True for a :class:`Membership` that is its person's active one in the company, as :func:`stands`."""
    own = aliased(Membership)
    has_own = exists().where(
        own.company_id == company.id, own.user_id == Membership.user_id, own.invited_at.is_(None)
    )
    return and_(
        Membership.disabled_at.is_(None),
        or_(Membership.company_id == company.id, and_(Membership.company_id == company.parent_id, ~has_own)),
    )


# Of people who were only invited nothing is known but their address until they join: it may be that of somebody who works
# for another customer, and whoever invites it must not learn so, nor a name or a phone number.


def joined(membership: str) -> str:
    """True in raw SQL when the person of this ``membership`` (an alias) has joined."""
    return f"{membership}.invited_at is null"


def known(value: str, membership: str, *, or_else: str = "null") -> str:
    """In raw SQL, a ``value`` of a person that is known only once they have joined."""
    return f"case when {joined(membership)} then {value} else {or_else} end"


# What people are called in the list of a company.
KNOWN_NAME: ColumnElement[str] = case((Membership.invited_at.is_(None), User.name), else_=User.email)
HAS_JOINED: ColumnElement[bool] = Membership.invited_at.is_(None)
