"""``portal verify`` about documents, the ledger, payments and credit: each check is seen failing, and names the row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import KINDS, RECEIVABLE, STRIPE, UNAPPLIED
from portal.billing.ledger.checks import KEYS
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.models.refunds import Refund
from portal.foundation.actor import SYSTEM
from portal.verification.run import verify
from tests.breaking.broken_rows import damage, seen
from tests.import_files import NOW, OPEN, OPEN_LINE, Folder
from tests.invoices import make_attempt, pay_offline

LONG_AGO = "now() - interval '25 hours'"
# A credit memo that corrects H-1, whose net amount is 59,400 and whose tax 5,272.
MEMO = """
insert into invoice (number, kind, company_id, issue_key, corrects_invoice_id, issued_at, issued_on, due_on, currency,
                     net_minor, tax_minor, total_minor)
select 'CM-1', 'credit_memo', company_id, 'x', id, now(), issued_on, due_on, currency, -({net}), -({tax}), -({net} + {tax})
  from invoice where number = 'H-1';
insert into invoice_line (invoice_id, line_no, company_id, name, quantity, unit_price, net_minor, tax_minor, corrects_line_no)
select id, 1, company_id, 'x', -1, 1, net_minor, tax_minor, {line} from invoice where number = 'CM-1';
update invoice set credited_minor = {net} + {tax} where number = 'H-1'
"""
WRITE_OFF = """
insert into write_off (invoice_id, company_id, amount_minor, limit_minor, currency, reason, key, at)
select id, company_id, {amount}, 500, currency, 'x', 'x', now() from invoice where number = 'H-1'
"""
# check → (what breaks it, the row that it must name)
BREAKS: dict[str, list[tuple[str, str]]] = {
    "document_lines": [
        ("update invoice_line set net_minor = net_minor + 1", "H-1"),
        ("update invoice_line set unit_price = unit_price + 1", "H-1"),
        ("update invoice_line set company_id = -1", "H-1"),
        ("delete from invoice_line", "H-1"),
    ],
    "charged_as_ordered": [
        ("update invoice_line set unit_price = unit_price + 0.0001", "H-1 line 1"),
        ("update invoice_line set quantity = 3", "H-1 line 1"),
        ("update invoice_line set net_minor = 1", "H-1 line 1"),
        ("update invoice_line set order_line_no = 7", "H-1 line 7"),
        ("update order_line set quantity_returned = 1 where state = 'collected'", "H-1 line 1"),
    ],
    "orders_are_invoiced": [
        ("update order_line set quantity_invoiced = 0 where state = 'collected'", "H-1 line 1"),
        ("update order_line set quantity_invoiced = 1 where state = 'placed'", "H-2 line 1"),
    ],
    "documents_are_posted": [
        ("update ledger_transaction set posting_key = 'invoice:X' where posting_key = 'invoice:H-1'", "H-1"),
        ("update ledger_entry set amount_minor = amount_minor + 1 where account = 'tax'", "H-1"),
        ("delete from ledger_entry where account in ('sales', 'tax')", "H-1"),
    ],
    "open_amounts": [
        ("update invoice set open_minor = open_minor - 1", "H-1"),
        ("update invoice set settled_at = now()", "H-1"),
        ("delete from ledger_entry where account = 'receivable' and payment_id is not null", "H-1"),
    ],
    "credited_within_invoices": [
        ("update invoice set credited_minor = 1", "H-1"),
        (MEMO.format(net=59_401, tax=0, line="null"), "H-1"),
        (MEMO.format(net=59_400, tax=5_273, line="null"), "H-1"),
        (MEMO.format(net=100, tax=0, line=2), "H-1 line 2"),
        (MEMO.format(net=100, tax=0, line=1) + "; update invoice set credited_minor = 0", "H-1"),
    ],
    "credited_tax": [
        (MEMO.format(net=100, tax=5_273, line="null"), "H-1"),
        (MEMO.format(net=100, tax=-1, line="null"), "H-1"),
        (MEMO.format(net=59_401, tax=5_271, line="null"), "H-1"),
    ],
    "write_offs": [
        (WRITE_OFF.format(amount=2), "H-1"),
        (
            WRITE_OFF.format(amount=501)
            + "; update ledger_entry set amount_minor = -501 where amount_minor = -2",
            "H-1",
        ),
        (
            "update ledger_transaction set kind = 'write_off', posting_key = 'write_off:x' where posting_key = 'invoice:H-1'",
            "write_off:x",
        ),
    ],
    "early_discounts": [
        (
            "update ledger_entry set account = 'discounts', invoice_id = (select id from invoice where number = 'H-1') "
            "where account = 'stripe' and amount_minor = 5000",
            "H-1",
        ),
        (
            "delete from ledger_entry where account = 'receivable' "
            "and payment_id <> (select id from payment where number = 'PAY-CARD'); update invoice set paid_minor = 63379, "
            "open_minor = 1293, discount_minor = 1293, discount_until = '2030-01-01'",
            "H-1",
        ),
    ],
    "credit_used": [
        ("update credit_account set used_minor = used_minor - 1 where used_minor > 0", "C1"),
        ("delete from credit_account", "C1"),
        ("update sales_order set credit_released_minor = 1 where number = 'H-2'", "C1"),
        ("delete from ledger_entry where account = 'unapplied'", "C1"),
    ],
    "credit_given_back": [
        ("update sales_order set on_account = true where number = 'H-1'", "H-1"),
        ("update sales_order set credit_released_minor = total_minor + 1 where number = 'H-2'", "H-2"),
    ],
    "ledger_balances": [
        ("update ledger_entry set amount_minor = amount_minor + 1 where account = 'tax'", "invoice:H-1"),
        ("update ledger_entry set account = 'petty cash' where account = 'tax'", "invoice:H-1"),
        ("update ledger_entry set currency = 'EUR' where account = 'tax'", "invoice:H-1"),
    ],
    "posting_keys": [
        ("update ledger_transaction set posting_key = 'H-1' where posting_key = 'invoice:H-1'", "H-1"),
        ("update ledger_transaction set kind = 'gift' where posting_key = 'invoice:H-1'", "invoice:H-1"),
    ],
    "payments_are_posted": [
        ("update payment set unapplied_minor = unapplied_minor - 1 where kind = 'cheque'", "PAY-"),
        ("update ledger_transaction set kind = 'application' where kind = 'payment'", "PAY-"),
        ("update ledger_entry set amount_minor = amount_minor - 1 where account = 'stripe'", "PAY-CARD"),
    ],
    "group_transfers": [
        (
            "update ledger_entry set account = 'group' where account = 'stripe' and amount_minor = 5000",
            "PAY-CARD",
        )
    ],
    "spoken_for": [("update payment_allocation set amount_minor = 1000000", "H-1")],
    "allocations": [
        ("update payment_allocation set amount_minor = amount_minor - 1", "attempt "),
        ("delete from payment_allocation", "attempt "),
    ],
    "refunds": [
        ("update refund set amount_minor = 1000000", "PAY-CARD"),
        ("update payment set refunded_minor = 0 where refunded_minor > 0", "PAY-CARD"),
        ("update refund set state = 'failed'", "refund "),
        ("update ledger_transaction set posting_key = 'refund:0' where kind = 'refund'", "refund "),
    ],
    "attempts_end_once": [
        ("update payment_attempt set state = 'failed' where state = 'succeeded'", "attempt "),
        ("update payment_attempt set state = 'succeeded' where state = 'open'", "attempt "),
        ("update payment set attempt_id = null", "PAY-CARD"),
    ],
    "payments_are_their_attempts": [
        ("update payment_attempt set amount_minor = 1", "PAY-CARD"),
        ("update payment_attempt set currency = 'EUR'", "PAY-CARD"),
        ("update payment_attempt set payment_intent_id = 'pi_other' where state = 'succeeded'", "PAY-CARD"),
    ],
    "attempts_do_not_hang": [
        (f"update payment_attempt set checked_at = {LONG_AGO} where state = 'open'", "attempt "),
        (f"update payment_attempt set checked_at = null, created_at = {LONG_AGO}", "attempt "),
    ],
    "attempt_states": [
        ("update payment_attempt set idempotency_key = '' where state = 'open'", "attempt "),
        ("update payment_attempt set state = 'scheduled' where state = 'open'", "attempt "),
        ("update payment_attempt set state = 'processing' where state = 'open'", "attempt "),
        ("update payment_attempt set payment_intent_id = null where state = 'succeeded'", "attempt "),
    ],
    "documents_are_touchpoints": [("update invoice set source = 'portal'", "H-1")],
    "own_company_money": [
        ("update invoice set company_id = -1", "H-1"),
        ("update ledger_entry set company_id = -1 where account = 'tax'", "entry "),
        ("update payment set company_id = -1 where attempt_id is not null", "PAY-CARD"),
        ("update payment_allocation set company_id = -1", "attempt "),
        ("update refund set company_id = -1", "refund "),
    ],
}
CASES = [(name, sql, row) for name, cases in BREAKS.items() for sql, row in cases]


@pytest.fixture
def books(engine: Engine, session: Session, tmp_path: Path) -> Engine:
    """An unpaid invoice with tax and an open order; a cheque with a rest, a card payment, a part of it refunded, and
    a payment that has begun."""
    folder = Folder(tmp_path / "files")
    folder.rows["orders"][0]["paid"] = "no"
    folder.rows["order_lines"][0]["tax_percent"] = "8.875"
    folder.order("H-2", OPEN_LINE, **OPEN)
    assert folder.load(engine).rejected == 0
    company = session.scalars(select(Company)).one()
    invoice = session.scalars(select(Invoice)).one()
    assert (invoice.open_minor, invoice.tax_minor) == (64_672, 5_272)
    pay_offline(session, company, 15_000, {invoice: 10_000})
    _refund(session, _by_card(session, company, invoice))
    make_attempt(session, company, {invoice: 20_000}, checkout_session_id="cs_1", checked_at=NOW)
    damage(engine, "update payment_attempt set created_at = now(), checked_at = now()")
    assert verify(engine).findings == []
    return engine


def _by_card(session: Session, company: Company, invoice: Invoice) -> Payment:
    attempt: PaymentAttempt = make_attempt(
        session, company, {invoice: 5_000}, state="succeeded", payment_intent_id="pi_1"
    )
    payment = Payment(
        number="PAY-CARD",
        company_id=company.id,
        kind="card",
        attempt_id=attempt.id,
        amount_minor=5_000,
        currency="USD",
        received_on=NOW.date(),
        received_at=NOW,
        payment_intent_id="pi_1",
        charge_id="ch_1",
    )
    session.add(payment)
    session.flush()
    post(
        session,
        key="pi:pi_1:succeeded",
        kind="payment",
        company_id=company.id,
        currency="USD",
        occurred_at=NOW,
        sides=[
            Side(STRIPE, 5_000, payment_id=payment.id),
            Side(RECEIVABLE, -4_000, invoice_id=invoice.id, payment_id=payment.id),
            Side(UNAPPLIED, -1_000, payment_id=payment.id),
        ],
        actor=SYSTEM,
    )
    session.commit()
    return payment


def _refund(session: Session, payment: Payment) -> None:
    refund = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=700,
        currency="USD",
        state="succeeded",
        idempotency_key="key",
        created_at=NOW,
        updated_at=NOW + timedelta(minutes=1),
    )
    session.add(refund)
    session.flush()
    post(
        session,
        key=f"refund:{refund.id}",
        kind="refund",
        company_id=payment.company_id,
        currency="USD",
        occurred_at=NOW,
        actor=SYSTEM,
        sides=[Side(UNAPPLIED, 700, payment_id=payment.id), Side(STRIPE, -700, payment_id=payment.id)],
    )
    session.commit()


@pytest.mark.parametrize(
    ("name", "sql", "row"), CASES, ids=[f"{name}-{n}" for n, (name, *_) in enumerate(CASES)]
)
def test_a_broken_rule_about_money_is_seen_and_its_row_named(
    books: Engine, name: str, sql: str, row: str
) -> None:
    """Seen failing without the damage: the fixture's books are whole, and nothing is found in them."""
    damage(books, sql)
    seen(books, name, row)


def test_every_kind_of_posting_has_a_form_of_its_key() -> None:
    assert KEYS.keys() == KINDS.keys()
