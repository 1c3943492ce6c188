"""Placing: everything together, once, exactly as shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.models import CreditAccount
from portal.foundation.actor import Actor
from portal.foundation.config import resource_dir
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.orders.models import Bought, Draft, Order, OrderEvent, OrderLine
from portal.orders.use_cases.draft_lines import Wish, put
from portal.orders.use_cases.placing import Placed, place
from portal.stores.models import PickupSlot, Stock
from tests.builders import NOW, Build
from tests.shop import TODAY, Shop, shown_for


@pytest.fixture
def shop(build: Build) -> Shop:
    company, store = build.company("Harbor Painting"), build.store("Dock Street")
    user = build.user(company)
    return Shop(build, company, user, build.actor(user, company), store)


def send(
    sessions: sessionmaker[Session], actor: Actor, draft_id: int, token: str = "t1", shown: str | None = None
) -> Placed:
    """One request: its own connection, committed or rolled back."""
    with sessions() as session, session.begin():
        shown = shown if shown is not None else shown_for(session, actor, draft_id)
        return place(session, actor=actor, now=NOW, today=TODAY, draft_id=draft_id, token=token, shown=shown)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each in a thread; results or exceptions in order."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(at: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[at] = call()
        except Exception as error:
            results[at] = error

    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def used(session: Session, company: Company) -> int:
    return session.scalar(select(CreditAccount.used_minor).where(CreditAccount.company_id == company.id)) or 0


def test_places_everything_together(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    """Order, lines as sold, stock, credit, event, bought, mail, job and touchpoint stand after one commit."""
    paint = shop.build.variant("SW-1", "41.205", tintable=True, unit="gal")
    tape = shop.build.variant("TP-1", "5.20")
    colour = shop.build.colour()
    for variant in (paint, tape):
        shop.build.stock(shop.store, variant, 50)
    draft_id = shop.draft([(tape, 6)], po_number="7731")
    draft = shop.build.session.get_one(Draft, draft_id)
    put(shop.build.session, draft, [Wish(paint.id, 3, colour.number)], now=NOW)
    shop.build.session.commit()

    placed = send(sessions, shop.actor, draft_id)

    order = session.scalars(select(Order)).one()
    lines = session.scalars(select(OrderLine).order_by(OrderLine.line_no)).all()
    assert (order.number, order.status, order.po_number) == (placed.number, "placed", "7731")
    assert order.number.startswith("CP-")
    assert order.total_minor == 6 * 520 + 12362 == sum(line.total_minor for line in lines)  # 123.615 half up
    assert [(line.sku, line.unit_price, line.colour_name) for line in lines] == [
        ("TP-1", Decimal("5.2000"), None),
        ("SW-1", Decimal("41.2050"), "Harbor Fog"),
    ]
    assert [(line.quantity_reserved, line.quantity_backordered, line.state) for line in lines] == [
        (6, 0, "placed"),
        (3, 0, "placed"),
    ]
    assert lines[1].price_rule == "list:TRADE"
    assert order.tint_quantity == 3
    assert order.pickup_code is not None
    assert order.promised_at is not None
    assert order.promised_at > NOW
    assert session.scalars(select(Stock.reserved).order_by(Stock.variant_id)).all() == [3, 6]
    assert used(session, shop.company) == order.total_minor
    assert session.scalars(select(OrderEvent.to_state)).all() == ["placed"]
    assert {(b.variant_id, b.colour_number, b.last_quantity) for b in session.scalars(select(Bought))} == {
        (tape.id, "", 6),
        (paint.id, "TC-0001", 3),
    }
    mail = session.scalars(select(OutboundMail)).one()
    assert (mail.key, mail.to_email) == (f"order_confirmation:{order.number}", shop.user.email)
    assert session.scalar(text("select count(*) from procrastinate_jobs where task_name = 'mail.send'")) == 1
    names = session.scalars(text("select name from touchpoint order by name")).all()
    assert names == ["checkout_step_completed", "order_completed"]
    assert session.get_one(Draft, draft_id).state == "placed"


def test_a_second_order_updates_what_was_bought(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint, 50)
    send(sessions, shop.actor, shop.draft([(paint, 3)]), "a")
    send(sessions, shop.actor, shop.draft([(paint, 5)]), "b")
    bought = session.scalars(select(Bought)).one()
    assert (bought.times, bought.total_quantity, bought.last_quantity) == (2, 8, 5)


def test_the_same_draft_again_gives_the_same_order(shop: Shop, sessions: sessionmaker[Session]) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 2)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    first = send(sessions, shop.actor, draft_id, "t1", shown)
    again = send(sessions, shop.actor, draft_id, "t1", shown)
    other_tab = send(sessions, shop.actor, draft_id, "t2", shown)
    assert (again.number, again.again, other_tab.number) == (first.number, True, first.number)


def test_a_token_with_other_contents_is_a_conflict(shop: Shop, sessions: sessionmaker[Session]) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 2)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    send(sessions, shop.actor, draft_id, "t1", shown)
    with pytest.raises(Conflict):
        send(sessions, shop.actor, draft_id, "t1", shown + ";9:9:9:9")
    second = shop.draft([(paint, 1)])
    with pytest.raises(Conflict):
        send(sessions, shop.actor, second, "t1")


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
    assert [change.text for change in refused.value.details] == ["Satin White: price was $41.20, now $43.10."]
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
    assert [change.text for change in refused.value.details] == [
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
    assert [change.text for change in refused.value.details] == [f"Satin: {words}"]


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
    put(shop.build.session, draft, [Wish(paint.id, 4, colour.number)], now=NOW)
    shop.build.session.commit()
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id)
    assert refused.value.code == "out_of_stock"
    assert [change.text for change in refused.value.details] == ["Satin: only 2 of 4."]
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
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, shop.draft([(paint, 1)]), "b")
    assert refused.value.outcome == "credit_hold"
    assert refused.value.details == {
        "limit": 1_000_000, "used": 600_000, "available": 400_000, "asked": 600_000,
    }  # fmt: skip


def test_a_hold_stops_at_once(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    paint = shop.build.variant(price="1")
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 1)])
    session.execute(text("update credit_account set on_hold = true"))
    session.commit()
    with pytest.raises(Rejected) as refused:
        send(sessions, shop.actor, draft_id)
    assert refused.value.code == "credit_hold"


def test_po_rules_of_the_company(build: Build, sessions: sessionmaker[Session], session: Session) -> None:
    store = build.store()
    paint = build.variant()
    build.stock(store, paint)
    strict, listed = build.company(po_mode="required"), build.company(po_mode="list")
    for company in (strict, listed):
        actor = build.actor(build.user(company), company)
        shop = Shop(build, company, build.user(company), actor, store)
        draft_id = shop.draft([(paint, 1)])
        with pytest.raises(Rejected) as refused:
            send(sessions, actor, draft_id, f"t{company.id}")
        assert refused.value.code == "po_number"
    job = build.job(listed, "Elm Street", "PO-77")
    draft = build.session.get_one(Draft, draft_id)
    draft.job_id = job.id
    build.session.commit()
    send(sessions, actor, draft_id)
    order = session.scalars(select(Order)).one()
    assert (order.po_number, order.job_name) == ("PO-77", "Elm Street")


def test_a_rep_places_for_the_customer(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    """The order names the rep, the subject and the reason; the mail goes to the subject; the own draft waits."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    own = shop.draft([(paint, 1)])
    rep = shop.build.rep(shop.company, name="Sam Reyes")
    stay = shop.build.delegation(rep, shop.user, shop.company)
    acting = shop.build.actor(
        rep, shop.company, delegation_id=stay.id, acting_for_user_id=shop.user.id,
        acting_for_name=shop.user.name, reason="Called from the site",
    )  # fmt: skip
    send(sessions, acting, shop.draft([(paint, 2)], actor=acting))
    order = session.scalars(select(Order)).one()
    assert (order.placed_by_user_id, order.subject_user_id, order.delegation_id) == (
        rep.id,
        shop.user.id,
        stay.id,
    )
    assert (order.on_behalf_reason, order.subject_name) == ("Called from the site", shop.user.name)
    assert session.scalars(select(OutboundMail.to_email)).all() == [shop.user.email]
    assert session.get_one(Draft, own).state == "current"
    assert session.scalar(select(OrderEvent.on_behalf_of)) == shop.user.name


def test_the_confirmation_reads_well(shop: Shop, sessions: sessionmaker[Session], session: Session) -> None:
    paint = shop.build.variant(price="41.20")
    shop.build.stock(shop.store, paint)
    send(sessions, shop.actor, shop.draft([(paint, 2)], po_number="7731", pickup_person="Lee Baxter"))
    mail = session.scalars(select(OutboundMail)).one()
    templates = Environment(  # noqa: S701  (plain text)
        loader=FileSystemLoader(resource_dir("templates") / "email"),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    written = templates.get_template("order_confirmation.txt.j2").render(
        {**mail.data, "to_name": mail.to_name, "portal_url": "https://orders.example.com", "seller_name": "S"}
    )
    order = session.scalars(select(Order)).one()
    assert written.startswith(f"Subject: Order {order.number} is placed\n")
    for words in ("1 line, $82.40 on account.", "PO number: 7731", f"Pickup code: {order.pickup_code}",
                  "Ready by today 11:00 am.", "Lee Baxter collects it",
                  f"https://orders.example.com/orders/{order.number}"):  # fmt: skip
        assert words in written


def test_nobody_else_places_my_draft(shop: Shop, sessions: sessionmaker[Session]) -> None:
    paint = shop.build.variant()
    draft_id = shop.draft([(paint, 1)])
    colleague = shop.build.actor(shop.build.user(shop.company), shop.company)
    other = shop.build.company()
    stranger = shop.build.actor(shop.build.user(other), other)
    for actor in (colleague, stranger):
        with pytest.raises(NotFound):
            send(sessions, actor, draft_id, shown="")


# In parallel, on real connections.


def test_ten_placements_of_one_draft_make_one_order(
    shop: Shop, sessions: sessionmaker[Session], session: Session
) -> None:
    """Same and different tokens. Without FOR UPDATE on the draft the losers get a conflict, not their order."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    draft_id = shop.draft([(paint, 2)])
    shown = shown_for(shop.build.session, shop.actor, draft_id)
    shop.build.session.rollback()
    results = together(
        *(lambda n=n: send(sessions, shop.actor, draft_id, f"t{n % 3}", shown) for n in range(10))
    )
    assert all(isinstance(each, Placed) for each in results), results
    assert len({each.number for each in results}) == 1
    assert sum(1 for each in results if not each.again) == 1
    assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert session.scalar(select(Stock.reserved)) == 2
    assert session.scalar(text("select count(*) from touchpoint where name = 'order_completed'")) == 1


def test_one_unit_sixteen_buyers_one_order(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """Without FOR UPDATE on stock the others end in an IntegrityError of the last line of defence."""
    store, paint = build.store(), build.variant()
    build.stock(store, paint, 1)
    calls = []
    for n in range(16):
        company = build.company()
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    refused = [each for each in results if isinstance(each, Rejected) and each.code == "out_of_stock"]
    assert (sum(isinstance(each, Placed) for each in results), len(refused)) == (1, 15), results
    assert session.scalar(select(Stock.reserved)) == 1


def test_fifteen_orders_stay_within_the_credit_limit(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """Four fit. When credit is read first and written afterwards, all fifteen are placed."""
    store, paint = build.store(), build.variant(price="100")
    build.stock(store, paint, 1000)
    company = build.company(limit=45_000)
    calls = []
    for n in range(15):
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    refused = [each for each in results if isinstance(each, Rejected) and each.code == "credit_limit"]
    assert (sum(isinstance(each, Placed) for each in results), len(refused)) == (4, 11), results
    assert used(session, company) == 40_000
    assert session.scalar(select(func.sum(Order.total_minor))) == 40_000


def test_a_hold_switched_on_stops_orders_already_on_their_way(
    build: Build, sessions: sessionmaker[Session], session: Session
) -> None:
    """They wait for the row that is being put on hold; judged on what they read before, they would all pass."""
    store, paint = build.store(), build.variant(price="1")
    build.stock(store, paint, 1000)
    company = build.company()
    calls = []
    for n in range(4):
        actor = build.actor(build.user(company), company)
        draft_id = Shop(build, company, build.user(company), actor, store).draft([(paint, 1)])
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    session.execute(text("update credit_account set on_hold = true"))
    results: list[Any] = []
    placing = threading.Thread(target=lambda: results.extend(together(*calls)))
    placing.start()
    waiting = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%credit_account%'"
    )
    with sessions() as watcher:
        for _ in range(200):
            if (watcher.scalar(waiting) or 0) >= 4:
                break
            watcher.rollback()
            time.sleep(0.02)
    session.commit()
    placing.join(60)
    assert [each.code for each in results if isinstance(each, Rejected)] == ["credit_hold"] * 4, results


def test_opposite_line_orders_do_not_deadlock(build: Build, sessions: sessionmaker[Session]) -> None:
    """Without the order of keys in the stock lock, some of these end in "deadlock detected"."""
    store = build.store()
    variants = [build.variant() for _ in range(150)]
    for variant in variants:
        build.stock(store, variant, 1000)
    calls = []
    for n in range(12):
        company = build.company()
        actor = build.actor(build.user(company), company)
        wishes = [(variant, 1) for variant in (variants if n % 2 else reversed(variants))]
        draft_id = Shop(build, company, build.user(company), actor, store).draft(wishes)
        calls.append(lambda n=n, a=actor, d=draft_id: send(sessions, a, d, f"t{n}"))
    build.session.rollback()
    results = together(*calls)
    assert all(isinstance(each, Placed) for each in results), results


def test_statements_do_not_grow_with_lines(
    shop: Shop, sessions: sessionmaker[Session], statements: Callable[[], Any]
) -> None:
    counts = []
    for many in (1, 20, 200):
        wishes = [(shop.build.variant(price="1"), 1) for _ in range(many)]
        for variant, _ in wishes:
            shop.build.stock(shop.store, variant)
        draft_id = shop.draft(wishes)
        shown = shown_for(shop.build.session, shop.actor, draft_id)
        shop.build.session.rollback()
        with statements() as heard:
            send(sessions, shop.actor, draft_id, f"t{many}", shown)
        counts.append(len(heard))
    assert counts[0] == counts[1] == counts[2] <= 17, counts
