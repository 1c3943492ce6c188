"""People of the company itself, and ours, who see less or may do less than they try."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts.models import Company
from portal.billing.models.methods import SavedMethod
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.billing.test_attacks import LISTS, reads_of, riches, writes_of
from tests.paying import Till
from tests.reading.pdf_text import words


def visitor(app: Flask, email: str) -> PageClient:
    client = PageClient(app)
    client.sign_in(email)
    return client


def test_who_may_only_look_sees_no_card(paying_app: Flask, till: Till) -> None:
    """Viewer, rep and support read what was paid, and by no word how: page, paper, file, log of the company."""
    ours = riches(till.build, till.company, "ours")
    bill = till.invoice(4_200)
    failed = till.start(till.invoice(1_000))
    till.by_card(till.open(failed), "4000000000000002")
    till.sync(failed)
    attempt = till.paid(bill)
    build, code, month = till.build, till.company.code, f"{today():%Y-%m}"
    mine = [
        f"/invoices/{bill.number}",
        f"/invoices/{bill.number}.pdf",
        f"/statements/{month}",
        f"/statements/{month}.pdf",
        f"/statements/{month}.csv",
        *LISTS,
        f"/payments/{attempt.token}",
    ]
    theirs = [
        f"/customers/{code}",
        f"/customers/{code}/billing",
        f"/billing/invoices/{bill.number}",
        f"/customers/{code}/statements/{month}",
        f"/customers/{code}/statements/{month}.pdf",
        f"/customers/{code}/statements/{month}.csv",
        f"/customers/{code}/invoices/{bill.number}.pdf",
        f"/billing/payments/{till.payments()[-1].number}",
        f"/customers/{code}/payments",
    ]
    people = {
        "viewer": (build.user(till.company, "viewer"), mine),
        "rep": (build.rep(till.company), theirs),
        "support": (build.user(kind="support"), theirs),
    }
    seen = 0
    for who, (person, paths) in people.items():
        client = visitor(paying_app, person.email)
        for path in paths:
            answer = client.http.get(path)
            if answer.status_code in (403, 404):
                continue
            assert answer.status_code == 200, (who, path)
            body = words(answer.data) if path.endswith(".pdf") else answer.get_data(as_text=True)
            for word in ("4242", "Visa", "9876", "Brandours", ours.method.stripe_method_id):
                assert word not in body, (who, path, word)
            seen += bill.number in body
    assert seen > 6
    payer = visitor(paying_app, till.user.email)
    assert "Visa ending 4242" in payer.http.get(f"/invoices/{bill.number}").get_data(as_text=True)


@pytest.mark.parametrize("relation", ["parent", "child", "sibling"])
def test_relatives_are_other_companies(paying_app: Flask, till: Till, build: Build, relation: str) -> None:
    """Money of a parent, a child or a sister company is not one's own. A parent pays for its branches, on the page of its
    group."""
    top = build.company("Holding")
    relative = build.company("Relative", parent_id=top.id if relation == "sibling" else None)
    if relation == "parent":
        till.company.parent_id = relative.id
    elif relation == "child":
        relative.parent_id = till.company.id
    else:
        till.company.parent_id = top.id
    till.build.session.commit()
    build.session.merge(relative)
    build.session.commit()
    theirs = riches(build, build.session.get_one(Company, relative.id), "relative")
    client = visitor(paying_app, till.user.email)
    for path in reads_of(theirs):
        answer = client.http.get(path)
        if relation == "child" and path.startswith("/payments/new"):
            assert answer.headers["Location"].startswith("/group-payments/new"), path
        else:
            assert answer.status_code == 404, path
    for path, form in writes_of(theirs):
        if relation == "child" and path == "/payments":
            answer = client.post(path, form, status=303)
            assert answer.headers["Location"].startswith("/group-payments/new"), form
        else:
            client.post(path, form, status=404)
    for path in LISTS:
        assert theirs.invoice.number not in client.http.get(path).get_data(as_text=True), path


def test_a_former_member_and_a_blocked_one_pay_nothing(paying_app: Flask, till: Till) -> None:
    """What is taken from a person takes effect with their next click."""
    ours = riches(till.build, till.company, "ours")
    client = visitor(paying_app, till.user.email)
    client.get(f"/payments/new?invoice={ours.invoice.number}")
    till.user.disabled_at = utcnow()
    till.build.session.commit()
    answer = client.post(
        "/payments", {"invoice": ours.invoice.number, "method": "card", "key": "k" * 30}, status=None
    )
    assert answer.status_code in (302, 401, 403)
    assert till.opens(ours.invoice) == [50_000]
    assert not till.client.v1.checkout.sessions.list({"limit": 1}).data


def test_a_method_removed_meanwhile_is_not_charged(paying_app: Flask, till: Till) -> None:
    """In one tab it is removed, in the other it is still offered."""
    ours = riches(till.build, till.company, "ours")
    client = visitor(paying_app, till.user.email)
    with till.sessions() as session:
        session.get_one(SavedMethod, ours.method.id).removed_at = utcnow()
        session.commit()
    form = {
        "invoice": ours.invoice.number,
        "method": f"saved-{handle('method', ours.method.id)}",
        "key": "k" * 30,
    }
    client.post("/payments", form, status=404)
    assert till.charges() == []


def test_no_page_leads_out_of_the_portal(paying_app: Flask, till: Till) -> None:
    """Whatever a form or an address says about where to go next: it stays here, or is Stripe's own page."""
    ours = riches(till.build, till.company, "ours")
    client = visitor(paying_app, till.user.email)
    evil = dict.fromkeys(
        ("next", "return", "return_to", "back", "url", "draft", "success_url", "to"), "//evil.example/"
    )
    query = "&".join(f"{name}=https://evil.example/" for name in evil)
    for path in (
        f"/payments/new?invoice={ours.invoice.number}",
        f"/invoices/{ours.invoice.number}?x=1",
        f"/payments/{ours.attempt.token}?x=1",
        "/scheduled-payments/new?x=1",
        "/payments/new?x=1",
    ):
        answer = client.http.get(f"{path}&{query}")
        assert "evil.example" not in answer.headers.get("Location", "")
        body = answer.get_data(as_text=True)
        assert 'href="https://evil' not in body, path
        assert 'action="https://evil' not in body, path
    for path, form in writes_of(ours):
        answer = client.post(
            f"{path}?{query}", {**form, **{k: v for k, v in evil.items() if k != "draft"}}, status=None
        )
        assert "evil.example" not in answer.headers.get("Location", ""), path


def test_a_buyer_cancels_no_scheduled_payment(paying_app: Flask, till: Till) -> None:
    """Means of paying are for those who look after them, on whichever page."""
    ours = riches(till.build, till.company, "ours")
    buyer = visitor(paying_app, till.build.user(till.company, "buyer").email)
    buyer.get(f"/payments/{ours.scheduled.token}")
    assert "cancellation" not in buyer.body
    buyer.post(f"/payments/{ours.scheduled.token}/cancellation", status=303)
    buyer.post(f"/scheduled-payments/{ours.scheduled.token}/cancellation", status=403)
    assert till.attempt(ours.scheduled).state == "scheduled"
