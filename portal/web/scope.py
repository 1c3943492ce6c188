"""Whose rows a transaction may touch: the only file that sets the database's role, company and person.

Three roles: the owner of the tables (staff, visitors, background work), ``portal_customer`` for what a customer or
a rep inside a customer's account asks for, and ``portal_books`` for what the portal itself does in their request:
moving money, and writing what customers may not write. The last two see one company's rows. What this does and does
not hold is in docs/decisions/0010.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

from portal.foundation.actor import Actor

CUSTOMER = "portal_customer"
BOOKS = "portal_books"

# Part of the sign-in statement, with its aliases: c the company, u the person, d a rep's stay.
SIGN_IN = f"""set_config('app.company_id', coalesce(c.id::text, ''), true) as scope,
       set_config('app.user_id', u.id::text, true) as person,
       case when u.kind = 'customer' or d.id is not null
            then set_config('role', '{CUSTOMER}', true) end as db_role"""
_SET = text(
    "select set_config('app.company_id', :company, true), set_config('app.user_id', :person, true), "
    "set_config('role', :role, true)"
)
_KEY = "scope"


@dataclass(frozen=True)
class Scope:
    """One company's rows, for one person. Both last until the transaction ends."""

    company_id: int | None
    person_id: int | None = None
    role: str = CUSTOMER

    def values(self) -> dict[str, str]:
        """As the database's settings, which are text: empty for none."""
        company, person = self.company_id, self.person_id
        return {
            "company": "" if company is None else str(company),
            "person": "" if person is None else str(person),
            "role": self.role,
        }


_OWNER = Scope(None, None, "none")


def scope_of(actor: Actor) -> Scope | None:
    """The scope of a customer, or of a rep inside a customer's account; None for everybody else."""
    if actor.user_id is None or (actor.is_staff and not actor.is_acting):
        return None
    return Scope(actor.company_id, actor.user_id)


def scoped(session: Session, scope: Scope) -> Session:
    """Hold the session's transactions, the running one and all later ones, to the scope. Returns the session."""
    if session.in_transaction():
        session.execute(_SET, scope.values())
    session.info[_KEY] = scope
    return session


def unscoped(session: Session) -> None:
    """Go on as the owner of the tables: when a rep's request begins inside one customer's account and goes on to
    another, or when a link decides and not who is signed in."""
    session.info.pop(_KEY, None)
    session.execute(_SET, _OWNER.values())


@event.listens_for(Session, "after_begin")
def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    scope: Scope | None = session.info.get(_KEY)
    if scope is not None and not transaction.nested:
        connection.execute(_SET, scope.values())
