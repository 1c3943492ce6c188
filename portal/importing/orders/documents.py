"""Completed orders become invoices and credit memos, with lines and postings, in the transaction of their batch.

Whatever was sold elsewhere was paid elsewhere, as far as we know: a document is settled by an opening posting unless
it is said to be unpaid. A settled one touches no other row: its two postings come in one statement and cancel out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.types.json import Jsonb

from portal.billing.chart_of_accounts import OPENING, RECEIVABLE, SALES, TAX
from portal.billing.terms.due import Terms, discount, due_on
from portal.foundation.sql import sql_list
from portal.importing.orders.imported import ImportedOrder
from portal.importing.upsert import copy_into
from portal.orders.status import COMPLETE_STATES

INVOICE_COLUMNS = (
    "id",
    "number",
    "kind",
    "source",
    "company_id",
    "order_id",
    "order_number",
    "issue_key",
    "reason",
    "store_id",
    "issued_at",
    "issued_on",
    "due_on",
    "terms_words",
    "discount_until",
    "discount_minor",
    "currency",
    "net_minor",
    "tax_minor",
    "total_minor",
    "open_minor",
    "settled_at",
    "po_number",
    "job_id",
    "job_name",
    "bill_to",
    "ship_to",
    "exemption",
)
TRANSACTION_COLUMNS = (
    "id",
    "posting_key",
    "kind",
    "company_id",
    "currency",
    "occurred_at",
    "actor_name",
    "words",
)
ENTRY_COLUMNS = (
    "transaction_id",
    "line_no",
    "company_id",
    "account",
    "amount_minor",
    "currency",
    "invoice_id",
)
REASONS = {"credit": "Imported credit", "adjustment": "Imported adjustment"}
WHO = "Imported"
# No code of a file has it, so a number with it is nobody else's.
MARK = "~"
_OWN = r"^(INV|CM|PAY)-\d+$"

_PARTIES = """
select c.id, c.code, c.name, coalesce(t.kind, 'net'), coalesce(t.days, c.terms_days), coalesce(t.discount_bp, 0),
       coalesce(t.discount_days, 0)
  from company c left join payment_terms t on t.company_id = c.id where c.id = any(%s)
"""
_SHOPS = """
select id, time_zone, jsonb_build_object('picked_up', true, 'label', 'Pickup', 'recipient', name, 'line1', line1,
                                         'city', city, 'region', region, 'postcode', postcode, 'country', country)
  from store
"""
_TAKEN = "select number from invoice where number = any(%(all)s) union select n from unnest(%(all)s) n where n ~ %(own)s"
# The amounts of what was picked short are worked out anew, as on the document.
_LINES = f"""
insert into invoice_line (invoice_id, line_no, company_id, order_line_no, sku, name, colour, unit, quantity, unit_price,
                          net_minor, tax_share, tax_minor)
select i.id, l.line_no, l.company_id, l.line_no, l.sku, l.name,
       concat_ws(' ', l.colour_number, l.colour_name), l.unit, l.quantity_invoiced, l.unit_price,
       coalesce(s.net, l.total_minor), l.tax_share, coalesce(s.tax, l.tax_minor)
  from unnest(%s::bigint[], %s::bigint[]) as i(id, order_id)
  join order_line l on l.order_id = i.order_id and l.state in {sql_list(COMPLETE_STATES)}
  left join unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[]) as s(order_id, line_no, net, tax)
         on s.order_id = l.order_id and s.line_no = l.line_no
 order by i.id, l.line_no
"""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is charged, and by when they pay."""

    code: str
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Shop:
    """Where it was sold: its clock gives documents their day."""

    zone: ZoneInfo
    place: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit memo on its way in. Amounts in minor units."""

    id: int
    number: str
    order_id: int
    order: ImportedOrder
    shop: Shop
    on: date
    net: int
    tax: int
    settled: bool

    @property
    def kind(self) -> str:
        """Follows the sign of the total, whatever the other system called it."""
        return "invoice" if self.total >= 0 else "credit_memo"

    @property
    def total(self) -> int:
        return self.net + self.tax

    @property
    def at(self) -> datetime:
        return self.order.completed_at

    @property
    def ship_to(self) -> dict[str, Any] | None:
        """Where the goods went: the address of a delivery, or the store that handed them over."""
        return self.order.ship_to or self.shop.place


class DocumentWriter:
    """Writes the documents of completed orders.

    :param unpaid_since: documents issued on that day or later stay open; None for none of them.
    """

    def __init__(self, unpaid_since: date | None = None) -> None:
        self.unpaid_since = unpaid_since
        self._shops: dict[int | None, Shop] = {None: Shop(ZoneInfo("UTC"), None)}

    def leaves_open(self, order: ImportedOrder) -> bool:
        """Whether the order's document may be owed after the import; its company's credit is then used."""
        day_before = order.completed_at.date() - timedelta(days=1)
        return order.is_complete and not all(
            self._is_settled(order, day_before + timedelta(days=days)) for days in (0, 1, 2)
        )

    def write(self, raw: Connection[Any], numbered: Sequence[tuple[int, ImportedOrder]]) -> None:
        """Issue and post the documents of those orders that are complete: eight statements for any number."""
        complete = [(order_id, order) for order_id, order in numbered if order.is_complete]
        if not complete:
            return
        documents = self._documents(raw, complete)
        parties = _parties(raw, documents)
        rows = (_invoice_row(document, parties[document.order.company_id]) for document in documents)
        copy_into(raw, "invoice", INVOICE_COLUMNS, rows)
        _write_lines(raw, documents)
        _post(raw, documents)

    def _documents(
        self, raw: Connection[Any], complete: Sequence[tuple[int, ImportedOrder]]
    ) -> list[Document]:
        ids = next_ids(raw, "invoice", len(complete))
        everything = {"all": [order.number for _, order in complete], "own": _OWN}
        taken = {number for (number,) in raw.execute(_TAKEN, everything)}
        documents = []
        for id_, (order_id, order) in zip(ids, complete, strict=True):
            number = f"{order.number}{MARK}{order_id}" if order.number in taken else order.number
            shop = self._shop(raw, order.store_id)
            on = order.completed_at.astimezone(shop.zone).date()
            charged = [order.charged(line) for line in order.lines if line.is_gone]
            net, tax = sum(net for net, _ in charged), sum(tax for _, tax in charged)
            settled = self._is_settled(order, on)
            documents.append(Document(id_, number, order_id, order, shop, on, net, tax, settled))
        return documents

    def _is_settled(self, order: ImportedOrder, on: date) -> bool:
        if order.paid is not None:
            return order.paid
        return self.unpaid_since is None or on < self.unpaid_since

    def _shop(self, raw: Connection[Any], store_id: int | None) -> Shop:
        if store_id not in self._shops:
            for id_, zone, place in raw.execute(_SHOPS):
                self._shops[id_] = Shop(ZoneInfo(zone), place)
        return self._shops[store_id]


def _parties(raw: Connection[Any], documents: Iterable[Document]) -> dict[int, Party]:
    companies = sorted({document.order.company_id for document in documents})
    rows = raw.execute(_PARTIES, [companies])
    return {id_: Party(code, name, Terms(*terms)) for id_, code, name, *terms in rows}


def next_ids(raw: Connection[Any], table: str, count: int) -> list[int]:
    """Ids of rows to be copied into a table."""
    rows = raw.execute(
        "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [table, count]
    )
    return [i for (i,) in rows]


def _invoice_row(d: Document, party: Party) -> tuple[Any, ...]:
    order, is_invoice = d.order, d.kind == "invoice"
    until, saved = discount(party.terms, d.on, d.total) if is_invoice and not d.settled else (None, 0)
    return (
        d.id,
        d.number,
        d.kind,
        "import",
        order.company_id,
        d.order_id,
        order.number,
        f"order:{d.order_id}",
        REASONS.get(order.kind, "") if not is_invoice else "",
        order.store_id,
        d.at,
        d.on,
        due_on(party.terms, d.on) if is_invoice else d.on,
        party.terms.words if is_invoice else "",
        until,
        saved,
        order.currency,
        d.net,
        d.tax,
        d.total,
        0,
        d.at if d.settled or not d.total else None,
        order.po_number,
        order.job_id,
        order.job_name,
        Jsonb({"name": party.name, "code": party.code}),
        Jsonb(d.ship_to) if d.ship_to else None,
        Jsonb(order.exemption) if order.exemption else None,
    )


def _write_lines(raw: Connection[Any], documents: Sequence[Document]) -> None:
    short = [
        (document.order_id, line.line_no, *document.order.charged(line))
        for document in documents
        for line in document.order.lines
        if line.is_gone and line.fulfilled != line.quantity
    ]
    columns = [list(column) for column in zip(*short, strict=True)] or [[], [], [], []]
    raw.execute(_LINES, [[d.id for d in documents], [d.order_id for d in documents], *columns])


def _post(raw: Connection[Any], documents: Sequence[Document]) -> None:
    facts = list(_facts(documents))
    numbered = list(zip(next_ids(raw, "ledger_transaction", len(facts)), facts, strict=True))
    copy_into(
        raw,
        "ledger_transaction",
        TRANSACTION_COLUMNS,
        (
            (id_, f"{kind}:{d.number}", kind, d.order.company_id, d.order.currency, d.at, WHO, words)
            for id_, (kind, d, words, _) in numbered
        ),
    )
    entries = (
        (id_, n, d.order.company_id, account, amount, d.order.currency, d.id)
        for id_, (_, d, _, sides) in numbered
        for n, (account, amount) in enumerate(((a, x) for a, x in sides if x), start=1)
    )
    copy_into(raw, "ledger_entry", ENTRY_COLUMNS, entries)


def _facts(documents: Iterable[Document]) -> Iterator[tuple[str, Document, str, tuple[tuple[str, int], ...]]]:
    """Kind, document, words and sides of each transaction."""
    for d in documents:
        words = f"{d.number} for order {d.order.number}"
        yield d.kind, d, words, ((RECEIVABLE, d.total), (SALES, -d.net), (TAX, -d.tax))
        if d.settled and d.total:
            yield (
                "opening",
                d,
                f"{d.number} settled before the books began",
                ((OPENING, d.total), (RECEIVABLE, -d.total)),
            )
