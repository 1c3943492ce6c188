"""Every statement of a customer's page runs under row-level security: also when the page is shown again after a
refusal, and while a long file is still being sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.foundation.secrets.handles import handle
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.drafts import DraftLine
from portal.web.access import permission_of
from portal.web.scope import BOOKS
from tests.builders import NOW, Build, today
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.orders.test_checkout import hidden
from tests.placed_orders import Counter, counter
from tests.reading.statement_scope import Heard, Scope, customer_scope, scopes
from tests.shop import Shop

MONTH = f"{today():%Y-%m}"


@dataclass
class Scene:
    """A buyer with a limit at the review of a draft of one line, and an owner who approves."""

    shop: Shop
    owner: User
    client: PageClient
    draft_id: int
    line: DraftLine
    sku: str


@pytest.fixture
def scene(build: Build, client: PageClient) -> Scene:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    build.session.get_one(Membership, (user.id, company.id)).order_limit_minor = 10_000
    build.session.commit()
    shop = Shop(build, company, user, build.actor(user, company), store)
    paint = build.variant(name="Satin White, 1 gal", price="120.00")
    build.stock(store, paint)
    draft_id = shop.draft([(paint, 1)])
    client.sign_in(user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(store.id)}))
    line = build.session.scalars(select(DraftLine).where(DraftLine.draft_id == draft_id)).one()
    return Scene(shop, build.user(company, "company_admin"), client, draft_id, line, paint.sku)


# Keys and codes that prove who somebody is: no customer's role reads them, the portal looks them up for the person.
ASIDE = {"/account/security"}


def outside(heard: list[Heard], scope: Scope) -> list[Heard]:
    """Statements that ran in another scope."""
    return [each for each in heard if each.scope != scope]


Form = dict[str, str]
REFUSED: dict[str, tuple[str, Callable[[Scene], Form]]] = {
    "a line that nobody sells": ("/drafts/current/lines", lambda s: {"sku": "NONE-9", "quantity": "1"}),
    "more than one can order": ("/drafts/current/pasted-lines", lambda s: {"pasted": f"{s.sku} 90000\n" * 2}),
    "a quantity that is none": (
        "/drafts/{draft}/lines",
        lambda s: {f"quantity-{handle('line', s.line.id)}": "some"},
    ),
    "a colour that does not exist": (
        "/drafts/{draft}/lines",
        lambda s: {f"colour-{handle('line', s.line.id)}": "TC-9"},
    ),
    "a line that nothing replaces": ("/drafts/{draft}/lines/{line}/replacement", lambda s: {}),
    "a delivery to nowhere": ("/drafts/{draft}/pickup", lambda s: {"fulfilment": "delivery"}),
    "what was shown has changed": ("/drafts/{draft}/placement", lambda s: {"shown": "1:1:1:1", "token": "t"}),
    "a question about something else": ("/drafts/{draft}/approval", lambda s: {"shown": "1:1:1:1"}),
    "bought before, but how many": (
        "/bought-before/lines",
        lambda s: {"pick": f"{s.line.variant_id}:", f"quantity-{s.line.variant_id}:": "some"},
    ),
    "a draft without a name": ("/drafts/{draft}/name", lambda s: {"name": "x" * 200}),
    "a person without a name": ("/account/profile", lambda s: {"name": ""}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_page_shown_again_after_a_refusal(scene: Scene, engine: Engine, why: str) -> None:
    """Seen failing with the scope not set again after the refused use case was undone, and with the company, the
    person and the role left out of it one by one."""
    path, form = REFUSED[why]
    address = path.format(draft=handle("draft", scene.draft_id), line=handle("line", scene.line.id))
    with scopes(engine) as heard:
        scene.client.post(address, form(scene), status=422)
    assert heard
    assert outside(heard, customer_scope(scene.shop.user.id, scene.shop.company.id)) == []


def test_an_answer_without_a_reason(scene: Scene, engine: Engine, app: Flask, session: Session) -> None:
    """The approver's page is shown again. Seen failing with the scope not set again after the refusal."""
    form = {"shown": hidden(scene.client.body, "shown"), "note": ""}
    scene.client.post(f"/drafts/{handle('draft', scene.draft_id)}/approval", form)
    question = session.scalars(select(OrderApproval.id)).one()
    approver = PageClient(app)
    approver.sign_in(scene.owner.email)
    with scopes(engine) as heard:
        approver.post(f"/approvals/{handle('approval', question)}/rejection", {"note": ""}, status=422)
    assert outside(heard, customer_scope(scene.owner.id, scene.shop.company.id)) == []


def test_a_rep_in_the_customer_s_account(scene: Scene, engine: Engine, app: Flask) -> None:
    """Who acts for a customer sees the customer's rows only, after a refusal, too. Seen failing with the scope not set
    again, and with the one acted for as its person."""
    build, company = scene.shop.build, scene.shop.company
    company.acting_consent = True
    build.session.commit()
    rep = build.rep(company)
    acting = PageClient(app)
    acting.sign_in(rep.email)
    stay = {"subject": str(scene.shop.user.id), "reason": "Called from the site"}
    acting.post(f"/customers/{company.code}/delegations", stay)
    acting.get("/context")
    with scopes(engine) as heard:
        acting.post("/drafts/current/lines", {"sku": "NONE-9", "quantity": "1"}, status=422)
        acting.get("/orders")
    assert outside(heard, customer_scope(rep.id, company.id)) == []


def test_every_page_without_a_number_in_its_address(scene: Scene, engine: Engine, app: Flask) -> None:
    """Found in the map of addresses, so that a page that is new is asked, too. Seen failing with a page that reads in
    a transaction of the portal's own, and with the role left out of the sign-in statement."""
    admin = PageClient(app)
    admin.sign_in(scene.owner.email)
    wanted = customer_scope(scene.owner.id, scene.shop.company.id)
    asked, wrong = [], {}
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or rule.arguments or permission in ("public", None):
            continue
        with scopes(engine) as heard:
            response = admin.http.get(rule.rule)
            response.get_data()
            response.close()
        if response.status_code == 200:
            asked.append(rule.rule)
            aside = replace(wanted, role=BOOKS) if rule.rule in ASIDE else wanted
            if strays := [each for each in outside(heard, wanted) if each.scope != aside]:
                wrong[rule.rule] = strays
    assert wrong == {}
    assert {"/", "/orders", "/invoices", "/payments", "/statements", "/drafts", "/approvals"} <= set(asked)


@pytest.fixture
def store(build: Build) -> Counter:
    """A company with three orders, three invoices and three payments of this month."""
    made = counter(build)
    for _ in range(3):
        made.order(placed_at=NOW)
        invoice = make_invoice(build.session, made.company, net=10_000, on=today())
        pay_offline(build.session, made.company, 1_000, invoice, on=today())
    return made


def sent(client: PageClient, engine: Engine, path: str) -> list[Heard]:
    """What is asked of the database while the rows of a file are sent."""
    response = client.http.get(path)
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    with scopes(engine) as heard:
        assert len(response.get_data(as_text=True).splitlines()) >= 4
    response.close()
    return heard


EXPORTS = ["/orders.csv", "/invoices.csv?status=all", "/payments.csv", f"/statements/{MONTH}.csv"]


@pytest.mark.parametrize("path", EXPORTS)
def test_a_file_while_it_is_sent(store: Counter, client: PageClient, engine: Engine, path: str) -> None:
    """Seen failing with the scope of a piece left out, and with its company, its person and its role left out one by
    one."""
    client.sign_in(store.buyer.email)
    heard = sent(client, engine, path)
    assert heard
    assert outside(heard, customer_scope(store.buyer.id, store.company.id)) == []


def test_every_piece_of_a_long_file(
    store: Counter, client: PageClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen failing with the scope set for the first piece only."""
    monkeypatch.setattr("portal.orders.tracking.views.history.PIECE", 1)
    client.sign_in(store.buyer.email)
    heard = sent(client, engine, "/orders.csv")
    assert sum("sales_order" in each.statement for each in heard) >= 3
    assert outside(heard, customer_scope(store.buyer.id, store.company.id)) == []


def test_a_customer_s_statement_sent_to_staff(store: Counter, client: PageClient, engine: Engine) -> None:
    """Staff read the file of one company with no more than that company's rows. Seen failing with the scope of a piece
    left out."""
    staff = store.build.user(kind="admin")
    client.sign_in(staff.email)
    heard = sent(client, engine, f"/customers/{store.company.code}/statements/{MONTH}.csv")
    assert heard
    assert outside(heard, customer_scope(staff.id, store.company.id)) == []
