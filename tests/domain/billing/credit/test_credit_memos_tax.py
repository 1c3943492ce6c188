"""Tax of partial credits: the parts add up to the invoice's, at rates that somebody levies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.documents.letterhead import Letterhead
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.models.invoices import Invoice, InvoiceLine
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.verification.run import verify
from tests.builders import NOW, Build
from tests.domain.orders.test_returns_ceiling import is_sound
from tests.invoices import make_invoice
from tests.shop import TODAY

HEAD = Letterhead("Demo Paints", "http://portal.example")


@pytest.fixture
def admin(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def credit(
    session: Session, admin: Actor, company: Company, invoice: Invoice, amount: int, *lines: int
) -> Invoice:
    token = f"{invoice.number}-{session.scalar(text('select count(*) from invoice'))}"
    adjustment = Adjustment(company, amount, "Late", token, invoice.number, lines)
    memo = credit_company(session, adjustment, actor=admin, now=NOW, today=TODAY)
    session.commit()
    return memo


def printed(session: Session, invoice: Invoice) -> list[tuple[str, str]]:
    return invoice_data(document(session, invoice), HEAD, TODAY)["sums"]


def taxed(net: int, share: str, tax: int, sku: str = "P-1") -> Line:
    return Line(sku, 1, Decimal(net) / 100, net, sku=sku, tax_share=Decimal(share), tax_minor=tax)


def test_four_quarters_bear_the_tax_of_the_whole(
    session: Session, build: Build, admin: Actor, engine: Engine
) -> None:
    """Seen failing: each part rounded alone gave 92 of 90, at 9.89 %."""
    company = build.company()
    invoice = make_invoice(session, company, lines=[taxed(910, "0.09875", 90)])
    memos = [credit(session, admin, company, invoice, 250) for _ in range(4)]
    assert [-memo.tax_minor for memo in memos] == [23, 22, 23, 22]
    shares = session.scalars(
        select(InvoiceLine.tax_share).where(InvoiceLine.invoice_id.in_([m.id for m in memos]))
    )
    assert {share.normalize() for share in shares} == {Decimal("0.09875")}
    with pytest.raises(Rejected, match=r"At most \$0.00"):
        credit(session, admin, company, invoice, 1)
    session.rollback()
    assert printed(session, memos[0])[1] == ("Sales tax 9.875 %, in proportion", "-$0.23")
    is_sound(engine)


@pytest.mark.parametrize(
    ("total", "tax", "parts"), [(1_000, 90, 3), (99_999, 7_777, 7), (7, 1, 7), (210, 10, 4)]
)
def test_parts_add_up_whatever_they_are(
    session: Session, build: Build, admin: Actor, total: int, tax: int, parts: int
) -> None:
    company = build.company()
    invoice = make_invoice(session, company, net=total - tax, tax=tax)
    each = total // parts
    amounts = [each] * (parts - 1) + [total - each * (parts - 1)]
    memos = [credit(session, admin, company, invoice, amount) for amount in amounts]
    assert -sum(memo.tax_minor for memo in memos) == tax
    assert -sum(memo.net_minor for memo in memos) == total - tax


def test_a_pail_that_was_taxed_gives_back_its_tax(
    session: Session, build: Build, admin: Actor, engine: Engine
) -> None:
    """The line is chosen. Seen failing: 5.24 of its 10.00 of tax."""
    company = build.company()
    invoice = make_invoice(
        session, company, lines=[taxed(10_000, "0.1", 1_000), taxed(10_000, "0", 0, "P-2")]
    )
    memo = credit(session, admin, company, invoice, 11_000, 1)
    assert (memo.net_minor, memo.tax_minor) == (-10_000, -1_000)
    assert printed(session, memo)[1] == ("Sales tax 10 % on -$100.00", "-$10.00")
    with pytest.raises(Rejected, match=r"At most \$0.00"):
        credit(session, admin, company, invoice, 1, 1)
    session.rollback()
    with pytest.raises(Rejected, match="no such line"):
        credit(session, admin, company, invoice, 1, 3)
    session.rollback()
    rest = credit(session, admin, company, invoice, 10_000)
    assert (rest.net_minor, rest.tax_minor) == (-10_000, 0), "the rest bears none"
    is_sound(engine)


def test_in_proportion_no_rate_is_made_up(
    session: Session, build: Build, admin: Actor, engine: Engine
) -> None:
    """Seen failing: "Sales tax 5 %" on an invoice with lines at 10 % and without tax."""
    company = build.company()
    invoice = make_invoice(
        session, company, lines=[taxed(10_000, "0.1", 1_000), taxed(10_000, "0", 0, "P-2")]
    )
    memo = credit(session, admin, company, invoice, 11_000)
    assert (memo.net_minor, memo.tax_minor) == (-10_476, -524)
    assert printed(session, memo)[1] == ("Sales tax, in proportion", "-$5.24")
    with pytest.raises(Rejected, match=r"At most \$100.00") as refused:
        credit(session, admin, company, invoice, 10_001, 1)
    assert refused.value.field == "amount"
    session.rollback()
    last = credit(session, admin, company, invoice, 10_000)
    assert memo.tax_minor + last.tax_minor == -1_000
    is_sound(engine)


def test_tax_of_many_small_lines_is_no_product_that_does_not_come_out(session: Session, build: Build) -> None:
    """Ten lines of 1.06 at 9.875 %: 1.00 by line, 1.05 of the sum. Seen failing with "9.875 % on $10.60"."""
    lines = [taxed(106, "0.09875", 10, f"P-{n}") for n in range(10)]
    invoice = make_invoice(session, build.company(), lines=lines)
    assert printed(session, invoice) == [
        ("Net amount", "$10.60"),
        ("Sales tax 9.875 %, rounded on each line", "$1.00"),
    ]


def test_verify_finds_more_credited_than_invoiced(session: Session, build: Build, engine: Engine) -> None:
    """A memo of other code names its invoice, and no line does."""
    company = build.company()
    invoice = make_invoice(session, company, net=10_000)
    make_invoice(session, company, net=-10_001, corrects_invoice_id=invoice.id)
    found = {finding.check.name: finding.rows for finding in verify(engine).findings}
    assert found["credited_within_invoices"] == [[invoice.number, 10_000, "10001", 10_001]]
