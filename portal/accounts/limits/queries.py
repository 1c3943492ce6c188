"""How much a person may order without approval, and who may approve more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS

# −1: no limit; no row: not one of its people. A membership in the company takes precedence over one in its parent.
ORDER_LIMIT = """
select coalesce(m.order_limit_minor, -1)
  from company c join membership m on m.company_id in (c.id, c.parent_id) and m.disabled_at is null
 where c.id = :company and m.user_id = :person
 order by m.company_id = c.id desc
 limit 1
"""
# The company's own people first; for people of both, the membership in the company counts.
_APPROVERS = text("""
select distinct on (m.company_id <> c.id, lower(u.name), u.id)
       u.id, u.name, u.email, u.language, m.company_id <> c.id as of_parent
  from company c
  join membership m on m.company_id in (c.id, c.parent_id) and m.disabled_at is null
  join app_user u on u.id = m.user_id and u.disabled_at is null and u.kind = 'customer'
 where c.id = :company and m.role = any(:roles) and u.id <> all(:but)
   and (m.order_limit_minor is null or m.order_limit_minor >= :total)
   and not exists (select from membership own where own.company_id = c.id and own.user_id = u.id
                      and own.company_id <> m.company_id and own.disabled_at is null)
 order by m.company_id <> c.id, lower(u.name), u.id
""")
_DECIDERS = [role for role in CUSTOMER_ROLES if "approvals:decide" in PERMISSIONS[role]]


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody of the company, or of its parent, who may approve."""

    user_id: int
    name: str
    email: str
    language: str


def order_limit(session: Session, *, company_id: int, user_id: int | None) -> int | None:
    """What a person may order for the company without approval: minor units of its currency, with tax, per order;
    None for any amount. A person outside of the company may order nothing alone. One statement."""
    return limit_of(session.scalar(text(ORDER_LIMIT), {"company": company_id, "person": user_id}))


def limit_of(found: int | None) -> int | None:
    """The result of :data:`ORDER_LIMIT` as :func:`order_limit` returns it."""
    return 0 if found is None else None if found < 0 else found


def approvers_of(
    session: Session, *, company_id: int, total_minor: int, but: Collection[int | None] = ()
) -> list[Approver]:
    """Who may approve an order of this total: the company's approvers and administrators whose own limit covers it,
    or its parent's if it has none. One statement.

    :param but: people who may not approve, since it is their order.
    """
    asked = {
        "company": company_id,
        "roles": _DECIDERS,
        "total": total_minor,
        "but": sorted({each for each in but if each is not None}),
    }
    rows = session.execute(_APPROVERS, asked).all()
    own = [row for row in rows if not row.of_parent]
    return [Approver(row.id, row.name, row.email, row.language) for row in own or rows]
