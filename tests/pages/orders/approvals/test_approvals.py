"""Approvals as people see them: asked for on the review, answered with one press."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.billing.models.tax import TaxRate
from portal.foundation.secrets.handles import handle
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.test_checkout import hidden, order_it
from tests.shop import Shop, delivery_day

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(build: Build) -> Shop:
    """Dana may order up to $100.00 alone."""
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    build.session.get_one(Membership, (user.id, company.id)).order_limit_minor = 10_000
    build.session.commit()
    return Shop(build, company, user, build.actor(user, company), store)


@pytest.fixture
def owner(shop: Shop) -> User:
    return shop.build.user(shop.company, "company_admin", name="Maria Lopez")


def at_review(shop: Shop, client: PageClient, lines: int = 1, price: str = "120.00") -> int:
    """Dana's draft, one of each, at the review."""
    wishes = [(shop.build.variant(name=f"Satin White {n}", price=price), 1) for n in range(lines)]
    for variant, _ in wishes:
        shop.build.stock(shop.store, variant, 50)
    draft_id = shop.draft(wishes)
    client.sign_in(shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    return draft_id


def ask(client: PageClient, draft_id: int, note: str = "", *, status: int = 302) -> None:
    answer = client.post(
        f"/drafts/{handle('draft', draft_id)}/approval",
        {"shown": hidden(client.body, "shown"), "note": note},
        status=status,
    )
    if status == 302:
        client.follow(answer)


def answer(client: PageClient, approval_id: int, *, status: int = 302) -> None:
    form = {"shown": hidden(client.body, "shown"), "token": hidden(client.body, "token")}
    got = client.post(f"/approvals/{handle('approval', approval_id)}/approval", form, status=status)
    if status == 302:
        client.follow(got)


def the_question(session: Session) -> OrderApproval:
    session.rollback()
    return session.scalars(select(OrderApproval).order_by(OrderApproval.id.desc()).limit(1)).one()


def test_from_the_review_to_the_owners_yes(shop: Shop, owner: User, app: Flask, session: Session) -> None:
    buyer, boss = PageClient(app), PageClient(app)
    draft_id = at_review(shop, buyer)
    assert "Orders above $100.00 need somebody else's yes" in buyer.text
    assert "Maria Lopez gets a mail" in buyer.text
    assert "Place order" not in buyer.text
    ask(buyer, draft_id, "For the Elm Street job")
    assert "Waiting for Maria Lopez" in buyer.text
    assert "Send for approval" not in buyer.text
    buyer.get("/drafts")
    assert "Waits for approval" in buyer.text
    buyer.get("/approvals")
    assert "1 order waits" in buyer.text

    boss.sign_in(owner.email)
    boss.get("/")
    assert "Waits for your yes" in boss.text
    assert "$120.00 for Dana Ortiz" in boss.text
    question = the_question(session)
    boss.get(f"/approvals/{handle('approval', question.id)}")
    for words in (
        "Order of Dana Ortiz",
        "For the Elm Street job",
        "up to $100.00",
        "Satin White 0",
        "Dock Street",
    ):
        assert words in boss.text
    answer(boss, question.id)
    order = session.scalars(select(Order)).one()
    assert f"Order {order.number} is placed." in boss.text
    boss.get(f"/approvals/{handle('approval', question.id)}")
    assert "Maria Lopez approved it" in boss.text

    buyer.get(f"/orders/{order.number}")
    assert "Approved and placed on account" in buyer.text
    assert (
        buyer.http.get(f"/drafts/{handle('draft', draft_id)}/review")
        .headers["Location"]
        .endswith(f"/orders/{order.number}/placed")
    )


def asked_and_seen(
    shop: Shop, owner: User, app: Flask, session: Session
) -> tuple[PageClient, PageClient, int, OrderApproval]:
    """Dana has asked, and Maria has the question open: their browsers, the draft and the question."""
    buyer, boss = PageClient(app), PageClient(app)
    draft_id = at_review(shop, buyer)
    ask(buyer, draft_id)
    question = the_question(session)
    boss.sign_in(owner.email)
    boss.get(f"/approvals/{handle('approval', question.id)}")
    return buyer, boss, draft_id, question


def test_sent_back_with_a_reason_and_asked_again(
    shop: Shop, owner: User, app: Flask, session: Session
) -> None:
    buyer, boss, draft_id, question = asked_and_seen(shop, owner, app, session)
    boss.post(f"/approvals/{handle('approval', question.id)}/rejection", {"note": " "}, status=422)
    assert "Say why, so that they can change it." in boss.text
    boss.post(f"/approvals/{handle('approval', question.id)}/rejection", {"note": "x" * 501}, status=422)
    assert "x" * 501 in boss.body  # nothing typed is lost
    boss.follow(
        boss.post(f"/approvals/{handle('approval', question.id)}/rejection", {"note": "Half is enough"})
    )
    assert "Dana Ortiz gets your answer by mail." in boss.text
    for page in (f"/drafts/{handle('draft', draft_id)}", f"/drafts/{handle('draft', draft_id)}/review"):
        buyer.get(page)
        assert "Maria Lopez sent it back" in buyer.text
        assert "Half is enough" in buyer.text
    ask(buyer, draft_id)
    assert "Waiting for Maria Lopez" in buyer.text


def test_a_change_takes_the_question_back_on_every_page(
    shop: Shop, owner: User, app: Flask, session: Session
) -> None:
    buyer, boss, draft_id, question = asked_and_seen(
        shop, owner, app, session
    )  # open on the sofa while Dana changes it
    line = session.scalar(text("select id from draft_line"))
    buyer.get(f"/drafts/{handle('draft', draft_id)}")
    assert "Changing the draft takes the question back." in buyer.text
    buyer.post(f"/drafts/{handle('draft', draft_id)}/lines", {f"quantity-{handle('line', line)}": "3"})
    buyer.get(f"/drafts/{handle('draft', draft_id)}/review")
    assert "You changed it after asking" in buyer.text
    assert "Send for approval" in buyer.text
    answer(boss, question.id, status=422)
    assert "Dana Ortiz has changed it since." in boss.text
    assert "Approve and place" not in boss.text
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_taken_back_by_hand(shop: Shop, owner: User, client: PageClient, session: Session) -> None:
    draft_id = at_review(shop, client)
    ask(client, draft_id)
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/approval/withdrawal"))
    assert "Taken back. Nobody can approve it now." in client.text
    assert "Send for approval" in client.text
    assert the_question(session).state == "withdrawn"


def test_a_placement_that_was_made_up_is_refused(
    shop: Shop, owner: User, client: PageClient, session: Session
) -> None:
    """Invariant 18, past the page. Seen failing without comparing the total with the limit."""
    draft_id = at_review(shop, client)
    order_it(client, draft_id, status=422)
    assert "Orders above $100.00 need the yes of somebody else in the company." in client.text
    assert "Send for approval" in client.text
    ask(client, draft_id)
    question = the_question(session)
    form = {"shown": "", "token": "x"}
    assert client.http.post(
        f"/approvals/{handle('approval', question.id)}/approval", data=form
    ).status_code in (400, 403)
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_nobody_may_approve_it(shop: Shop, client: PageClient) -> None:
    at_review(shop, client)
    assert "Nobody else in your company may approve this amount." in client.text
    assert "Send for approval" not in client.text


def test_within_the_limit_nothing_is_asked(shop: Shop, owner: User, client: PageClient) -> None:
    draft_id = at_review(shop, client, price="100.00")
    assert "yes" not in client.text
    order_it(client, draft_id)


def test_a_note_that_is_too_long_comes_back(shop: Shop, owner: User, client: PageClient) -> None:
    draft_id = at_review(shop, client)
    ask(client, draft_id, "y" * 501, status=422)
    assert "Keep the note within 500 characters; it has 501." in client.text
    assert "y" * 501 in client.body


def test_the_administrator_gives_a_limit(
    shop: Shop, owner: User, client: PageClient, session: Session
) -> None:
    client.sign_in(owner.email)
    page = f"/people/{handle('person', shop.user.id)}"
    client.get(page)
    assert 'value="100.00"' in client.body
    for typed, stands, words in (
        ("$1,250.50", 125_050, "Orders of Dana Ortiz above $1,250.50 need somebody else's yes."),
        ("0", 0, "Orders of Dana Ortiz above $0.00 need somebody else's yes."),
        ("", None, "Dana Ortiz orders any amount alone."),
    ):
        client.follow(client.post(f"{page}/order-limit", {"limit": typed}))
        assert words in client.text
        session.rollback()
        assert session.get_one(Membership, (shop.user.id, shop.company.id)).order_limit_minor == stands
    for typed in ("-5", "a lot", "1e3", "9" * 25, "1.234"):
        client.post(f"{page}/order-limit", {"limit": typed}, status=422)
        assert typed in client.body
    session.rollback()
    actions = session.scalars(
        text("select props->>'action' from touchpoint where name = 'account_added_user'")
    ).all()
    assert actions == ["limit_changed"] * 3


def test_nobody_gives_themselves_a_limit(shop: Shop, owner: User, client: PageClient) -> None:
    client.sign_in(owner.email)
    client.get(f"/people/{handle('person', shop.user.id)}")
    client.post(f"/people/{handle('person', owner.id)}/order-limit", {"limit": ""}, status=422)
    assert "You can't change your own limit." in client.text
    other = shop.build.user(shop.build.company("Other Painters"))
    client.get(f"/people/{handle('person', shop.user.id)}")
    client.post(f"/people/{handle('person', other.id)}/order-limit", {"limit": ""}, status=404)


def test_a_long_name_and_a_hostile_note_are_words(shop: Shop, app: Flask, session: Session) -> None:
    boss_user = shop.build.user(shop.company, "approver", name="<b>" + "Wolfeschlegelsteinhausen " * 4)
    buyer, boss = PageClient(app), PageClient(app)
    draft_id = at_review(shop, buyer)
    ask(buyer, draft_id, "<script>alert(1)</script>\x00")
    boss.sign_in(boss_user.email)
    boss.get(f"/approvals/{handle('approval', the_question(session).id)}")
    assert "<script>alert(1)</script>" in boss.text  # as words: the page checker refuses scripts in the page


def test_it_costs_the_same_for_many_lines_and_many_questions(
    shop: Shop, owner: User, app: Flask, session: Session, statements: Counting
) -> None:
    found = []
    boss = PageClient(app)
    boss.sign_in(owner.email)
    for lines, more in ((2, 0), (120, 8)):
        for _ in range(more):
            other = PageClient(app)
            ask(other, at_review(shop, other))
        buyer = PageClient(app)
        draft_id = at_review(shop, buyer, lines, price="60.00")
        with statements() as asking:
            ask(buyer, draft_id)
        question = the_question(session)
        with statements() as listing:
            boss.get("/approvals")
        with statements() as home:
            boss.get("/")
        with statements() as looking:
            boss.get(f"/approvals/{handle('approval', question.id)}")
        with statements() as approving:
            answer(boss, question.id)
        found.append([len(each) for each in (asking, listing, home, looking, approving)])
    assert found[0] == found[1], found
    assert all(cost <= most for cost, most in zip(found[0], (32, 4, 8, 14, 32), strict=True)), found


def test_taxed_and_delivered_it_reads_as_well(shop: Shop, owner: User, app: Flask, session: Session) -> None:
    shop.build.session.add(
        TaxRate(region="NY", name="NY sales tax", share=Decimal("0.08"), valid_from=date(2020, 1, 1))
    )
    address = shop.build.address(shop.company)
    buyer, boss = PageClient(app), PageClient(app)
    draft_id = at_review(shop, buyer)
    day = delivery_day(session, shop.store, datetime.now(UTC).date() + timedelta(days=1))
    choice = {
        "fulfilment": "delivery",
        "store_id": str(shop.store.id),
        "address_id": handle("address", address.id),
        "delivery_date": day.isoformat(),
    }
    buyer.follow(buyer.post(f"/drafts/{handle('draft', draft_id)}/pickup", choice))
    ask(buyer, draft_id)
    boss.sign_in(owner.email)
    boss.get(f"/approvals/{handle('approval', the_question(session).id)}")
    for words in ("Delivery", "NY 8 %", "$129.60", "Exempt from sales tax?"):
        assert words in boss.text, words
    answer(boss, the_question(session).id)
    assert session.scalars(select(Order.total_minor)).one() == 12_960
