"""Staff put a parent's cheque, or its money on account, onto its branches' invoices; a returned cheque opens them again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.billing.cash_application.queries import unapplied_cash
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.settlement.queries import received
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.verification.run import verify
from tests.builders import Build, today
from tests.invoices import make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_money import key_of, open_of

OF_MONEY = {"ledger_balances", "payments_are_posted", "group_transfers", "posting_keys", "allocations"}


class Group:
    """A parent with two branches, each with an open invoice."""

    def __init__(self, build: Build) -> None:
        self.build, self.session = build, build.session
        self.parent = build.company("Harbor Group")
        self.north = build.company("North Branch", parent_id=self.parent.id)
        self.south = build.company("South Branch", parent_id=self.parent.id)
        self.own = make_invoice(self.session, self.parent, net=1_000, on=today())
        self.of_north = make_invoice(self.session, self.north, net=6_100, on=today())
        self.of_south = make_invoice(self.session, self.south, net=6_200, on=today())
        self.all = (self.own, self.of_north, self.of_south)
        self.path = f"/customers/{self.parent.code}/payments"

    def opens(self) -> list[int]:
        return open_of(self.session, *self.all)

    def payments(self) -> list[Payment]:
        self.session.rollback()
        return list(self.session.scalars(select(Payment).order_by(Payment.id)))


@pytest.fixture
def group(build: Build) -> Group:
    return Group(build)


@pytest.fixture
def admin(client: PageClient, build: Build) -> PageClient:
    client.sign_in(build.user(kind="admin", name="Ada Admin").email)
    return client


def cheque(admin: PageClient, group: Group, amount: str, **more: str) -> dict[str, str]:
    admin.get(group.path)
    return {"key": key_of(admin), "kind": "cheque", "amount": amount, "reference": "2007", **more}


def named(*invoices: Invoice) -> str:
    return ", ".join(each.number for each in invoices)


def field(invoice: Invoice) -> str:
    return f"amount_{handle('document', invoice.id)}"


def test_numbers_of_branches_are_read(admin: PageClient, group: Group) -> None:
    """Seen failing with "there is no invoice of this number"."""
    admin.get(group.path)
    for name in ("Harbor Group", "North Branch", "South Branch"):
        assert f"Open invoices of {name}" in admin.text
    form = cheque(admin, group, "133.00", numbers=named(*group.all))
    admin.post(group.path, {**form, "step": "take"}, status=200)
    for each, amount in zip(group.all, ("10.00", "61.00", "62.00"), strict=True):
        assert re.search(rf'name="{field(each)}" type="text" value="{amount}"', admin.body)
    admin.post(group.path, {**form, "step": "show", "q": group.of_south.number}, status=200)
    assert group.of_south.number in admin.text
    assert group.of_north.number not in admin.text.replace(named(*group.all), "")
    assert group.opens() == [1_000, 6_100, 6_200]


def test_the_oldest_are_suggested_company_by_company(admin: PageClient, group: Group) -> None:
    """Seen failing with the parent's own invoices only."""
    admin.post(group.path, {**cheque(admin, group, "72.00"), "step": "suggest"}, status=200)
    for each, amount in zip(group.all, ("10.00", "61.00", "1.00"), strict=True):
        assert re.search(rf'name="{field(each)}" type="text" value="{amount}"', admin.body)


def test_one_cheque_for_all(admin: PageClient, group: Group, engine: Engine) -> None:
    """Seen failing with the branches' money left on the parent's account."""
    form = cheque(admin, group, "140.00", numbers=named(*group.all), rest="y")
    admin.follow(admin.post(group.path, form, status=303))
    assert group.opens() == [0, 0, 0]
    parent, north, south = group.payments()
    assert [
        (each.company_id, each.amount_minor, each.unapplied_minor) for each in (parent, north, south)
    ] == [(group.parent.id, 14_000, 700), (group.north.id, 6_100, 0), (group.south.id, 6_200, 0)]
    assert {north.method_words, south.method_words} == {"Paid by Harbor Group"}
    assert "passed on to North Branch" in admin.text
    assert north.number in admin.text
    admin.follow(admin.post(group.path, form, status=303))
    assert len(group.payments()) == 3
    admin.get(f"/billing/payments/{north.number}")
    assert "Came with a payment of the parent company" in admin.text
    assert parent.number in admin.text
    assert {each.check.name for each in verify(engine).findings} & OF_MONEY == set()


def test_both_sides_are_written_to(admin: PageClient, group: Group) -> None:
    for company in (group.parent, group.north):
        group.build.user(company, "company_admin")
    admin.post(
        group.path, cheque(admin, group, "71.00", numbers=named(group.own, group.of_north)), status=303
    )
    mails = mails_of(group, "payment_recorded")
    assert f"{group.of_north.number}, North Branch" in mails[group.parent.id]
    assert group.own.number not in mails[group.north.id]
    assert "Harbor Group" in mails[group.north.id]
    number = group.payments()[0].number
    admin.post(f"/billing/payments/{number}/reversal", {"reason": "bounced", "note": "No funds"}, status=303)
    mails = mails_of(group, "payment_returned")
    assert f"{group.of_north.number}, North Branch" in mails[group.parent.id]
    assert group.of_north.number in mails[group.north.id]


def mails_of(group: Group, kind: str) -> dict[int | None, str]:
    group.session.rollback()
    found = group.session.scalars(select(OutboundMail).where(OutboundMail.kind == kind))
    return {each.company_id: str(each.data) for each in found}


def test_a_returned_cheque_opens_them_again(
    admin: PageClient, group: Group, app: Flask, engine: Engine
) -> None:
    """Seen failing with the parent's side taken back alone."""
    admin.post(group.path, cheque(admin, group, "133.00", numbers=named(*group.all)), status=303)
    parent, north, _ = group.payments()
    admin.follow(admin.post(f"/billing/payments/{north.number}/reversal", {"reason": "bounced"}, status=303))
    assert "It came with a payment of the parent company. Take that one back instead." in admin.text
    for said in ("is taken back", "It had been taken back before"):
        path = f"/billing/payments/{parent.number}/reversal"
        admin.follow(admin.post(path, {"reason": "bounced", "note": "No funds"}, status=303))
        assert said in admin.text
    assert group.opens() == [1_000, 6_100, 6_200]
    assert all(each.reversed_at and each.unapplied_minor == 0 for each in group.payments())
    assert {each.check.name for each in verify(engine).findings} & OF_MONEY == set()
    buyer = PageClient(app)
    buyer.sign_in(group.build.user(group.north, "buyer").email)
    buyer.get(f"/invoices/{group.of_north.number}")
    assert "$61.00" in buyer.text
    buyer.get("/payments")
    assert "Returned by the bank" in buyer.text
    buyer.get(f"/statements/{today():%Y-%m}")
    assert "Payment by Harbor Group returned" in buyer.text


def test_the_discount_counts_in_branches(admin: PageClient, group: Group) -> None:
    """Seen failing with the discount of the parent's invoices only."""
    group.session.add(PaymentTerms(company_id=group.north.id, days=30, discount_bp=200, discount_days=10))
    group.session.commit()
    early = make_invoice(group.session, group.north, net=6_100, on=today())
    admin.post(group.path, cheque(admin, group, "59.78", numbers=named(early)), status=303)
    assert open_of(group.session, early) == [0]
    north = group.payments()[1]
    assert north.amount_minor == 5_978
    admin.post(f"/billing/payments/{group.payments()[0].number}/reversal", {"reason": "mistake"}, status=303)
    assert open_of(group.session, early) == [6_100]


def test_what_was_paid_meanwhile_is_refused(admin: PageClient, group: Group) -> None:
    form = cheque(admin, group, "123.00", **{field(group.of_north): "61", field(group.of_south): "62"})
    pay_offline(group.session, group.north, 6_100, group.of_north)
    admin.post(group.path, form, status=422)
    assert f"At most $0.00 of {group.of_north.number}" in admin.text
    make_attempt(group.session, group.south, {group.of_south: 6_200}, state="processing")
    admin.post(group.path, {**form, "numbers": named(group.of_north, group.of_south)}, status=422)
    assert group.opens() == [1_000, 0, 6_200]


def test_only_its_own_branches(admin: PageClient, group: Group, app: Flask) -> None:
    """Seen failing with any company's number."""
    foreign = make_invoice(group.session, group.build.company("Other"), net=1_000)
    admin.post(group.path, cheque(admin, group, "10.00", numbers=foreign.number), status=422)
    assert f"{foreign.number}: there is no invoice of this number." in admin.text
    admin.post(group.path, cheque(admin, group, "10.00", **{field(foreign): "10"}), status=404)
    of_north = f"/customers/{group.north.code}/payments"
    for other in (group.own, group.of_south):
        form = {**cheque(admin, group, "10.00"), "numbers": other.number}
        admin.post(of_north, form, status=422)
        assert f"{other.number}: there is no invoice of this number." in admin.text
    rep = PageClient(app)
    rep.sign_in(group.build.user(kind="rep").email)
    rep.get(group.path, status=403)
    assert len(group.payments()) == 0


def test_recorded_at_once_by_two(group: Group, app: Flask) -> None:
    """Two people record two cheques for the same branch: one is refused. Seen failing with both recorded."""
    people = [PageClient(app) for _ in range(2)]
    forms = []
    for n, client in enumerate(people):
        client.sign_in(group.build.user(kind="admin").email)
        forms.append(
            {**cheque(client, group, "61.00", **{field(group.of_north): "61"}), "reference": f"30{n}"}
        )
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda n: people[n].post(group.path, forms[n], status=None), range(2)))
    assert sorted(each.status_code for each in answers) == [303, 422]
    assert [each.amount_minor for each in group.payments()] == [6_100, 6_100]


def test_money_on_account_goes_onto_branches(admin: PageClient, group: Group, engine: Engine) -> None:
    """Seen failing with "there is no invoice of this number"."""
    pay_offline(group.session, group.parent, 10_000)
    with Session(engine) as session:
        name = unapplied_cash(session, group.parent.id, ahead=True)[0].name
    path = f"/customers/{group.parent.code}/credits/{name}"
    admin.get(path)
    assert "Open invoices of North Branch" in admin.text
    form = {"key": key_of(admin), "numbers": f"{group.of_north.number} 61.00, {group.of_south.number} 30.00"}
    for said in ("It is put onto the invoices.", "It had been put there before."):
        admin.follow(admin.post(f"{path}/applications", form, status=303))
        assert said in admin.text
    assert group.opens() == [1_000, 0, 3_200]
    parent, north, south = group.payments()
    assert [each.unapplied_minor for each in (parent, north, south)] == [900, 0, 0]
    assert north.received_on == parent.received_on
    assert {each.check.name for each in verify(engine).findings} & OF_MONEY == set()
    admin.post(f"/billing/payments/{parent.number}/reversal", {"reason": "bounced"}, status=303)
    assert group.opens() == [1_000, 6_100, 6_200]


def test_credit_memos_stay_with_their_company(admin: PageClient, group: Group) -> None:
    memo = make_invoice(group.session, group.parent, net=-500)
    path = f"/customers/{group.parent.code}/credits/memo-{handle('credit', memo.id)}"
    admin.get(path)
    assert group.of_north.number not in admin.text
    form = {"key": key_of(admin), field(group.of_north): "5"}
    admin.post(f"{path}/applications", form, status=404)


def test_a_customer_applies_to_own_invoices_only(client: PageClient, group: Group, engine: Engine) -> None:
    pay_offline(group.session, group.parent, 10_000)
    with Session(engine) as session:
        name = unapplied_cash(session, group.parent.id, ahead=False)[0].name
    client.sign_in(group.build.user(group.parent, "company_admin").email)
    client.get(f"/credits/{name}")
    form = {"key": key_of(client), field(group.of_north): "5"}
    client.post(f"/credits/{name}/applications", form, status=404)


def test_the_receipt_accounts_for_all(admin: PageClient, group: Group) -> None:
    admin.post(
        group.path, cheque(admin, group, "71.00", numbers=named(group.own, group.of_north)), status=303
    )
    parent = group.payments()[0]
    parts = received(group.session, parent).parts
    assert sum(part.paid_minor for part in parts) == 7_100
    assert [part.number for part in parts][1].endswith("passed on to North Branch")


def test_what_went_to_the_wrong_branch_comes_back(admin: PageClient, group: Group, engine: Engine) -> None:
    """Seen failing with no way back but to take all of the payment back."""
    admin.post(group.path, cheque(admin, group, "133.00", numbers=named(*group.all)), status=303)
    parent, north, _ = group.payments()
    admin.get(f"/billing/payments/{north.number}")
    assert "Take it back to the parent company" in admin.text
    for said in ("is taken back", "It had been taken back before"):
        path = f"/billing/payments/{north.number}/reversal"
        admin.follow(admin.post(path, {"reason": "mistake"}, status=303))
        assert said in admin.text
    assert group.opens() == [0, 6_100, 0]
    parent, north, _ = group.payments()
    assert (parent.unapplied_minor, north.unapplied_minor) == (6_100, 0)
    assert [part.paid_minor for part in received(group.session, parent).parts] == [1_000, 6_200]
    admin.get(f"/billing/payments/{parent.number}")
    assert "taken back from North Branch" in admin.text
    assert {each.check.name for each in verify(engine).findings} & OF_MONEY == set()
    admin.post(f"/billing/payments/{parent.number}/reversal", {"reason": "mistake"}, status=303)
    assert group.opens() == [1_000, 6_100, 6_200]
    assert {each.check.name for each in verify(engine).findings} & OF_MONEY == set()
