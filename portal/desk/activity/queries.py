"""Names for the ids in a timeline: people, orders, delegations, stores and products, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.sight import joined
from portal.touchpoints.queries import Entry

# Who reads a company's story reads the names of its own people and of the seller's; of somebody only invited, the
# address.
_NAMES = text(f"""
select 'person', u.id, case when cast(:company_id as bigint) is null or u.kind <> 'customer' or exists (
         select from company c join membership m on m.company_id in (c.id, c.parent_id)
          where c.id = cast(:company_id as bigint) and m.user_id = u.id and {joined("m")})
         then u.name else u.email end, u.kind, u.email
  from app_user u where u.id = any(:people)
union all
select 'order', id, number, '', '' from sales_order where id = any(:orders)
union all
select 'delegation', d.id, d.reason, u.name, '' from delegation d join app_user u on u.id = d.subject_user_id
 where d.id = any(:delegations)
union all
select 'store', id, name, '', '' from store where id = any(:stores)
union all
select 'variant', id, sku, name, '' from variant where id = any(:variants)
union all
select 'was', n.user_id, n.name_before, n.name_after, cast(extract(epoch from n.changed_at) * 1000000 as bigint)::text
  from name_change n where n.user_id = any(:people)
""")


@dataclass(frozen=True, order=True)
class Renamed:
    """A person's name until a moment (in microseconds), and the one from then on."""

    until_us: int
    before: str
    after: str


@dataclass(frozen=True)
class Names:
    """What the ids are called; each value is a name and what belongs to it."""

    people: dict[int, tuple[str, str]] = field(default_factory=dict)  # name, kind
    orders: dict[int, str] = field(default_factory=dict)
    delegations: dict[int, tuple[str, str]] = field(
        default_factory=dict
    )  # reason, name of the person acted for
    emails: dict[int, str] = field(default_factory=dict)
    changes: dict[int, list[Renamed]] = field(default_factory=dict)  # of people's names, the oldest first
    stores: dict[int, str] = field(default_factory=dict)
    variants: dict[int, tuple[str, str]] = field(default_factory=dict)  # SKU, name

    def called(self, id: int, at_us: int) -> str:
        """What a person was called at a moment; of somebody of whom only the address is shown, the address."""
        today = self.people.get(id, ("Somebody", ""))[0]
        if today == self.emails.get(id):
            return today
        return next((each.before for each in self.changes.get(id, ()) if each.until_us > at_us), today)

    def address(self, id: int, called: str) -> str:
        """The mail address, where the name alone could mean somebody else: the person had another name then, or another one
        here has the same. Empty where it could not."""
        others = (name for other, (name, _) in self.people.items() if other != id)
        differs = called != self.people.get(id, (called, ""))[0]
        unsure = differs or called.casefold() in {each.casefold() for each in others}
        return self.emails.get(id, "") if unsure and called != self.emails.get(id) else ""


def names_in(session: Session, entries: Iterable[Entry], *, company_id: int | None = None) -> Names:
    """Look up every id that the entries carry; ``company_id``: the company whose story it is."""
    rows = list(entries)
    names = Names()
    if not rows:
        return names
    found = session.execute(_NAMES, {**_ids_in(rows), "company_id": company_id})
    for kind, id, first, second, third in found:
        if kind == "person":
            names.people[id], names.emails[id] = (first, second), third
        elif kind == "was":
            names.changes.setdefault(id, []).append(Renamed(int(third), first, second))
        elif kind == "order":
            names.orders[id] = first
        elif kind == "delegation":
            names.delegations[id] = (first, second)
        elif kind == "store":
            names.stores[id] = first
        else:
            names.variants[id] = (first, second)
    for changes in names.changes.values():
        changes.sort()
    return names


def _ids_in(entries: list[Entry]) -> dict[str, list[int]]:
    people = {e.actor_id for e in entries} | {e.subject_user_id for e in entries}
    people |= {n for e in entries for n in (e.props.get("user_id"), e.props.get("subject_user_id"))}
    ids: dict[str, Iterable[int | None]] = {
        "people": people,
        "orders": {e.order_id for e in entries},
        "delegations": {e.delegation_id for e in entries},
        "stores": {e.store_id for e in entries},
        "variants": {e.variant_id for e in entries},
    }
    return {name: sorted(n for n in given if isinstance(n, int)) for name, given in ids.items()}
