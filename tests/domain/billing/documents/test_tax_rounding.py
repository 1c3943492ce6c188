"""Sales tax that is rounded once on the order, by the seller's setting: orders, invoices of parts, files and the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.billing.invoices.document_words import taxes
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.billing.models.ledger import LedgerEntry
from portal.foundation.config import Settings
from portal.foundation.db import make_engine, make_sessions
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.models.orders import Order
from portal.verification.run import verify
from tests.builders import NOW
from tests.domain.billing.documents.test_tax import lines_of, rate
from tests.import_files import Folder
from tests.placing import send, used
from tests.shop import Shop

ABOUT_AMOUNTS = {
    "order_total",
    "line_total",
    "document_lines",
    "documents_are_posted",
    "charged_as_ordered",
    "orders_are_invoiced",
    "credit_used",
    "exempt_by_what_counted",
}


@pytest.fixture
def by_document(settings: Settings, engine: Engine) -> Iterator[Engine]:
    """The portal's engine where the setting is ``document``."""
    made = make_engine(replace(settings, tax_rounding="document"))
    yield made
    made.dispose()


@pytest.fixture
def rounding(by_document: Engine) -> sessionmaker[Session]:
    return make_sessions(by_document)


def placed(shop: Shop, session: Session, sessions: sessionmaker[Session], lines: int) -> Order:
    """An order of so many lines of 1.06, at 9.875 %."""
    variants = [shop.build.variant(price="1.06") for _ in range(lines)]
    for variant in variants:
        shop.build.stock(shop.store, variant)
    rate(session, "NY", "0.09875")
    order_id = send(sessions, shop.actor, shop.draft([(variant, 1) for variant in variants])).order_id
    return session.get_one(Order, order_id)


def test_the_tax_of_an_order_is_its_rate_of_the_whole(
    shop: Shop, session: Session, rounding: sessionmaker[Session], sessions: sessionmaker[Session]
) -> None:
    """Seen failing by line: 1.00 for 9.875 % of 10.60."""
    order = placed(shop, session, rounding, 10)
    assert (order.total_minor, order.tax_minor) == (1_165, 105)
    assert {line.tax_minor for line in lines_of(session, order.id)} == {10, 11}
    assert used(session, shop.company) == 1_165


def test_by_line_it_stays_as_it_was(shop: Shop, session: Session, sessions: sessionmaker[Session]) -> None:
    assert placed(shop, session, sessions, 10).tax_minor == 100


def test_invoices_of_parts_are_the_order_to_the_cent(
    shop: Shop, session: Session, rounding: sessionmaker[Session], engine: Engine
) -> None:
    order = placed(shop, session, rounding, 10)
    staff = shop.build.actor(shop.build.user(kind="store", store_id=shop.store.id))
    for step in (accept, start_picking):
        step(session, actor=staff, now=NOW, number=order.number)
    for part in (range(1, 4), range(4, 11)):
        mark_ready(session, actor=staff, now=NOW, number=order.number, picked=dict.fromkeys(part, 1))
        hand_over(session, actor=staff, now=NOW, number=order.number, code=order.pickup_code or "")
    session.commit()
    invoices = session.scalars(select(Invoice)).all()
    assert len(invoices) == 2
    assert sum(each.tax_minor for each in invoices) == 105
    owed = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == "receivable")
    assert session.scalar(owed) == order.total_minor == used(session, shop.company)
    assert {finding.check.name for finding in verify(engine).findings}.isdisjoint(ABOUT_AMOUNTS)


def test_what_a_document_prints_comes_out(by_document: Engine, session: Session, tmp_path: Path) -> None:
    """Imported orders follow the setting, too; the line below the sum is a product that the reader can check."""
    folder = Folder(tmp_path / "files")
    folder.rows["orders"][0]["paid"] = "no"
    folder.rows["order_lines"] = [
        {**folder.rows["order_lines"][0], "line": str(n), "quantity": "1", "quantity_fulfilled": "1"}
        | {"unit_price": "1.06", "tax_percent": "9.875"}
        for n in range(1, 11)
    ]
    assert folder.load(by_document).rejected == 0
    invoice = session.scalars(select(Invoice)).one()
    lines = session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)).all()
    assert (invoice.net_minor, invoice.tax_minor) == (1_060, 105)
    assert [(words, tax) for _, words, tax in taxes(lines, "USD")] == [(" on $10.60", 105)]
    assert verify(by_document).findings == []
    session.execute(text("update order_line set tax_minor = tax_minor + 1 where line_no = 1"))
    session.commit()
    assert "line_total" in {finding.check.name for finding in verify(by_document).findings}
