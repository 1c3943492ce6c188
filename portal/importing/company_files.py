"""companies.csv, addresses.csv, jobs.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from portal.accounts.phones import phone_digits
from portal.billing.terms.due import Terms
from portal.foundation.money import exponent, round_to_minor
from portal.importing import cells
from portal.importing.files import Column, Row
from portal.importing.references import References
from portal.importing.specs import Spec, look_up
from portal.importing.upsert import upsert


def _company(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    price_list = look_up(row, "price_list", refs.price_lists, "price list")
    if price_list is not None and v["currency"] is not None and price_list[1] != v["currency"]:
        row.wrong("price_list", "has another currency")
    known = refs.companies.get(v["code"])
    if known is not None and v["currency"] not in {None, known.currency}:
        row.wrong("currency", f"the company is there with {known.currency}")
    limit = v["credit_limit"]
    if limit is not None and v["currency"] and -limit.as_tuple().exponent > exponent(v["currency"]):
        row.wrong("credit_limit", "not an amount")
    return (
        v["code"],
        v["name"],
        price_list and price_list[0],
        v["currency"],
        v["terms_days"],
        look_up(row, "home_store", refs.stores, "store"),
        v["po_mode"],
        v["phone"],
        phone_digits(v["phone"]),
        v["email"],
        v["account_kind"],
    )


def _parents(rows: list[Row], refs: References) -> None:
    """A company is not its own ancestor."""
    parent = {code: company.parent for code, company in refs.companies.items()}
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


def _credit(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """The credit accounts and the terms of payment that the rows describe, too."""
    refs.load(connection, "companies")
    by_rule = {
        id_ for (id_,) in connection.execute("select company_id from credit_account where held_by_rule")
    }
    limits: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    for v in (row.values for row in rows):
        limit = 0 if v["credit_limit"] is None else round_to_minor(v["credit_limit"], v["currency"])
        account = refs.companies[v["code"]].id, v["currency"], limit
        # A hold that somebody has put on the account stays where the file says nothing. One of the company's rule
        # stays where it says "no", too: it ends when nothing is that overdue.
        if v["credit_hold"] is None or (not v["credit_hold"] and account[0] in by_rule):
            limits.append(account)
        else:
            holds.append((*account, v["credit_hold"], v["hold_reason"] if v["credit_hold"] else "", False))
    columns, key = ("company_id", "currency", "limit_minor"), ("company_id",)
    written = upsert(connection, "credit_account", columns, key, limits)
    held = (*columns, "on_hold", "hold_reason", "held_by_rule")
    written.plus(upsert(connection, "credit_account", held, key, holds))
    besides = _consents(connection, rows, refs) + _terms(connection, rows, refs)
    return written.added + written.changed + besides


def _consents(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """Whether reps may act in a company's account, where the file says so: a company that has taken its consent back
    does not give it by silence."""
    given = [
        (refs.companies[r.values["code"]].id, r.values["acting_consent"])
        for r in rows
        if r.values["acting_consent"] is not None
    ]
    return connection.execute(
        "update company c set acting_consent = g.allowed from unnest(%s::bigint[], %s::boolean[]) as g(id, allowed) "
        "where c.id = g.id and c.acting_consent <> g.allowed",
        [[id_ for id_, _ in given], [allowed for _, allowed in given]],
    ).rowcount


def _terms(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """Only of companies whose row says something of them; the others keep what they have."""
    agreed = []
    for v in (row.values for row in rows):
        terms = v["terms"] or Terms("net", v["terms_days"])
        if v["terms"] is not None or v["invoice_per"] is not None or v["reminders"] is not None:
            agreed.append(
                (
                    refs.companies[v["code"]].id,
                    terms.kind,
                    terms.days,
                    terms.discount_bp,
                    terms.discount_days,
                    v["invoice_per"] or "shipment",
                    v["reminders"] is not False,
                )
            )
    columns = ("company_id", "kind", "days", "discount_bp", "discount_days", "invoice_per", "remind")
    written = upsert(connection, "payment_terms", columns, ("company_id",), agreed)
    return written.added + written.changed


COMPANIES = Spec(
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
        Column("terms", cells.terms),
        Column("invoice_per", cells.one_of("shipment", "order")),
        Column("reminders", cells.yes_no),
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
    points_at_itself=("parent_code", "parent_id"),
    whole_file=_parents,
    afterwards=_credit,
)


def _address(row: Row, refs: References) -> Sequence[Any]:
    v = row.values
    company = look_up(row, "company_code", refs.companies, "company")
    return (
        company and company.id,
        v["label"],
        v["recipient"] or (company.name if company else ""),
        v["line1"],
        v["line2"],
        v["city"],
        v["region"],
        v["postcode"],
        v["country"],
        v["is_default"],
    )


def _one_default(rows: list[Row], refs: References) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.reasons or not row.values["is_default"]:
            continue
        other = first.setdefault(row.values["company_code"], row.number)
        if other != row.number:
            row.wrong("is_default", f"row {other} is already the default")


def _no_other_default(connection: Connection[Any], rows: list[Row], refs: References) -> int:
    """The default of the file replaces the one that was there."""
    chosen = [
        (refs.companies[r.values["company_code"]].id, r.values["label"])
        for r in rows
        if r.values["is_default"]
    ]
    return connection.execute(
        "update address a set is_default = false from unnest(%s::bigint[], %s::text[]) as d(company_id, label) "
        "where a.company_id = d.company_id and a.label <> d.label and a.is_default",
        [[company for company, _ in chosen], [label for _, label in chosen]],
    ).rowcount


ADDRESSES = Spec(
    file="addresses.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("label", cells.text(60), True),
        Column("recipient", cells.text(120)),
        Column("line1", cells.text(120), True),
        Column("line2", cells.text(120), default=""),
        Column("city", cells.text(80), True),
        Column("region", cells.text(40), default=""),
        Column("postcode", cells.text(20), default=""),
        Column("country", cells.country, True),
        Column("is_default", cells.yes_no, default=False),
    ),
    key=("company_code", "label"),
    table="address",
    db_columns=(
        "company_id",
        "label",
        "recipient",
        "line1",
        "line2",
        "city",
        "region",
        "postcode",
        "country",
        "is_default",
    ),
    db_key=("company_id", "label"),
    convert=_address,
    needs=("companies",),
    whole_file=_one_default,
    afterwards=_no_other_default,
)


def _job(row: Row, refs: References) -> Sequence[Any]:
    company = look_up(row, "company_code", refs.companies, "company")
    return company and company.id, row.values["name"], row.values["po_number"]


JOBS = Spec(
    file="jobs.csv",
    columns=(
        Column("company_code", cells.code(20), True),
        Column("name", cells.text(120), True),
        Column("po_number", cells.text(40), default=""),
    ),
    key=("company_code", "name"),
    table="company_job",
    db_columns=("company_id", "name", "po_number"),
    db_key=("company_id", "name"),
    convert=_job,
    needs=("companies",),
)
