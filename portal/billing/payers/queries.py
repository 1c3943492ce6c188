"""The people to write to about a company's money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import addresses_of
from portal.accounts.models import Company
from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS
from portal.accounts.sight import stands

_PEOPLE = text(f"""
select c.id as company_id, u.id as user_id, u.name, u.email, u.language, u.time_zone, m.role,
       m.company_id <> c.id as of_parent, u.attach_documents
  from company c
  join membership m on {stands("m", "c")}
  join app_user u on u.id = m.user_id and u.disabled_at is null and u.kind = 'customer'
 where c.id = any(:companies) and m.role = any(:roles)
 order by c.id, m.company_id <> c.id, lower(u.name), u.id
""")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person of a customer who gets a mail."""

    company_id: int
    user_id: int
    name: str
    email: str
    language: str
    time_zone: str
    role: str
    of_parent: bool
    attach_documents: bool = False


def people_who_may(
    session: Session, permission: str, company_ids: Iterable[int]
) -> dict[int, list[Recipient]]:
    """Active people of each company whose role there grants ``permission``; where there are none, its admins, and
    where it has no such people at all, those of its parent. One statement for any number of companies."""
    roles = [role for role in CUSTOMER_ROLES if permission in PERMISSIONS[role]]
    asked = {"companies": sorted(set(company_ids)), "roles": sorted({*roles, "company_admin"})}
    found: dict[int, list[Recipient]] = defaultdict(list)
    for row in session.execute(_PEOPLE, asked):
        found[row.company_id].append(Recipient(*row))
    return {company_id: _chosen(people, roles) for company_id, people in found.items()}


def known_addresses(session: Session, company: Company) -> dict[str, str]:
    """Where a company is written to about its money: its people who read invoices, its confirmed addresses for documents,
    and its own address. By address, whose it is. Two statements."""
    people = people_who_may(session, "invoices:read", [company.id]).get(company.id, [])
    boxes = addresses_of(session, company.id)
    found = {each.email: company.name for each in boxes if each.confirmed_at is not None}
    found |= {each.email: each.name for each in people}
    return {**found, company.email: company.name} if company.email else found


def _chosen(people: list[Recipient], roles: list[str]) -> list[Recipient]:
    for of_parent in (False, True):
        there = [each for each in people if each.of_parent == of_parent]
        chosen = [each for each in there if each.role in roles] or there
        if chosen:
            return _once(chosen)
    return []


def _once(people: list[Recipient]) -> list[Recipient]:
    return list({each.user_id: each for each in reversed(people)}.values())[::-1]
