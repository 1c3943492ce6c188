"""companies.csv: accounts of customers, with price list, credit and terms of payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection

from portal.exchange.companies.billing import COLUMNS, write_billing_details
from portal.exchange.companies.credit import write_credit
from portal.exchange.companies.terms import terms, write_terms
from portal.foundation.wording import phone_digits
from portal.intake import cells
from portal.intake.lookups import References
from portal.intake.spec import OwnReference, Spec
from portal.intake.tables import Column, Row, Values


def _company(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    price_list = refs.find(row, "price_list", "price_lists")
    if price_list is not None and v["currency"] is not None and price_list.currency != v["currency"]:
        row.wrong("price_list", "has another currency")
    known = refs["companies"].get(v["code"])
    if known is not None and v["currency"] not in {None, known.currency}:
        row.wrong("currency", f"the company is there with {known.currency}")
    limit = v["credit_limit"]
    if limit is not None and v["currency"] and not cells.fits(limit, v["currency"]):
        row.wrong("credit_limit", "not an amount")
    return (
        v["code"],
        v["name"],
        price_list and price_list.id,
        v["currency"],
        v["terms_days"],
        refs.find(row, "home_store", "stores"),
        v["po_mode"],
        v["phone"],
        phone_digits(v["phone"]),
        v["email"],
        v["account_kind"],
    )


# Said for the first time, it only takes consent away: whoever gave or refused it may have been the company.
_CONSENTS = """
with told as (
  select c.id, c.acting_consent as before, g.allowed, c.from_file ? 'consent' as known
    from company c join unnest(%s::bigint[], %s::boolean[]) as g(id, allowed) on g.id = c.id
   where c.from_file <> jsonb_build_object('consent', g.allowed)
   order by c.id for update of c)
update company c set from_file = jsonb_build_object('consent', t.allowed),
       acting_consent = case when t.known then coalesce(t.allowed, t.before) else t.before and coalesce(t.allowed, true) end
  from told t where t.id = c.id
returning c.acting_consent <> t.before
"""


def _parents(rows: list[Row], refs: References) -> None:
    """A company is not its own ancestor."""
    parent = {code: company.parent for code, company in refs["companies"].items()}
    parent.update({r.values["code"]: r.values["parent_code"] for r in rows if not r.reasons})
    for row in rows:
        if row.reasons or row.values["parent_code"] is None:
            continue
        seen, at = {row.values["code"]}, row.values["parent_code"]
        while at is not None and at not in seen:
            seen.add(at)
            at = parent.get(at)
        if at == row.values["code"]:
            row.wrong("parent_code", "leads back to the company itself")


def _afterwards(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """The credit accounts, consents and terms of payment that the rows describe, too."""
    refs.load(connection, "companies")
    by_company = {refs["companies"][row.values["code"]].id: row.values for row in rows}
    return (
        write_credit(connection, by_company)
        + _write_consents(connection, by_company)
        + write_terms(connection, by_company)
        + write_billing_details(connection, by_company)
    )


def _write_consents(connection: Connection[Any], rows: Mapping[int, Values]) -> int:
    """Whether reps may act in a company's account, where the file says something new: a company that has taken its
    consent back gives it neither by silence nor by last night's file."""
    given = {id_: v["acting_consent"] for id_, v in rows.items()}
    changed = connection.execute(_CONSENTS, [list(given), list(given.values())]).fetchall()
    return sum(1 for (moved,) in changed if moved)


COMPANIES = Spec(
    order=90,
    file="companies.csv",
    columns=(
        Column("code", cells.code(20), True),
        Column("name", cells.text(160), True),
        Column("parent_code", cells.code(20)),
        Column("price_list", cells.code(20)),
        Column("currency", cells.currency, True),
        Column("credit_limit", cells.amount),
        Column("credit_hold", cells.yes_no),
        Column("terms_days", cells.integer(0, 365), default=30),
        Column("home_store", cells.code(20)),
        Column("po_mode", cells.one_of("free", "required", "list"), default="free"),
        Column("acting_consent", cells.yes_no),
        Column("phone", cells.text(40)),
        Column("email", cells.email),
        Column("account_kind", cells.one_of("trade", "counter"), default="trade"),
        Column("hold_reason", cells.text(200), default=""),
        Column("terms", terms),
        Column("invoice_per", cells.one_of("shipment", "order")),
        Column("reminders", cells.yes_no),
        *COLUMNS,
    ),
    key=("code",),
    table="company",
    db_columns=(
        "code",
        "name",
        "price_list_id",
        "currency",
        "terms_days",
        "home_store_id",
        "po_mode",
        "phone",
        "phone_digits",
        "email",
        "account_kind",
    ),
    db_key=("code",),
    convert=_company,
    needs=("price_lists", "stores", "companies"),
    own_reference=OwnReference("parent_code", "parent_id", "companies"),
    whole_file=_parents,
    afterwards=_afterwards,
)

SPECS = (COMPANIES,)
