"""What people of two companies, and reps who act for them, could gain by being locked out or by choosing for whom."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, User
from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import Draft
from portal.orders.models.orders import Order
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.review import shop_of
from tests.shop import Shop

CLOSED_TO_VIEWERS = ("/drafts", "/drafts/current", "/bought-before")


def test_locked_out_of_the_branch_means_out(build: Build, client: PageClient) -> None:
    """Seen failing: the next click came in as the parent's administrator, who could lock and unlock people."""
    parent = build.company("Group")
    branch = build.company("Branch", parent_id=parent.id)
    person = build.user(parent, "company_admin")
    build.session.add(Membership(user_id=person.id, company_id=branch.id, role="approver"))
    build.session.commit()
    client.sign_in(person.email)
    client.get("/context")
    client.follow(client.post("/context", {"company_id": handle("company", branch.id)}))
    client.get("/people", status=403)
    row = build.session.get_one(Membership, (person.id, branch.id))
    row.disabled_at = row.created_at
    build.session.commit()
    assert client.http.get("/people").status_code in (302, 303, 403)
    client.get("/context")
    assert "Branch" not in client.text
    client.post("/context", {"company_id": handle("company", branch.id)}, status=404)


def _act(client: PageClient, company: Company, subject: User) -> None:
    client.get(f"/customers/{company.code}/delegations")
    client.post(
        f"/customers/{company.code}/delegations", {"subject": subject.id, "reason": "Asked on the phone"}
    )
    client.get("/orders")


@pytest.fixture
def shop(build: Build) -> Shop:
    found = shop_of(build, "Okafor")
    build.session.get_one(Membership, (found.user.id, found.company.id)).role = "buyer"
    build.session.commit()
    return found


@pytest.fixture
def scene(shop: Shop, client: PageClient) -> dict[str, Any]:
    build = shop.build
    rep = build.rep(shop.company, name="Priya Raman")
    client.sign_in(rep.email)
    return {"rep": rep, "viewer": build.user(shop.company, "viewer", name="Vera Lund")}


def test_a_rep_may_do_nothing_that_the_person_may_not(
    scene: dict[str, Any], shop: Shop, client: PageClient, session: Session
) -> None:
    """Seen failing: acting for a viewer a rep kept drafts, cancelled and ordered."""
    _act(client, shop.company, scene["viewer"])
    for path in CLOSED_TO_VIEWERS:
        client.get(path, status=403)
    variant = shop.build.variant()
    client.post("/drafts/current/lines", {"sku": variant.sku, "quantity": "1"}, status=403)
    client.post("/jobs", {"names": "Elm Street"}, status=403)
    assert session.scalars(select(Draft)).all() == []
    _act(client, shop.company, shop.user)
    client.get("/drafts/current")
    client.post("/drafts/current/lines", {"sku": variant.sku, "quantity": "1"})


def test_a_draft_stays_with_the_person_it_was_begun_for(
    scene: dict[str, Any], shop: Shop, client: PageClient, session: Session
) -> None:
    """Seen failing: begun for somebody limited, the draft was placed in the name of the owner, who is not."""
    _act(client, shop.company, shop.user)
    variant = shop.build.variant()
    client.get("/drafts/current")
    client.post("/drafts/current/lines", {"sku": variant.sku, "quantity": "1"})
    draft = session.scalars(select(Draft)).one()
    owner = shop.build.user(shop.company, "company_admin", name="Ngozi Okafor")
    _act(client, shop.company, owner)
    client.get("/drafts/current")
    assert variant.sku not in client.text
    for action in ("placement", "approval", "pickup", "parking"):
        client.post(f"/drafts/{handle('draft', draft.id)}/{action}", status=409)
        assert f"You began this draft for {shop.user.name}" in client.text
    client.get(f"/drafts/{handle('draft', draft.id)}")
    assert "You began this draft for somebody else" in client.text
    client.post(f"/drafts/{handle('draft', draft.id)}/copies", status=None)
    assert session.scalars(select(Order)).all() == []
    _act(client, shop.company, shop.user)
    client.get("/drafts/current")
    assert variant.sku in client.text


def test_a_company_limits_what_reps_order(shop: Shop, client: PageClient, session: Session) -> None:
    admin = shop.build.user(shop.company, "company_admin")
    client.sign_in(admin.email)
    client.get("/people")
    assert "They order alone what the person they act for may order alone" in client.text
    client.get("/company/rep-limit")
    client.post("/company/rep-limit", {"limit": "-1"}, status=422)
    client.post("/company/rep-limit", {"limit": "a lot"}, status=422)
    client.follow(client.post("/company/rep-limit", {"limit": "250.00"}))
    assert f"What sales reps order for {shop.company.name} above $250.00 needs somebody" in client.text
    assert "What they order above $250.00 waits for an approver" in client.text
    session.expire_all()
    assert session.get_one(Company, shop.company.id).rep_order_limit_minor == 25_000
    touch = session.scalars(select(Touchpoint).where(Touchpoint.name == "rep_limit_changed")).one()
    assert (touch.value_minor, touch.account_id) == (25_000, shop.company.id)
    client.get("/activity")
    assert "Changed what sales reps may order alone" in client.text
    client.get("/company/rep-limit")
    client.post("/company/rep-limit", {"limit": ""})
    session.expire_all()
    assert session.get_one(Company, shop.company.id).rep_order_limit_minor is None
