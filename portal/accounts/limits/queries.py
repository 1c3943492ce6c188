"""How much a person may order without approval, and who may approve more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS
from portal.accounts.sight import stands
from portal.foundation.actor import Actor

# −1: no limit; no row: not one of its people. What a rep orders in somebody's name is also held to the company's limit
# for reps.
_REP_LIMIT = "case when :by_rep then c.rep_order_limit_minor end"
_OF_PERSON = f"""
  from company c join membership m on {stands("m", "c")}
 where c.id = :company and m.user_id = :person
"""
ORDER_LIMIT = f"select coalesce(least(m.order_limit_minor, {_REP_LIMIT}), -1) {_OF_PERSON}"
_LIMITS = text(f"select m.order_limit_minor, {_REP_LIMIT} {_OF_PERSON}")
# The company's own people first. Of what a rep asks for, the person it is for says yes as well, to what that person may
# order alone.
_APPROVERS = text(f"""
select u.id, u.name, u.email, u.language, m.company_id <> c.id as of_parent
  from company c
  join membership m on {stands("m", "c")}
  join app_user u on u.id = m.user_id and u.disabled_at is null and u.kind = 'customer'
 where c.id = :company and u.id <> all(:but)
   and (m.role = any(:roles) or u.id = :person and m.role = any(:orderers))
   and (m.order_limit_minor is null or m.order_limit_minor >= :total)
 order by m.company_id <> c.id, lower(u.name), u.id
""")
_DECIDERS = [role for role in CUSTOMER_ROLES if "approvals:decide" in PERMISSIONS[role]]
_ORDERERS = [role for role in CUSTOMER_ROLES if "orders:place" in PERMISSIONS[role]]


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """What may be ordered without approval, in minor units of the company's currency, with tax, per order; None for any
    amount.

    :ivar person_minor: by the person it is for.
    :ivar rep_minor: by a rep in that person's name; None also when the person orders.
    """

    person_minor: int | None
    rep_minor: int | None = None

    @property
    def lowest_minor(self) -> int | None:
        """The one that holds."""
        return min((each for each in (self.person_minor, self.rep_minor) if each is not None), default=None)


NO_LIMIT = OrderLimits(None)


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody of the company, or of its parent, who may approve."""

    user_id: int
    name: str
    email: str
    language: str


def order_limits(session: Session, actor: Actor) -> OrderLimits:
    """What the actor may order for the company without approval. A person outside of the company may order nothing
    alone. One statement."""
    row = session.execute(_LIMITS, limit_values(actor)).one_or_none()
    return OrderLimits(0) if row is None else OrderLimits(*row)


def order_limit(session: Session, actor: Actor) -> int | None:
    """The lowest of :func:`order_limits`."""
    return order_limits(session, actor).lowest_minor


def limit_values(actor: Actor) -> dict[str, int | bool | None]:
    """What :data:`ORDER_LIMIT` has bound."""
    return {"company": actor.customer_id, "person": actor.subject_user_id, "by_rep": actor.is_acting}


def limit_of(found: int | None) -> int | None:
    """The result of :data:`ORDER_LIMIT`, None for any amount."""
    return 0 if found is None else None if found < 0 else found


def approvers_of(
    session: Session,
    *,
    company_id: int,
    total_minor: int,
    but: Collection[int | None] = (),
    person: int | None = None,
) -> list[Approver]:
    """Who may approve an order of this total: the company's approvers and administrators whose own limit covers it,
    or its parent's if it has none. One statement.

    :param but: people who may not approve, since it is their order.
    :param person: in whose name a rep asks: they may approve what they could order alone.
    """
    asked = {
        "company": company_id,
        "roles": _DECIDERS,
        "orderers": _ORDERERS,
        "total": total_minor,
        "but": sorted({each for each in but if each is not None}),
        "person": person,
    }
    rows = session.execute(_APPROVERS, asked).all()
    own = [row for row in rows if not row.of_parent or row.id == person]
    return [Approver(row.id, row.name, row.email, row.language) for row in own or rows]
