"""Placing stops, and the draft stays as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.billing.credit.use_cases import CreditRefused
from portal.foundation.errors import Rejected
from portal.orders.drafts.use_cases.lines import Item, put
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import Draft
from portal.orders.models.orders import Order, OrderLine
from portal.stores.models import PickupSlot, Stock
from tests.builders import NOW
from tests.placing import send, used
from tests.shop import TODAY, Shop, shown_for


def test_stops_when_a_price_changed_since_it_was_shown(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    paint = shop.build.variant("SW-1", "41.20", name="Satin White")
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 2)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    shop.build.contract_price(shop.company, paint, "43.10")
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id, shown=shown)
    assert refused.value.code == "changed"
    assert refused.value.outcome == "conflict"
    assert [change.text for change in refused.value.changes] == ["Satin White: price was $41.20, now $43.10."]
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    # Confirmed again, it is charged what is shown now.
    assert send(sessions, shop.actor, draft_id).total_minor == 8620


def test_stops_when_lines_changed_in_another_window(shop: Shop, sessions: sessionmaker[Session]) -> None:
    one, two = shop.build.variant(name="One"), shop.build.variant(name="Two")
    draft_id = shop.draft([(one, 2), (two, 1)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    session = shop.build.session
    session.execute(text("update draft_line set quantity = 4 where variant_id = :v"), {"v": one.id})
    session.execute(text("delete from draft_line where variant_id = :v"), {"v": two.id})
    session.commit()
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id, shown=shown)
    assert [change.text for change in refused.value.changes] == [
        "One: quantity was 2, now 4.",
        "A line was taken out of the draft.",
    ]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("discontinued", "No longer made."),
        ("price", "There is no price for your company. Ask your sales rep."),
        ("pack", "Sold in packs of 4: take 4 or 8."),
    ],
)
def test_refuses_lines_that_cannot_be_ordered(
    shop: Shop, sessions: sessionmaker[Session], broken: str, words: str
) -> None:
    paint = shop.build.variant(
        name="Satin",
        price=None if broken == "price" else "10",
        pack_size=4 if broken == "pack" else 1,
        discontinued_on=TODAY if broken == "discontinued" else None,
    )
    shop.build.stock(shop.store, paint)
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, shop.draft([(paint, 6)]))
    assert refused.value.code == "lines"
    assert [change.text for change in refused.value.changes] == [f"Satin: {words}"]


def test_refuses_an_empty_draft(shop: Shop, sessions: sessionmaker[Session]) -> None:
    with pytest.raises(Rejected, match="nothing in this draft"):
        send(sessions, shop.actor, shop.draft([]))


def test_short_stock_stops_or_waits(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    """Two colours of one can share its stock, first line first."""
    paint = shop.build.variant(name="Satin", tintable=True)
    colour = shop.build.colour()
    shop.build.stock(shop.store, paint, 5)
    draft_id = shop.draft([(paint, 3)])
    draft = shop.build.session.get_one(Draft, draft_id)
    put(Work(shop.build.session, draft, shop.actor, NOW), [Item(paint.id, 4, colour.number)])
    shop.build.session.commit()
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id)
    assert refused.value.code == "out_of_stock"
    assert [change.text for change in refused.value.changes] == ["Satin: only 2 of 4."]
    assert session.scalar(select(Stock.reserved)) == 0
    session.rollback()
    draft.allow_backorder = True
    shop.build.session.commit()
    send(sessions, shop.actor, draft_id)
    lines = session.execute(
        select(OrderLine.quantity_reserved, OrderLine.quantity_backordered, OrderLine.state)
    ).all()
    assert lines == [(3, 0, "placed"), (2, 2, "placed")]
    assert session.scalar(select(Stock.reserved)) == 5


def test_a_full_window_stops(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    start = NOW + timedelta(hours=3)
    session.add(PickupSlot(store_id=shop.store.id, starts_at=start, capacity=6, booked=6))
    session.commit()
    draft_id = shop.draft([(paint, 1)], window_start=start, window_end=start + timedelta(hours=1))
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id)
    assert refused.value.code == "window_full"
    assert used(session, shop.company) == 0


def test_credit_says_limit_used_and_available(shop: Shop, sessions: sessionmaker[Session]) -> None:
    paint = shop.build.variant(price="6000")
    shop.build.stock(shop.store, paint)
    send(sessions, shop.actor, shop.draft([(paint, 1)]), "a")
    with pytest.raises(CreditRefused) as refused:
        send(sessions, shop.actor, shop.draft([(paint, 1)]), "b")
    no = refused.value
    assert no.outcome == "credit_hold"
    assert (no.limit_minor, no.used_minor) == (1_000_000, 600_000)
    assert (no.available_minor, no.asked_minor) == (400_000, 600_000)


def test_a_hold_stops_at_once(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    paint = shop.build.variant(price="1")
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 1)])
    session.execute(text("update credit_account set on_hold = true"))
    session.commit()
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id)
    assert refused.value.code == "credit_hold"
