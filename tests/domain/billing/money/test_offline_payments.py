"""Money that came outside Stripe is recorded and applied to invoices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Conflict, NotFound, Rejected
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.invoices import make_attempt, make_invoice

TODAY = NOW.date()


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def staff(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def take(
    session: Session, actor: Actor, company: Company, parts: dict[Invoice, int], **fields: Any
) -> Payment:
    key = fields.pop("key", "form-1")
    given = {"kind": "cheque", "amount_minor": 10_000, "received_on": TODAY, "reference": "1007", **fields}
    money = OfflinePayment(**given, parts={i.id: x for i, x in parts.items()})
    taken = receive_payment(session, actor=actor, company=company, money=money, key=key, now=NOW, today=TODAY)
    session.commit()
    return taken


def open_of(session: Session, *invoices: Invoice) -> list[int]:
    session.expire_all()
    return [session.get_one(Invoice, each.id).open_minor for each in invoices]


def test_a_cheque_goes_onto_invoices_and_the_rest_waits(
    session: Session, company: Company, staff: Actor
) -> None:
    first, second = make_invoice(session, company, net=6_000), make_invoice(session, company, net=6_000)
    payment = take(session, staff, company, {first: 6_000, second: 1_500})
    assert open_of(session, first, second) == [0, 4_500]
    assert (payment.method_words, payment.unapplied_minor) == ("Cheque 1007", 2_500)
    assert payment.actor_name == staff.name
    account = credit_of(session, company.id)
    assert account is not None
    assert account.used_minor == 12_000 - 10_000
    names = session.scalars(select(Touchpoint.name).order_by(Touchpoint.name)).all()
    assert names == ["invoice_issued", "invoice_issued", "invoice_paid", "payment_submitted"]


def test_the_same_form_sent_by_ten_at_once_is_one_payment(
    sessions: sessionmaker[Session], session: Session, company: Company, staff: Actor
) -> None:
    """Invariant 2. Seen failing (with an error page) without the lock on the form's key, and with two payments
    when each send had a posting key of its own."""
    invoice = make_invoice(session, company, net=10_000)

    def send(_: int) -> str:
        with sessions() as own:
            return take(own, staff, company, {invoice: 4_000}, amount_minor=4_000).number

    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(send, range(10)))
    assert len(numbers) == 1
    assert session.scalar(select(func.count()).select_from(Payment)) == 1
    assert open_of(session, invoice) == [6_000]


def test_a_form_that_was_sent_with_another_amount_is_a_conflict(
    session: Session, company: Company, staff: Actor
) -> None:
    take(session, staff, company, {})
    with pytest.raises(Conflict):
        take(session, staff, company, {}, amount_minor=9_999)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "pearls"}, "kind"),
        ({"amount_minor": 0}, "amount"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"received_on": TODAY - timedelta(days=400)}, "received_on"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 61}, "reference"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    session: Session, company: Company, staff: Actor, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as refused:
        take(session, staff, company, {}, **fields)
    assert refused.value.field == field


def test_no_more_than_is_open_and_not_spoken_for(session: Session, company: Company, staff: Actor) -> None:
    """Invariant 3. Seen failing without what payments under way speak for, and without either check of the parts."""
    invoice = make_invoice(session, company, net=6_000)
    with pytest.raises(Rejected, match=r"At most \$60.00"):
        take(session, staff, company, {invoice: 6_001})
    session.rollback()
    make_attempt(session, company, {invoice: 2_000})
    with pytest.raises(Rejected, match="under way") as refused:
        take(session, staff, company, {invoice: 4_001})
    assert refused.value.field == f"amount_{invoice.id}"
    session.rollback()
    with pytest.raises(Rejected, match="only"):
        take(session, staff, company, {invoice: 4_000}, amount_minor=3_999)


def test_only_who_manages_billing_and_only_the_companys_invoices(
    session: Session, build: Build, company: Company, staff: Actor
) -> None:
    theirs = make_invoice(session, build.company(), net=6_000)
    with pytest.raises(NotFound):
        take(session, staff, company, {theirs: 100})
    session.rollback()
    with pytest.raises(NotFound):
        take(session, build.actor(build.user(kind="support")), company, {})
