"""The rows of each file, in the order of columns.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

from sandbox.demo.customers.companies import Company
from sandbox.demo.customers.people import password_hash
from sandbox.demo.customers.taxes import certificates, rates
from sandbox.demo.deck import deck
from sandbox.demo.payments import BOOKS
from sandbox.demo.prices import PRICE_LISTS
from sandbox.demo.stores import closed_days, open_hours
from sandbox.demo.world import World

Row = tuple[object, ...]
_HOLD = "Two payments came back unpaid; call accounts before the next order"


def _stores(world: World) -> Iterator[Row]:
    for s in world.stores:
        place = (s.code, s.name, s.line1, s.city, s.region, s.postcode, "US", s.latitude, s.longitude)
        yield (
            *place,
            s.time_zone,
            s.phone,
            s.lead_minutes,
            s.tint_minutes,
            s.window_minutes,
            s.window_capacity,
        )


def _store_hours(world: World) -> Iterator[Row]:
    for store in world.stores:
        for weekday in range(1, 8):
            hours = open_hours(store, weekday)
            if hours is not None:
                yield store.code, weekday, _clock(hours[0]), _clock(hours[1])


def _store_exceptions(world: World) -> Iterator[Row]:
    """Holidays from last month to a year ahead; what is further back answers no question."""
    days = closed_days(world.today - timedelta(days=31), world.today + timedelta(days=366))
    for store in world.stores:
        for day, (note, opens, closes) in days.items():
            # A store that is closed on that weekday anyway does not open for the holiday's short hours.
            shut = open_hours(store, day.isoweekday()) is None
            yield store.code, day, _clock(None if shut else opens), _clock(None if shut else closes), note


def _colours(world: World) -> Iterator[Row]:
    yield from ((c.number, c.name, c.hex, c.family) for c in deck())


def _products(world: World) -> Iterator[Row]:
    for p in world.catalogue.products:
        yield p.code, p.name, p.category, p.description, p.data_sheet_url, _yes(p.tintable)


def _variants(world: World) -> Iterator[Row]:
    for product in world.catalogue.products:
        for v in product.variants:
            what = (v.sku, product.code, v.name, v.size, v.sheen, v.base, v.unit, v.pack_size)
            yield *what, v.discontinued_on, v.replacement.sku if v.replacement else None


def _price_lists(world: World) -> Iterator[Row]:
    yield from ((code, name, "USD") for code, name in PRICE_LISTS.items())


def _prices(world: World) -> Iterator[Row]:
    for price_list, variant, start, price, span in world.prices.rows():
        yield price_list, variant.sku, start, price, span.first, span.last


def _companies(world: World) -> Iterator[Row]:
    for c in world.companies:
        who = (c.code, c.name, c.parent_code, c.tier, "USD", f"{c.credit_limit:.2f}", _yes("hold" in c.flags))
        rules = (c.terms_days, c.store.code, c.po_mode, _yes(c.consents))
        held = _HOLD if "hold" in c.flags else None
        paying = (held, c.terms.words, c.invoice_per, "yes")
        yield *who, *rules, c.phone, f"office@{c.domain}", "trade", *paying, *_billed(c)


def _billed(company: Company) -> Row:
    """Documents go to the first of its addresses. No tax number begins with 00."""
    a = company.addresses[0]
    digits = "".join(filter(str.isdigit, company.code)).zfill(7)[-7:]
    return None, f"00-{digits}", a.line1, a.line2, a.city, a.region, a.postcode, "US"


def _addresses(world: World) -> Iterator[Row]:
    for company in world.companies:
        for rank, a in enumerate(company.addresses):
            place = (a.label, a.recipient, a.line1, a.line2, a.city, a.region, a.postcode, "US")
            yield company.code, *place, _yes(rank == 0)


def _users(world: World) -> Iterator[Row]:
    for p in world.directory.people.values():
        yield p.email, p.name, p.phone, p.language, p.time_zone, p.kind, p.store_code, password_hash()


def _memberships(world: World) -> Iterator[Row]:
    for company in world.companies:
        for rank, (person, role) in enumerate(company.members):
            yield person.email, company.code, role, _order_limit(company, role, rank)


def _order_limit(company: Company, role: str, rank: int) -> str | None:
    """Larger firms let their further buyers order up to an amount alone; the people to sign in as have no limit."""
    others = any(role in ("approver", "company_admin") for _, role in company.members)
    return "1500.00" if role == "buyer" and rank > 1 and others and "demo" not in company.flags else None


def _rep_assignments(world: World) -> Iterator[Row]:
    for company in world.companies:
        if company.rep is not None:
            yield company.rep.email, company.code


def _jobs(world: World) -> Iterator[Row]:
    """Jobs that run or ended lately; older ones live on in the orders alone."""
    since = world.today - timedelta(days=120)
    for company in world.companies:
        for job in company.jobs:
            if job.last >= since and job.first <= world.today:
                yield company.code, job.name, job.po_number


def _contract_prices(world: World) -> Iterator[Row]:
    for company in world.companies:
        for r in company.contracts.rows:
            yield company.code, r.sku, r.min_quantity, r.unit_price, r.first, r.last, r.contract


def _part_numbers(world: World) -> Iterator[Row]:
    for company in world.companies:
        yield from ((company.code, sku, number) for number, sku in company.part_numbers.items())


def _stock(world: World) -> Iterator[Row]:
    yield from ((store.code, variant.sku, on_hand) for store, variant, on_hand in world.stock)


def _tax_rates(world: World) -> Iterator[Row]:
    for rate in rates(world.today):
        yield rate.region, f"{rate.region} sales tax", rate.percent, rate.since


def _tax_exemptions(world: World) -> Iterator[Row]:
    for c in certificates(world.companies, world.today):
        yield c.company.code, c.region, c.number, c.exempt_for, c.first, c.last


def _orders(world: World) -> Iterator[Row]:
    """What was charged since the books began is open until a payment settles it."""
    since = world.today - timedelta(days=BOOKS)
    open_numbers = {bill.number for bill in world.bills if bill.issued >= since}
    for o in (*world.orders, *world.credits):
        subject = o.on_behalf_of.email if o.on_behalf_of else None
        start, end = o.window or (None, None)
        who = (o.number, o.company.code, _time(o.placed_at), o.placed_by.email, subject, o.reason)
        where = (o.status, o.fulfilment, o.store.code, o.po_number, o.job, "USD")
        times = (_time(moment) for moment in (start, end, o.promised_at, o.ready_at, o.closed_at))
        money = (o.kind, o.tax_region, o.certificate, "no" if o.number in open_numbers else "")
        yield *who, *where, *times, o.pickup_person, o.address_label, *money


def _order_lines(world: World) -> Iterator[Row]:
    for order in (*world.orders, *world.credits):
        for number, line in enumerate(order.lines, start=1):
            v, colour = line.variant, line.colour
            what = (order.number, number, v.sku, v.name, line.quantity, line.unit_price)
            tint = (colour.number, colour.name) if colour else (None, None)
            yield *what, *tint, line.state, line.fulfilled, order.tax_percent


def _payments(world: World) -> Iterator[Row]:
    for p in world.payments:
        yield p.number, p.company.code, p.received, p.kind, p.amount, p.reference, None


def _payment_allocations(world: World) -> Iterator[Row]:
    for p in world.payments:
        for part in p.parts:
            yield p.number, part.bill.number, part.amount, part.discount or None, part.reason, part.note


ROWS: dict[str, Callable[[World], Iterator[Row]]] = {
    "stores": _stores,
    "store_hours": _store_hours,
    "store_exceptions": _store_exceptions,
    "colours": _colours,
    "products": _products,
    "variants": _variants,
    "price_lists": _price_lists,
    "prices": _prices,
    "companies": _companies,
    "addresses": _addresses,
    "users": _users,
    "memberships": _memberships,
    "rep_assignments": _rep_assignments,
    "jobs": _jobs,
    "contract_prices": _contract_prices,
    "part_numbers": _part_numbers,
    "stock": _stock,
    "tax_rates": _tax_rates,
    "tax_exemptions": _tax_exemptions,
    "orders": _orders,
    "order_lines": _order_lines,
    "payments": _payments,
    "payment_allocations": _payment_allocations,
}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _clock(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
