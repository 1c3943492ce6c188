"""Any open invoice can be chosen for money and credit, however many are open."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.invoices.queries import choice as queries
from portal.billing.models.invoices import Invoice
from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_money import key_of, open_of


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Many Open Painting")


@pytest.fixture
def many(build: Build, company: Company, monkeypatch: pytest.MonkeyPatch) -> list[Invoice]:
    """Seven invoices of 10.00 to 16.00, of which a page shows three."""
    monkeypatch.setattr(queries, "SHOWN", 3)
    monkeypatch.setattr("portal.billing.settlement.choice_page.SHOWN", 3)
    return [make_invoice(build.session, company, net=1_000 + 100 * n, po_number=f"PO-{n}") for n in range(7)]


@pytest.fixture
def admin(client: PageClient, build: Build) -> PageClient:
    client.sign_in(build.user(kind="admin", name="Ada Admin").email)
    return client


def cheque(admin: PageClient, company: Company, amount: str, **more: str) -> dict[str, str]:
    admin.get(f"/customers/{company.code}/payments")
    return {"key": key_of(admin), "kind": "cheque", "amount": amount, "reference": "1007", **more}


def amount_of(client: PageClient, invoice: Invoice) -> str | None:
    found = re.search(
        rf'name="amount_{handle("document", invoice.id)}" type="text" value="([^"]*)"', client.body
    )
    return found[1] if found else None


def test_money_goes_onto_the_newest_of_many(
    admin: PageClient, session: Session, company: Company, many: list[Invoice]
) -> None:
    """Seen failing with the form read against the invoices of the first page."""
    form = cheque(admin, company, "16.00", **{f"amount_{handle('document', many[6].id)}": "16.00"})
    admin.follow(admin.post(f"/customers/{company.code}/payments", form, status=303))
    assert open_of(session, many[6]) == [0]


def test_numbers_are_pasted(
    admin: PageClient, session: Session, company: Company, many: list[Invoice]
) -> None:
    """Seen failing with numbers looked for among those that are shown."""
    path = f"/customers/{company.code}/payments"
    text = f"{many[6].number} 16.00\n{many[5].number.lower()}; {many[4].number.removeprefix('INV-')}"
    form = cheque(admin, company, "45.00", numbers=text)
    admin.post(path, {**form, "step": "take"}, status=200)
    assert [amount_of(admin, each) for each in many[4:]] == ["14.00", "15.00", "16.00"]
    assert open_of(session, *many[4:]) == [1_400, 1_500, 1_600]
    admin.post(path, form, status=303)
    assert open_of(session, *many[4:]) == [0, 0, 0]


def test_numbers_that_do_not_fit_say_why(
    admin: PageClient, build: Build, session: Session, company: Company, many: list[Invoice]
) -> None:
    pay_offline(build.session, company, 1_000, many[0])
    memo = make_invoice(build.session, company, net=-500)
    foreign = make_invoice(build.session, build.company("Other"), net=1_000)
    path = f"/customers/{company.code}/payments"
    numbers = f"{many[0].number}, {memo.number}, {foreign.number}, TYPO-9, {many[6].number}"
    form = cheque(admin, company, "16.00", numbers=numbers)
    for step in ({"step": "take"}, {}):
        admin.post(path, {**form, **step}, status=422)
        assert f"{many[0].number} is paid already." in admin.text
        assert f"{memo.number} is a credit memo, not an invoice." in admin.text
        assert f"{foreign.number}: there is no invoice of this number." in admin.text
        assert "TYPO-9: there is no invoice of this number." in admin.text
        assert amount_of(admin, many[6]) == "16.00"
    assert open_of(session, many[6], foreign) == [1_600, 1_000]
    admin.post(path, {**form, "numbers": "", f"amount_{handle('document', foreign.id)}": "1"}, status=404)


def test_what_was_typed_survives_filter_and_pages(
    admin: PageClient, company: Company, many: list[Invoice]
) -> None:
    path = f"/customers/{company.code}/payments"
    form = cheque(
        admin, company, "16.00", **{f"amount_{handle('document', many[6].id)}": "3.33", "page": "1"}
    )
    assert "1 to 3 of 7 invoices" in admin.text
    admin.post(path, {**form, "step": "page-2"}, status=200)
    assert "4 to 6 of 7 invoices" in admin.text
    assert amount_of(admin, many[3]) == ""
    assert amount_of(admin, many[0]) is None
    assert amount_of(admin, many[6]) == "3.33"
    assert 'value="1007"' in admin.body
    admin.post(path, {**form, "step": "show", "q": "po-1"}, status=200)
    assert (amount_of(admin, many[1]), amount_of(admin, many[6])) == ("", "3.33")
    admin.post(path, {**form, "step": "show", "q": "nothing like it", "age": "90"}, status=200)
    assert "No other open invoice matches" in admin.text
    admin.get(f"{path}?q=PO-5")
    assert (amount_of(admin, many[5]), amount_of(admin, many[0])) == ("", None)
    admin.get(f"{path}?page=3&age=")
    assert "7 to 7 of 7 invoices" in admin.text


def test_money_that_does_not_reach_says_so(
    admin: PageClient, session: Session, company: Company, many: list[Invoice]
) -> None:
    form = cheque(admin, company, "16.00", numbers=f"{many[6].number} {many[5].number}")
    admin.post(f"/customers/{company.code}/payments", form, status=422)
    assert "Nothing is left for it; $15.00 settles it." in admin.text
    assert open_of(session, many[6]) == [1_600]


def test_a_buyer_applies_credit_to_the_newest(
    client: PageClient, build: Build, session: Session, company: Company, many: list[Invoice]
) -> None:
    payment = pay_offline(build.session, company, 1_600)
    client.sign_in(build.user(company, "buyer").email)
    path = f"/credits/cash-{handle('credit', payment.id)}"
    client.get(path)
    assert (amount_of(client, many[0]), amount_of(client, many[1])) == ("10.00", "6.00")
    form = {"key": key_of(client), "numbers": many[6].number}
    client.post(f"{path}/applications", {**form, "step": "take"}, status=200)
    assert amount_of(client, many[6]) == "16.00"
    client.post(f"{path}/applications", {**form, "numbers": "TYPO-9"}, status=422)
    assert "TYPO-9: there is no invoice of this number." in client.text
    for _again in range(2):
        client.post(f"{path}/applications", form, status=303)
    assert open_of(session, many[6]) == [0]


def test_staff_apply_credit_to_the_newest(
    admin: PageClient, build: Build, session: Session, company: Company, many: list[Invoice]
) -> None:
    memo = make_invoice(build.session, company, net=-500)
    path = f"/customers/{company.code}/credits/memo-{handle('credit', memo.id)}"
    admin.get(f"{path}?q=PO-6")
    assert amount_of(admin, many[6]) == ""
    form = {"key": key_of(admin), f"amount_{handle('document', many[6].id)}": "5"}
    admin.post(f"{path}/applications", {**form, "step": "page-2"}, status=200)
    assert "4 to 6 of 7 invoices" in admin.text
    admin.post(f"{path}/applications", form, status=303)
    assert open_of(session, many[6]) == [1_100]
