"""Pay links: made by the company, used by somebody without an account."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from portal.billing.models.credit import PaymentTerms
from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import find
from portal.foundation.clock import utcnow
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from tests.builders import Build, today
from tests.invoices import TODAY, make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_payments import asked, listen
from tests.paying import DECLINED, Till


@pytest.fixture
def owner(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    return client


@pytest.fixture
def payer(paying_app: Flask) -> PageClient:
    """Somebody who has the link and no account."""
    return PageClient(paying_app)


def make(owner: PageClient, path: str, **fields: str) -> str:
    """Make a link on the pages; its path."""
    owner.get(path)
    owner.post(path, {"days": "14", **fields}, status=200)
    found = re.search(r'value="http://localhost(/pay/[^"]+)"', owner.body)
    assert found
    return found[1]


def back(payer: PageClient, till: Till) -> None:
    (session,) = till.client.v1.checkout.sessions.list({"limit": 1}).data
    payer.get(urlsplit(session.success_url).path)


def test_somebody_without_an_account_pays_an_invoice(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    invoice = till.invoice(12_500, po_number="PO-SECRET", job_name="Mill Lane")
    path = make(owner, f"/invoices/{invoice.number}/links")
    answer = payer.get(path)
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "$125.00 to pay" in payer.text
    assert invoice.number in payer.text
    for secret in ("Harbor Painting", "PO-SECRET", "Mill Lane", till.user.name, till.user.email):
        assert secret not in payer.body
    url = payer.post(path, {"method": "card"}, status=303).headers["Location"]
    again = payer.post(path, {"method": "card"}, status=303).headers["Location"]
    assert again == url
    till.by_card(url, DECLINED)
    back(payer, till)
    assert "$125.00 to pay" in payer.text
    till.by_card(url)
    till.later()
    back(payer, till)
    assert "Paid. Thank you." in payer.text
    assert till.opens(invoice) == [0]
    payer.get(path)
    assert "Paid. Thank you." in payer.text
    payer.post(path, status=422)
    with till.sessions() as session:
        attempt = session.scalars(select(PaymentAttempt)).one()
    assert (attempt.via, attempt.actor_user_id, attempt.state) == ("link", None, "succeeded")
    till.check_books()
    owner.get("/payment-links")
    assert "No link works at the moment" in owner.text


def test_the_token_is_nowhere_but_in_the_address(owner: PageClient, payer: PageClient, till: Till) -> None:
    """The database holds a hash. Seen failing when the token was stored beside it."""
    invoice = till.invoice(12_500)
    token = make(owner, f"/invoices/{invoice.number}/links").removeprefix("/pay/")
    payer.get(f"/pay/{token}")
    with till.sessions() as session:
        tables = session.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        for table in tables:
            rows = session.execute(
                text(f"select count(*) from {table} t where t::text like :token"), {"token": f"%{token}%"}
            )
            assert rows.scalar() == 0, table


def test_a_link_that_was_taken_back_or_has_expired_pays_nothing(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    owner.get(f"/invoices/{invoice.number}/links")
    revoke = re.search(r'action="([^"]+/revocation)"', owner.body)
    assert revoke
    owner.follow(owner.post(revoke[1], status=303))
    assert f"The link to invoice {invoice.number} is taken back" in owner.text
    payer.get(path, status=410)
    assert "This link was taken back" in payer.text
    assert "Ask whoever sent it" in payer.text
    payer.post(path, status=410)
    second = make(owner, f"/invoices/{invoice.number}/links")
    with till.sessions.begin() as session:
        session.execute(
            text("update pay_link set expires_at = :then"), {"then": utcnow() - timedelta(minutes=1)}
        )
    payer.get(second, status=410)
    assert "This link has expired" in payer.text
    payer.post(second, status=410)
    payer.get("/pay/" + "x" * 43, status=404)
    assert "This link does not work" in payer.text
    payer.post("/pay/" + "x" * 43, status=404)
    payer.get("/pay/returned/" + "x" * 43, status=404)
    assert till.charges() == []


def test_a_payment_under_way_is_not_taken_twice(owner: PageClient, payer: PageClient, till: Till) -> None:
    """Invariant 3. The company pays while the link's page is open. Seen failing (a second page of Stripe's) without
    what is spoken for, both where the link looks at what is free and under the documents' locks."""
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    payer.get(path)
    attempt = till.start(invoice)
    till.open(attempt)
    payer.post(path, {"method": "card"}, status=422)
    assert "A payment of this is under way" in payer.text
    with till.sessions() as session:
        assert [each.id for each in session.scalars(select(PaymentAttempt))] == [attempt.id]


def test_a_link_for_a_statement_pays_what_is_open_then(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    paid, first, second = (till.invoice(net) for net in (1_000, 2_000, 3_000))
    later = till.invoice(9_000, on=TODAY + timedelta(days=31))
    pay_offline(till.build.session, till.company, 1_000, paid)
    path = make(owner, f"/statements/{TODAY:%Y-%m}/links", email="books@example.com")
    assert "It is on its way to books@example.com" in owner.text
    payer.get(path)
    assert "$50.00 to pay" in payer.text
    assert later.number not in payer.text
    till.by_card(payer.post(path, {"method": "card"}, status=303).headers["Location"])
    back(payer, till)
    assert till.opens(paid, first, second, later) == [0, 0, 0, 9_000]
    with till.sessions() as session:
        mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "pay_link")).one()
    assert mail.to_email == "books@example.com"
    assert mail.data["secret"] is True
    owner.get("/statements/1999-13/links", status=404)
    owner.post("/statements/1999-01/links", {"days": "14"}, status=422)
    assert "Nothing of this statement is open" in owner.text


def test_beginning_payments_is_throttled(owner: PageClient, payer: PageClient, till: Till) -> None:
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    answers = [payer.post(path, {"method": "card"}, status=None).status_code for _ in range(17)]
    assert answers == [303] * 15 + [429] * 2


def test_coming_back_asks_stripe_once_in_a_few_seconds(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    """Anybody may reload that page. Seen failing (once for each reload) while it asked whatever had just been asked."""
    path = make(owner, f"/invoices/{till.invoice(12_500).number}/links")
    url = payer.post(path, {"method": "card"}, status=303).headers["Location"]
    listen(till)
    for _ in range(4):
        back(payer, till)
    payer.get(path)
    assert asked(till) == 1
    back(payer, till)
    assert "We are asking Stripe" in payer.text
    assert re.search(r'hx-get="/pay/returned/[^"]+"', payer.body)
    till.by_card(url)
    till.later()
    back(payer, till)
    assert "Paid. Thank you." in payer.text
    assert "We are asking Stripe" not in payer.text


def test_mails_with_links_are_throttled(
    owner: PageClient, till: Till, build: Build, paying_app: Flask
) -> None:
    """For each address, whoever writes, and for each company. Seen failing without the count for each."""
    invoice = till.invoice(12_500)
    path = f"/invoices/{invoice.number}/links"
    for _ in range(5):
        make(owner, path, email="books@example.com")
    answer = owner.post(path, {"days": "14", "email": "Books@example.com"}, status=429)
    assert "5 mails with payment links went to this address within a day." in owner.text
    assert "pass the link on yourself" in owner.text
    assert int(answer.headers["Retry-After"]) > 3_000
    assert 'value="books@example.com"' in owner.body
    make(owner, path)
    for n in range(25):
        owner.post(path, {"days": "14", "email": f"books{n}@example.com"}, status=200)
    owner.post(f"/statements/{TODAY:%Y-%m}/links", {"days": "14", "email": "new@example.com"}, status=429)
    assert "30 mails with payment links went out from your company" in owner.text
    with till.sessions() as session:
        assert len(session.scalars(select(OutboundMail).where(OutboundMail.kind == "pay_link")).all()) == 30
    other = build.company()
    stranger = PageClient(paying_app)
    stranger.sign_in(build.user(other, "company_admin").email)
    theirs = make_invoice(build.session, other)
    make(stranger, f"/invoices/{theirs.number}/links", email="elsewhere@example.com")
    stranger.post(
        f"/invoices/{theirs.number}/links", {"days": "14", "email": "books@example.com"}, status=429
    )


def test_only_who_looks_after_paying_makes_and_takes_back(
    owner: PageClient, till: Till, build: Build, paying_app: Flask
) -> None:
    invoice = till.invoice(12_500)
    make(owner, f"/invoices/{invoice.number}/links")
    with till.sessions() as session:
        link = session.scalars(select(PayLink)).one()
    buyer = PageClient(paying_app)
    buyer.sign_in(build.user(till.company, "buyer").email)
    buyer.post(f"/invoices/{invoice.number}/links", {"days": "14"}, status=403)
    buyer.post(f"/payment-links/{handle('link', link.id)}/revocation", status=403)
    stranger = PageClient(paying_app)
    stranger.sign_in(build.user(build.company(), "company_admin").email)
    stranger.post(f"/invoices/{invoice.number}/links", {"days": "14"}, status=404)
    stranger.post(f"/payment-links/{handle('link', link.id)}/revocation", status=404)


def test_a_closed_companys_links_are_dead(owner: PageClient, payer: PageClient, till: Till) -> None:
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    with till.sessions.begin() as session:
        assert find(session, path.removeprefix("/pay/")).open_minor == 12_500
        session.execute(text("update company set disabled_at = now()"))
    payer.get(path, status=404)


def test_the_price_shown_is_the_price_charged(owner: PageClient, payer: PageClient, till: Till) -> None:
    """Invariant 17, with an early-payment discount. Seen failing when the page left the discount out."""
    with till.sessions.begin() as session:
        session.add(PaymentTerms(company_id=till.company.id, discount_bp=200, discount_days=10))
    invoice = till.invoice(10_000, on=today())
    path = make(owner, f"/invoices/{invoice.number}/links")
    payer.get(path)
    assert "$98.00 to pay" in payer.text
    till.by_card(payer.post(path, {"method": "card"}, status=303).headers["Location"])
    back(payer, till)
    assert [each.amount for each in till.charges()] == [9_800]
    assert till.opens(invoice) == [0]
    till.check_books()


def test_a_link_never_keeps_the_company_from_paying_itself(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    """Seen failing with 0.00 offered: whoever had the link began again and again, and paid nothing."""
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    pages = [payer.post(path, {"method": "card"}, status=303).headers["Location"] for _ in range(3)]
    owner.get(f"/payments/new?invoice={invoice.number}")
    assert 'value="125.00"' in owner.body
    key = re.search(r'name="key" value="([^"]+)"', owner.body)
    assert key
    form = {"invoice": invoice.number, f"amount_{invoice.number}": "125.00", "method": "card", "key": key[1]}
    own = owner.post("/payments", form, status=303).headers["Location"]
    assert own not in pages
    with till.sessions() as session:
        begun = session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id)).all()
    assert [each.state for each in begun] == ["cancelled", "open"]
    till.by_card(own)
    owner.get(f"/payments/{begun[1].token}")
    assert till.opens(invoice) == [0]


def test_what_a_link_has_paid_a_moment_before_counts(
    owner: PageClient, payer: PageClient, till: Till
) -> None:
    invoice = till.invoice(12_500)
    path = make(owner, f"/invoices/{invoice.number}/links")
    page = payer.post(path, {"method": "card"}, status=303).headers["Location"]
    owner.get(f"/payments/new?invoice={invoice.number}")
    key = re.search(r'name="key" value="([^"]+)"', owner.body)
    assert key
    till.by_card(page)
    form = {"invoice": invoice.number, f"amount_{invoice.number}": "125.00", "method": "card", "key": key[1]}
    owner.post("/payments", form, status=422)
    assert till.opens(invoice) == [0]
    with till.sessions() as session:
        assert session.scalars(select(PaymentAttempt.state)).all() == ["succeeded"]


def test_a_mail_with_a_link_that_could_not_be_sent_is_told(owner: PageClient, till: Till) -> None:
    """Seen failing with "It is on its way" as the last word."""
    invoice = till.invoice(12_500)
    path = f"/invoices/{invoice.number}/links"
    make(owner, path, email="books@example.com")
    owner.get(path)
    assert "sent to books@example.com" in owner.text
    with till.sessions.begin() as session:
        session.execute(
            update(OutboundMail).values(
                failed_at=utcnow(), failure="the mail server says that there is no such address"
            )
        )
    for page in (path, "/payment-links"):
        owner.get(page)
        assert (
            "The mail to books@example.com could not be sent: the mail server says that there is no such"
            in owner.text
        )


@pytest.mark.parametrize("typed", ["a@b", "joergö@example.com", "x@b\u00fccher..example"])
def test_an_address_that_no_mail_reaches_is_refused(owner: PageClient, till: Till, typed: str) -> None:
    """Seen failing with letters before the @ taken although no mail server here takes them."""
    invoice = till.invoice(12_500)
    owner.post(f"/invoices/{invoice.number}/links", {"days": "14", "email": typed}, status=422)
    assert "Use another address" in owner.text or "Enter an address like" in owner.text
