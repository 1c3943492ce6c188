"""The terms of payment that rows of companies.csv describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from psycopg import Connection

from portal.billing.terms.due import Terms
from portal.intake.cells import Wrong
from portal.intake.tables import Values
from portal.intake.upsert import upsert

TERMS = re.compile(
    r"(?:(?P<percent>[0-9]{1,2}(?:\.[0-9]{1,2})?)/(?P<within>[0-9]{1,3}) )?"
    r"(?:net (?P<net>[0-9]{1,3})|eom(?: (?P<eom>[0-9]{1,3}))?)"
)
COLUMNS = ("company_id", "kind", "days", "discount_bp", "discount_days", "invoice_per", "remind")


def terms(raw: str) -> Terms:
    """Terms of payment as the trade writes them: ``net 30``, ``2/10 net 30``, ``eom``, ``eom 10``."""
    found = TERMS.fullmatch(raw)
    if found:
        kind = "net" if found["net"] is not None else "eom"
        made = Terms(
            kind,
            int(found["net"] or found["eom"] or 0),
            int(Decimal(found["percent"] or 0) * 100),
            int(found["within"] or 0),
        )
        if made.days <= 365 and made.discount_bp <= 5000 and made.discount_days <= 365:
            return made
    raise Wrong("not like net 30, 2/10 net 30, eom or eom 10")


def write_terms(connection: Connection[Any], rows: Mapping[int, Values]) -> int:
    """Terms by company, of companies whose row says something about them; the others keep what they have.

    :returns: how many changed.
    """
    written = upsert(connection, "payment_terms", COLUMNS, ("company_id",), list(_agreed(rows)))
    return written.added + written.changed


def _agreed(rows: Mapping[int, Values]) -> Iterator[tuple[Any, ...]]:
    for company_id, v in rows.items():
        if v["terms"] is None and v["invoice_per"] is None and v["reminders"] is None:
            continue
        of = v["terms"] or Terms("net", v["terms_days"])
        per = v["invoice_per"] or "shipment"
        remind = v["reminders"] is not False
        yield company_id, of.kind, of.days, of.discount_bp, of.discount_days, per, remind
