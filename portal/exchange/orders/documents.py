"""Completed orders become invoices and credit memos, with lines and postings, in the transaction of their batch.

What was sold elsewhere is taken as paid elsewhere: a document is settled by an opening posting unless the file or an
option says that it is unpaid. A settled one changes no other row: its two postings are one statement and cancel out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from portal.billing.terms.due import Terms
from portal.exchange.ledger import post
from portal.exchange.orders.document import Document, Party, Shop
from portal.exchange.orders.document_rows import INVOICE_COLUMNS, invoice_row, postings, write_lines
from portal.exchange.orders.order import ImportedOrder
from portal.intake.upsert import copy_into, next_ids

# No code in a file can contain it, so a number with it is unique.
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
        rows = (invoice_row(document, parties[document.order.company_id]) for document in documents)
        copy_into(raw, "invoice", INVOICE_COLUMNS, rows)
        write_lines(raw, documents)
        post(raw, list(postings(documents)))

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
