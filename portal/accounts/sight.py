"""Which companies and stores an actor may see: the only place that decides it.

What may be *done* there is a matter of permissions (:mod:`portal.accounts.roles`). A kind of actor without a row in
``SIGHT`` sees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import false, select, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.models import RepAssignment
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
