"""Whatever belongs to a company belongs to the company of what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ForeignKey, MetaData, Table

from portal.models import Base


class Link(NamedTuple):
    """A row of ``table`` that names a row of ``parent``; both carry ``company_id``."""

    table: str
    column: str
    parent: str


# No foreign key leads from a lower domain to a higher one, nor to what may be removed meanwhile.
WITHOUT_KEY = (
    Link("bought", "last_order_id", "sales_order"),
    Link("draft", "source_order_id", "sales_order"),
    Link("invoice", "order_id", "sales_order"),
    Link("outbound_mail", "order_id", "sales_order"),
    Link("payment", "draft_id", "draft"),
    Link("payment", "ended_draft_id", "draft"),
    Link("payment_attempt", "draft_id", "draft"),
)
# What another check looks at already.
ELSEWHERE = {
    Link("invoice_line", "invoice_id", "invoice"): "document_lines compares it with the sums of the lines"
}
# How a check names a row (``c``) or the row that it hangs on (``p``) where the table's own name would not help.
NAMES = {
    "sales_order": "c.number || ' {parent} ' || p.id",
    "order_line": "p.number || ' line ' || c.line_no",
    "order_event": "p.number || ' event ' || c.id",
    "ledger_entry": "'entry ' || c.transaction_id || '.' || c.line_no",
    "payment_attempt": "'attempt ' || c.id",
    "payment_allocation": "'attempt ' || c.attempt_id",
    "payment_promise": "'promise ' || c.id",
    "invoice_dispute": "'dispute ' || c.id",
    "pay_link_invoice": "'link ' || c.pay_link_id",
    "stripe_dispute": "c.id",
}


def links(metadata: MetaData) -> Iterator[Link]:
    """Every link between two tables of companies: by foreign keys, and the few without one."""
    yield from WITHOUT_KEY
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=_column):
            link = Link(table.name, _column(key), key.column.table.name)
            if (
                link not in ELSEWHERE
                and "company_id" in table.columns
                and "company_id" in key.column.table.columns
            ):
                yield link


def _column(key: ForeignKey) -> str:
    return str(key.parent.name)


def _name(table: Table, parent: str) -> str:
    if table.name in NAMES:
        return NAMES[table.name].format(parent=parent)
    if "number" in table.columns:
        return "c.number"
    key = " || '.' || ".join(f"c.{column.name}" for column in table.primary_key)
    return f"'{table.name.replace('_', ' ')} ' || {key}"


def _mixed(link: Link) -> str:
    """Rows of one company that hang on another company's."""
    name = _name(Base.metadata.tables[link.table], link.parent)
    return (
        f"select {name}, c.company_id, p.company_id from {link.table} c join {link.parent} p on p.id = c.{link.column} "
        "where p.company_id <> c.company_id"
    )


def mixed_rows(*, money: bool) -> str:
    """Selects rows of one company that hang on another's: of billing's tables, or of all others."""
    of_billing = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("portal.billing.")
    }
    tables = Base.metadata.tables
    wanted = (each for each in links(Base.metadata) if (tables[each.table] in of_billing) is money)
    return "\nunion all\n".join(map(_mixed, wanted))
