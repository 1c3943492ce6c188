"""The early-payment discount where people put money onto invoices, and where credit came in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.cash_application.queries import applications
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit
from portal.billing.cash_application.use_cases.undo import undo_application
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.documents.letterhead import Letterhead
from portal.billing.invoices.pdf import discount_words
from portal.billing.invoices.queries.documents import document
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerEntry
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token
from portal.verification.run import verify
from tests.builders import NOW, Build
from tests.invoices import make_invoice

TODAY = date(2026, 6, 2)
UNTIL = date(2026, 6, 12)
HEAD = Letterhead("Demo Paints", "http://portal.example")


@pytest.fixture
def company(build: Build, session: Session) -> Company:
    made = build.company("Harbor Painting")
    session.add(PaymentTerms(company_id=made.id, days=30, discount_bp=200, discount_days=10))
    session.commit()
    return made


@pytest.fixture
def admin(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def cheque(
    session: Session,
    admin: Actor,
    company: Company,
    amount: int,
    parts: Mapping[int, int],
    *,
    on: date = TODAY,
    discounts: Mapping[int, int] | None = None,
) -> Payment:
    money = OfflinePayment("cheque", amount, on, new_token()[:9], "", parts, discounts or {})
    later = NOW + timedelta(days=20)
    payment = receive_payment(
        session, actor=admin, company=company, money=money, key=new_token(), now=later, today=later.date()
    )
    session.commit()
    return payment


def given(session: Session, invoice: Invoice) -> int:
    total = select(func.sum(LedgerEntry.amount_minor)).where(
        LedgerEntry.invoice_id == invoice.id, LedgerEntry.account == "discounts"
    )
    return int(session.scalar(total) or 0)


def sound(engine: Engine) -> None:
    names = {finding.check.name for finding in verify(engine).findings}
    assert not names & {
        "early_discounts",
        "payments_are_posted",
        "ledger_balances",
        "open_amounts",
        "credit_used",
    }


def test_a_cheque_less_the_discount_settles_the_invoice(
    session: Session, company: Company, admin: Actor, engine: Engine
) -> None:
    """Recorded late, judged by the day on which it came. Seen failing: 2.00 stayed open."""
    invoice = make_invoice(session, company, net=10_000)
    cheque(session, admin, company, 9_800, {invoice.id: 9_800}, on=UNTIL)
    assert (invoice.open_minor, given(session, invoice), invoice.paid_minor) == (0, 200, 10_000)
    late = make_invoice(session, company, net=10_000)
    cheque(session, admin, company, 9_800, {late.id: 9_800}, on=UNTIL + timedelta(days=1))
    assert (late.open_minor, given(session, late)) == (200, 0)
    sound(engine)


def test_invoices_named_at_their_totals_take_the_discount_where_the_money_does_not_reach(
    session: Session, company: Company, admin: Actor
) -> None:
    """200.00 of two invoices and a cheque of 196.00. Seen failing: "only $196.00 came"."""
    two = [make_invoice(session, company, net=10_000) for _ in range(2)]
    payment = cheque(session, admin, company, 19_600, {each.id: 10_000 for each in two})
    assert [each.open_minor for each in two] == [0, 0]
    assert payment.unapplied_minor == 0
    whole = make_invoice(session, company, net=10_000)
    cheque(session, admin, company, 10_000, {whole.id: 10_000})
    assert (whole.open_minor, given(session, whole)) == (0, 0), "who did not take it has not taken it"


def test_a_discount_that_was_typed(session: Session, company: Company, admin: Actor) -> None:
    late = UNTIL + timedelta(days=5)

    def record(money: int, discount: int, *, on: date = late) -> Invoice:
        invoice = make_invoice(session, company, net=10_000)
        cheque(session, admin, company, money, {invoice.id: money}, on=on, discounts={invoice.id: discount})
        return invoice

    assert record(9_800, 200).open_minor == 0, "given although it is late"
    assert record(9_900, 100).open_minor == 0, "a part of it"
    part = record(5_000, 200, on=TODAY)
    assert (part.open_minor, given(session, part)) == (5_000, 0), "as it was filled in, beside a part"
    for money, discount, on, words in (
        (9_799, 201, late, "At most \\$2.00 was agreed"),
        (9_000, 100, late, "\\$91.00 is settled, but \\$100.00 is open"),
        (9_800, 0, TODAY, "by the agreed terms"),
    ):
        with pytest.raises(Rejected, match=words) as refused:
            record(money, discount, on=on)
        assert (refused.value.field or "").startswith("discount_")
        session.rollback()


def test_paying_in_parts_loses_it(session: Session, company: Company, admin: Actor, engine: Engine) -> None:
    invoice = make_invoice(session, company, net=10_000)
    cheque(session, admin, company, 4_000, {invoice.id: 4_000})
    cheque(session, admin, company, 5_880, {invoice.id: 5_880})
    assert (invoice.open_minor, given(session, invoice)) == (120, 0)
    sound(engine)


@pytest.mark.parametrize("typed", [9_800, 10_000])
def test_money_on_account_settles_it_too(
    session: Session, build: Build, company: Company, admin: Actor, engine: Engine, typed: int
) -> None:
    """Put there by the customer, judged by when it came; taken back, all is open as before."""
    money = cheque(session, admin, company, 10_000, {})
    invoice = make_invoice(session, company, net=10_000)
    buyer = build.actor(build.user(company, "buyer"), company)
    apply_credit(
        session,
        actor=buyer,
        company_id=company.id,
        source=Source("cash", money.id),
        parts={invoice.id: typed},
        key=new_token(),
        now=NOW,
    )
    session.commit()
    session.refresh(money)
    assert (invoice.open_minor, given(session, invoice), money.unapplied_minor) == (0, 200, 200)
    sound(engine)
    (done,) = applications(session, company.id)
    undo_application(session, actor=admin, company_id=company.id, transaction_id=done.transaction_id, now=NOW)
    session.commit()
    session.refresh(invoice)
    assert (invoice.open_minor, given(session, invoice), invoice.paid_minor) == (10_000, 0, 0)
    sound(engine)


def test_a_credit_memo_earns_none(session: Session, company: Company, admin: Actor) -> None:
    memo, invoice = make_invoice(session, company, net=-9_800), make_invoice(session, company, net=10_000)
    apply_credit(
        session,
        actor=admin,
        company_id=company.id,
        source=Source("memo", memo.id),
        parts={invoice.id: 9_800},
        key=new_token(),
        now=NOW,
    )
    session.refresh(invoice)
    assert (invoice.open_minor, given(session, invoice)) == (200, 0)


def credited(
    session: Session, admin: Actor, company: Company, invoice: Invoice, amount: int, *, use: bool
) -> Invoice:
    adjustment = Adjustment(company, amount, "Damaged", new_token(), invoice.number)
    memo = credit_company(session, adjustment, actor=admin, now=NOW, today=TODAY)
    if use:
        apply_credit(
            session,
            actor=admin,
            company_id=company.id,
            source=Source("memo", memo.id),
            parts={invoice.id: amount},
            key=new_token(),
            now=NOW,
        )
    session.commit()
    return memo


def words(session: Session, invoice: Invoice) -> str:
    session.refresh(invoice)
    return discount_words(document(session, invoice), TODAY)


@pytest.mark.parametrize("use", [True, False])
def test_credit_in_between_leaves_the_discount_on_the_rest(
    session: Session, build: Build, company: Company, admin: Actor, use: bool
) -> None:
    """400.00 less 40.00: 7.20, whether the memo was put onto it before or is used with the payment. Seen failing: none, and
    8.00."""
    invoice = make_invoice(session, company, net=40_000)
    memo = credited(session, admin, company, invoice, 4_000, use=use)
    assert words(session, invoice).startswith("2 % = $7.20 less")
    shares = [RequestedShare(invoice.id, invoice.open_minor)]
    if not use:
        shares.append(RequestedShare(memo.id, -4_000))
    buyer = build.actor(build.user(company, "buyer"), company)
    new = NewPayment(company_id=company.id, shares=shares, method_kind="card")
    attempt = start_payment(session, new, actor=buyer, now=NOW, today=TODAY)
    assert attempt.amount_minor == 35_280


def test_a_cheque_after_a_credit(session: Session, company: Company, admin: Actor, engine: Engine) -> None:
    invoice = make_invoice(session, company, net=40_000)
    credited(session, admin, company, invoice, 4_000, use=True)
    assert words(session, invoice).endswith("then $352.80 settles it.")
    cheque(session, admin, company, 35_280, {invoice.id: 35_280})
    assert (invoice.open_minor, given(session, invoice)) == (0, 720)
    assert words(session, invoice) == "", "paid"
    sound(engine)


def test_paper_promises_nothing_where_a_part_was_paid(
    session: Session, company: Company, admin: Actor
) -> None:
    """0.18 open of 8.50. Seen failing: "then $8.33 settles it"."""
    invoice = make_invoice(session, company, net=850)
    cheque(session, admin, company, 832, {invoice.id: 832})
    assert words(session, invoice) == ""


def test_memos_that_cover_all_of_it_settle_it(session: Session, build: Build, company: Company) -> None:
    """Seen failing: 2.00 were left out as a discount on nothing paid, and stayed open."""
    invoice, memo = make_invoice(session, company, net=10_000), make_invoice(session, company, net=-10_000)
    shares = [RequestedShare(invoice.id, 10_000), RequestedShare(memo.id, -10_000)]
    buyer = build.actor(build.user(company, "buyer"), company)
    new = NewPayment(company_id=company.id, shares=shares, method_kind="card")
    attempt = start_payment(session, new, actor=buyer, now=NOW, today=TODAY)
    session.refresh(invoice)
    assert (attempt.state, invoice.open_minor) == ("succeeded", 0)
