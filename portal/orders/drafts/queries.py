"""Drafts: the one that is worked on, with everything its pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Address, Company, CompanyJob, User
from portal.billing.tax.queries.rates import tax_for
from portal.billing.tax.rules import Taxed
from portal.catalog.prices.queries import price_rows
from portal.catalog.prices.rules import PriceRow, price
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from portal.foundation.sql import sql_list
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.lines import Line, tax_lines, tax_of, total_of, wanted_by_variant
from portal.orders.drafts.work import current_of, refuse_other_person
from portal.orders.models.drafts import Draft
from portal.stores.models import Store
from portal.stores.stock.queries import available

LINES = text("""
select l.id, l.position, l.variant_id, l.quantity, l.colour_number, l.last_time,
       v.sku, v.name, v.sheen, v.tint_base, v.size, v.unit, v.pack_size, p.tintable, v.discontinued_on,
       r.id, r.sku, r.name, p.code, c.name, c.hex
  from draft_line l
  join variant v on v.id = l.variant_id
  join product p on p.id = v.product_id
  left join variant r on r.id = v.replacement_id
  left join colour c on c.number = l.colour_number
 where l.draft_id = :draft
 order by l.position, l.id
""")

# Six tables with all their columns: put together once, since that costs as much as asking.
_HEADS = (
    select(Draft, Company, User.name, User.kind, Store, Address, CompanyJob)
    .join(Company, Company.id == Draft.company_id)
    .join(User, User.id == Draft.owner_user_id)
    .outerjoin(Store, Store.id == Draft.store_id)
    .outerjoin(Address, Address.id == Draft.address_id)
    .outerjoin(CompanyJob, CompanyJob.id == Draft.job_id)
)


@dataclass(frozen=True, slots=True)
class DraftHead:
    """A draft with the things it points to."""

    draft: Draft
    company: Company
    owner_name: str
    owner_kind: str
    store: Store | None
    address: Address | None
    job: CompanyJob | None

    @property
    def id(self) -> int:
        return self.draft.id

    @property
    def title(self) -> str:
        """Its name, or what it is."""
        return self.draft.name or ("Current draft" if self.draft.state == "current" else "Unnamed draft")

    @property
    def tax_region(self) -> str:
        """Whose sales tax it carries: the store's region for pickup, the address's for delivery."""
        if self.draft.fulfilment == "delivery":
            return self.address.region if self.address else ""
        return self.store.region if self.store else ""


def head_of(session: Session, actor: Actor, draft_id: int, *, lock: bool = False) -> DraftHead:
    """A draft of the actor's company, no matter who works on it. One statement.

    :param lock: lock it until the transaction ends, and read its newest state.
    :raises NotFound: if there is none in this company.
    """
    return _one(session, actor, Draft.id == draft_id, lock=lock)


def own_head(session: Session, actor: Actor, draft_id: int, *, lock: bool = False) -> DraftHead:
    """A draft that the actor works on.

    :raises NotFound: if it is a colleague's or there is none.
    :raises Rejected: ``other_person`` if a rep began it for somebody else than the one acted for now.
    """
    head = _one(session, actor, Draft.id == draft_id, Draft.owner_user_id == actor.user_id, lock=lock)
    refuse_other_person(session, head.draft, actor)
    return head


def current_head(session: Session, actor: Actor) -> DraftHead | None:
    """The draft to which the actor adds; None before the first line."""
    try:
        return _one(session, actor, *current_of(actor))
    except NotFound:
        return None


def _one(session: Session, actor: Actor, *conditions: ColumnElement[bool], lock: bool = False) -> DraftHead:
    query = _HEADS.where(Draft.company_id == actor.customer_id, *conditions)
    if lock:
        query = query.with_for_update(of=Draft).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return DraftHead(*row)


def read_lines(session: Session, draft_id: int) -> list[Line]:
    """The lines of a draft without prices. One statement; a few attributes each, no ORM objects."""
    return [Line(*row) for row in session.execute(LINES, {"draft": draft_id})]


def priced_lines(session: Session, *, company_id: int, draft_id: int, today: date) -> list[Line]:
    """The lines with today's prices and the reason where one cannot be ordered. Two statements.

    Quantity breaks count what is bought of a variant over the whole order, its colours together.
    """
    lines = read_lines(session, draft_id)
    bought = wanted_by_variant(lines)
    rows = price_rows(session, company_id=company_id, variant_ids=bought, on=today)
    for line in lines:
        line.bought = bought[line.variant_id]
        _price_it(line, rows.get(line.variant_id, []), today)
        line.find_problem(today)
    return lines


def _price_it(line: Line, rows: list[PriceRow], today: date) -> None:
    found = price(rows, quantity=line.bought, on=today)
    if found is not None:
        line.price_it(found.unit_price, found.currency, found.words)
    elif rows:
        line.sold_from = min(row.min_quantity for row in rows)


def add_tax(session: Session, head: DraftHead, lines: list[Line], *, today: date) -> Taxed:
    """Give priced lines their tax. One statement.

    :param today: the day whose rate and certificates hold.
    """
    taxed = tax_for(session, company_id=head.company.id, region=head.tax_region, on=today)
    tax_lines(lines, taxed, head.company.currency)
    return taxed


@dataclass(frozen=True, slots=True)
class TaxedLines:
    """Priced and taxed lines, and by which rate or certificate. Amounts in minor units of the company's currency."""

    lines: list[Line]
    taxed: Taxed

    @property
    def tax_minor(self) -> int:
        return tax_of(self.lines)

    @property
    def total_minor(self) -> int:
        """With tax."""
        return total_of(self.lines) + tax_of(self.lines)


def taxed_lines(session: Session, head: DraftHead, *, today: date) -> TaxedLines:
    """The lines of a draft at the prices and taxes of a day. Three statements."""
    lines = priced_lines(session, company_id=head.company.id, draft_id=head.id, today=today)
    return TaxedLines(lines, add_tax(session, head, lines, today=today))


def stocked_lines(
    session: Session, *, company_id: int, draft_id: int, today: date, store_id: int | None
) -> list[Line]:
    """Priced lines that also know the stock of their store. Three statements.

    Two colours of one variant share its stock, in the order of the lines.
    """
    lines = priced_lines(session, company_id=company_id, draft_id=draft_id, today=today)
    if store_id is None or not lines:
        return lines
    stock = available(session, store_id=store_id, variant_ids=wanted_by_variant(lines))
    for line in lines:
        line.available = max(0, stock.get(line.variant_id, 0))
        stock[line.variant_id] = line.available - line.quantity
    return lines


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in the list."""

    id: int
    name: str
    state: str
    owner_user_id: int
    subject_user_id: int
    owner_name: str
    owner_kind: str
    subject_name: str
    store_name: str | None
    updated_at: datetime
    lines: int
    waits: bool  # for approval

    def is_of(self, actor: Actor) -> bool:
        """Whether the actor works on it: their own, and a rep's for the person acted for now."""
        return (self.owner_user_id, self.subject_user_id) == (actor.user_id, actor.subject_user_id)

    @property
    def title(self) -> str:
        return self.name or ("Current draft" if self.state == "current" else "Unnamed draft")


LISTED_JOBS = 200
LISTED = text(f"""
select d.id, d.name, d.state, d.owner_user_id, d.subject_user_id, u.name, u.kind, s.name, st.name, d.updated_at,
       (select count(*) from draft_line l where l.draft_id = d.id),
       exists (select from order_approval a where a.draft_id = d.id and a.state = 'pending')
  from draft d
  join app_user u on u.id = d.owner_user_id
  join app_user s on s.id = d.subject_user_id
  left join store st on st.id = d.store_id
 where d.company_id = :company and d.state in {sql_list(OPEN_DRAFTS)}
 order by d.updated_at desc, d.id desc
 limit 200
""")


def drafts_of(session: Session, actor: Actor) -> list[DraftRow]:
    """The company's drafts, own and colleagues', last changed first. One statement.

    Times come from a plain query, so they carry the connection's zone, which is UTC.
    """
    return [DraftRow(*row) for row in session.execute(LISTED, {"company": actor.customer_id})]


def addresses_of(session: Session, company_id: int) -> list[Address]:
    """Where the company has things delivered, the usual one first."""
    order = (Address.is_default.desc(), Address.label)
    return list(session.scalars(select(Address).where(Address.company_id == company_id).order_by(*order)))


def jobs_of(session: Session, company_id: int, chosen_id: int | None) -> list[CompanyJob]:
    """The company's open jobs by name, as many as a list can show; the chosen one is among them."""
    open_jobs = (CompanyJob.company_id == company_id, CompanyJob.closed_at.is_(None))
    chosen_first = (CompanyJob.id == (chosen_id or 0)).desc()
    query = select(CompanyJob).where(*open_jobs).order_by(chosen_first, CompanyJob.name).limit(LISTED_JOBS)
    return sorted(session.scalars(query), key=lambda job: job.name)


def variant_name(session: Session, variant_id: int) -> str:
    """What a line of this variant is called. One statement."""
    name: str = session.execute(
        text("select name from variant where id = :id"), {"id": variant_id}
    ).scalar_one()
    return name
