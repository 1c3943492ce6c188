"""Recording payments, putting credit onto invoices and giving money back, on the pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.paying import Till


def key_of(client: PageClient) -> str:
    found = re.search(r'name="key" type="hidden" value="([^"]+)"', client.body)
    assert found
    return found[1]


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def admin(client: PageClient, build: Build) -> PageClient:
    client.sign_in(build.user(kind="admin", name="Ada Admin").email)
    return client


def open_of(session: Session, *invoices: Invoice) -> list[int]:
    session.expire_all()
    return [session.get_one(Invoice, each.id).open_minor for each in invoices]


def test_staff_record_a_cheque_onto_the_oldest_invoices(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    first, second = (
        make_invoice(build.session, company, net=6_000),
        make_invoice(build.session, company, net=5_000),
    )
    path = f"/customers/{company.code}/payments"
    admin.get(path)
    assert "Nothing has been paid yet" in admin.text
    form = {"key": key_of(admin), "kind": "cheque", "amount": "$100.00", "received_on": "2026-06-02"}
    assert f'name="amount_{handle("document", first.id)}"' in admin.body
    today = re.search(r'name="received_on" type="date" value="([^"]+)"', admin.body)
    assert today
    form["received_on"] = today[1]
    admin.post(path, {**form, "amount": "ten"}, status=422)
    assert "Enter an amount like 1,234.50" in admin.text
    admin.post(path, {**form, "reference": "1007"}, status=422)
    assert "$100.00 is put onto no invoice" in admin.text
    admin.post(path, {**form, "step": "suggest"}, status=200)
    assert re.search(rf'name="amount_{handle("document", first.id)}" type="text" value="60.00"', admin.body)
    assert re.search(rf'name="amount_{handle("document", second.id)}" type="text" value="40.00"', admin.body)
    parts = {
        f"amount_{handle('document', first.id)}": "60.00",
        f"amount_{handle('document', second.id)}": "50.01",
    }
    admin.post(path, {**form, **parts, "reference": "1007"}, status=422)
    assert "At most $50.00" in admin.text
    parts[f"amount_{handle('document', second.id)}"] = "40"
    admin.post(path, {**form, **parts}, status=422)
    assert "Enter the cheque's number" in admin.text
    for _again in range(2):
        answer = admin.post(path, {**form, **parts, "reference": "1007"}, status=303)
    assert open_of(session, first, second) == [0, 1_000]
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    admin.follow(answer)
    assert "Cheque 1007" in admin.text
    assert "Ada Admin" in admin.text
    admin.get(path)
    assert "Payment PAY-" in admin.text


def test_the_customer_sees_it(client: PageClient, build: Build, company: Company) -> None:
    pay_offline(build.session, company, 2_500, reference="1007")
    client.sign_in(build.user(company, "buyer").email)
    client.get("/payments")
    assert "$25.00 not applied yet" in client.text
    client.get("/credits")
    assert "$25.00" in client.text


def test_a_buyer_puts_cash_onto_invoices_and_staff_take_it_off(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    payment = pay_offline(build.session, company, 2_500)
    first, second = (
        make_invoice(build.session, company, net=2_000),
        make_invoice(build.session, company, net=2_000),
    )
    client.sign_in(build.user(company, "buyer").email)
    client.get("/credits")
    client.get(f"/credits/cash-{handle('credit', payment.id)}")
    assert re.search(rf'name="amount_{handle("document", second.id)}" type="text" value="5.00"', client.body)
    form = {
        "key": key_of(client),
        f"amount_{handle('document', first.id)}": "20.00",
        f"amount_{handle('document', second.id)}": "30.00",
    }
    path = f"/credits/cash-{handle('credit', payment.id)}/applications"
    client.post(path, form, status=422)
    assert "At most $20.00" in client.text
    client.post(path, {**form, f"amount_{handle('document', second.id)}": "x"}, status=422)
    assert "Enter an amount like 1,234.50" in client.text
    client.post(path, {"key": form["key"]}, status=422)
    assert "at least one invoice" in client.text
    for _again in range(2):
        client.post(path, {**form, f"amount_{handle('document', second.id)}": "5.00"}, status=303)
    assert open_of(session, first, second) == [0, 1_500]
    client.get("/credits")
    assert "Nothing is left over" in client.text
    client.post("/sign-out")
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/customers/{company.code}/payments")
    undo = re.search(r'action="([^"]+/reversal)"', client.body)
    assert undo
    for said in ("It is taken back", "It had been taken back before"):
        client.follow(client.post(undo[1], status=303))
        assert said in client.text
    assert open_of(session, first, second) == [2_000, 2_000]


def test_staff_put_a_credit_memo_onto_an_invoice(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    memo, invoice = (
        make_invoice(build.session, company, net=-900),
        make_invoice(build.session, company, net=2_000),
    )
    path = f"/customers/{company.code}/credits/memo-{handle('credit', memo.id)}"
    admin.get(path)
    admin.post(
        f"{path}/applications",
        {"key": key_of(admin), f"amount_{handle('document', invoice.id)}": "9"},
        status=303,
    )
    assert open_of(session, memo, invoice) == [0, 1_100]
    admin.get(path, status=404)


def test_another_companys_credit_is_not_there(client: PageClient, build: Build, company: Company) -> None:
    payment = pay_offline(build.session, company, 2_500)
    other = build.company()
    invoice = make_invoice(build.session, other, net=2_000)
    client.sign_in(build.user(other, "buyer").email)
    client.get(f"/credits/cash-{handle('credit', payment.id)}", status=404)
    form = {"key": "x" * 30, f"amount_{handle('document', invoice.id)}": "5"}
    for name in (
        f"cash-{handle('credit', payment.id)}",
        "memo-9",
        "cash-",
        "junk",
        f"memo-{handle('credit', invoice.id)}",
    ):
        client.post(f"/credits/{name}/applications", form, status=404)


def test_staff_give_back_a_bank_payment(
    admin: PageClient, build: Build, session: Session, company: Company
) -> None:
    invoice = make_invoice(build.session, company, net=2_000)
    payment = pay_offline(build.session, company, 2_500, {invoice: 2_000})
    path = f"/billing/payments/{payment.number}"
    admin.get(path)
    assert "$25.00 can be given back; $5.00 of it is not on an invoice" in admin.text
    form = {"key": key_of(admin), "amount": "7.50", "reason": "Paid too much"}
    admin.post(f"{path}/refunds", {**form, "amount": "26"}, status=422)
    assert "up to $25.00" in admin.text
    admin.post(f"{path}/refunds", form, status=422)
    assert f"This opens again: {invoice.number} by $2.50" in admin.text
    for _again in range(2):
        answer = admin.post(f"{path}/refunds", {**form, "agreed": "y"}, status=303)
    admin.follow(answer)
    assert "$7.50 is given back." in admin.text
    assert "Open again" in admin.text
    assert open_of(session, invoice) == [250]
    assert session.scalar(select(func.count()).select_from(Refund)) == 1
    admin.post(f"{path}/refunds", {**form, "amount": "8", "agreed": "y"}, status=409)


def test_staff_are_warned_of_the_limit_before_giving_back(
    admin: PageClient, session: Session, build: Build, company: Company
) -> None:
    payment = pay_offline(build.session, company, 2_500)
    session.execute(text("update credit_account set limit_minor = 1000, used_minor = 0"))
    session.commit()
    path = f"/billing/payments/{payment.number}"
    admin.get(path)
    assert (
        "$0.00 of credit is in use, the limit is $10.00. Giving back more than $10.00 passes it."
        in admin.text
    )
    form = {"key": key_of(admin), "amount": "25", "reason": "The job is off"}
    admin.post(f"{path}/refunds", form, status=422)
    assert "$25.00 of credit is in use then, above the limit of $10.00." in admin.text
    assert 'value="The job is off"' in admin.body
    admin.follow(admin.post(f"{path}/refunds", {**form, "above_limit": "y"}, status=303))
    assert "$25.00 is given back." in admin.text


def test_a_payment_through_stripe_is_refunded(till: Till, build: Build, paying_app: Flask) -> None:
    admin = PageClient(paying_app)
    admin.sign_in(build.user(kind="admin").email)
    invoice = till.invoice(10_000)
    till.paid(invoice)
    payment = till.payments()[0]
    path = f"/billing/payments/{payment.number}"
    admin.get(path)
    form = {"key": key_of(admin), "amount": "40", "reason": "Damaged", "agreed": "y"}
    till.sandbox.fault("lose_answer", match="POST /v1/refunds")
    admin.follow(admin.post(f"{path}/refunds", form, status=303))
    assert "Stripe has not answered yet" in admin.text
    paying_app.extensions["stripe"]._rest_until = 0.0
    admin.follow(admin.post(f"{path}/refunds", form, status=303))
    assert "$40.00 is given back" in admin.text
    assert [each.amount for each in till.client.v1.refunds.list({}).data] == [4_000]
    till.check_books()


def test_a_chargeback_stands_in_the_worklist_and_on_the_payment(till: Till, admin: PageClient) -> None:
    till.paid(till.invoice(10_000))
    payment = till.payments()[0]
    dispute_id = till.sandbox.control("disputes", charge=payment.charge_id)["id"]
    sync_chargeback(till.sessions, dispute_id, now=utcnow(), api=till.api)
    admin.get("/billing")
    assert payment.number in admin.text
    assert "Answer at Stripe" in admin.text
    path = f"/billing/payments/{payment.number}"
    admin.get(path)
    assert "Chargeback of $100.00" in admin.text
    assert "Nothing can be given back" in admin.text
    till.sandbox.control(f"disputes/{dispute_id}/close", verdict="lost")
    sync_chargeback(till.sessions, dispute_id, now=utcnow(), api=till.api)
    admin.get(path)
    assert "Open again" in admin.text
    admin.get("/billing")
    assert "Answer at Stripe" not in admin.text


def test_the_pay_page_offers_money_on_account(client: PageClient, build: Build, company: Company) -> None:
    payment = pay_offline(build.session, company, 2_500)
    invoice = make_invoice(build.session, company, net=2_000)
    client.sign_in(build.user(company, "buyer").email)
    client.get(f"/payments/new?invoice={invoice.number}")
    assert f"Use $25.00 of {payment.number} first" in client.text
