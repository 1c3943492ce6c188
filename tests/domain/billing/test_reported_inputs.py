"""Files with which others ran into wrong amounts, run through the import and what staff press afterwards. They lie beside the
checkout where there are any."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Address, Company
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.documents.letterhead import Letterhead
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import document
from portal.billing.models.invoices import Invoice
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.periods import Month
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.exchange.folder import import_folder
from portal.foundation.actor import Actor
from portal.foundation.errors import Rejected
from portal.foundation.tokens import new_token
from portal.intake.progress import quiet
from portal.orders.returns.use_cases.take_back import Return, take_back
from portal.verification.run import verify
from tests.builders import Build
from tests.import_files import Folder

INPUTS = Path(__file__).parents[4] / "shared" / "faults" / "billing-inputs"
NOW, TODAY = datetime(2026, 11, 30, 18, 0, tzinfo=UTC), date(2026, 11, 30)
HEAD = Letterhead("Demo Paints", "http://portal.example")

pytestmark = pytest.mark.skipif(
    not INPUTS.is_dir(), reason="shared/faults/billing-inputs is not beside this project"
)


@pytest.fixture
def loaded(engine: Engine, tmp_path: Path) -> Engine:
    """The shop that the files expect, and their companies, documents and invoices."""
    shop = Folder(tmp_path / "shop").only(
        "stores", "store_hours", "products", "variants", "price_lists", "prices"
    )
    shop.add(
        "stores",
        code="PDX-01",
        name="Portland",
        time_zone="America/Los_Angeles",
        city="Portland",
        region="OR",
    )
    for sku in ("AB-101", "AB-102"):
        shop.add("variants", sku=sku, name="Abrasive pack", size="each")
    assert shop.load(engine, NOW).rejected == 0
    for name in ("01-discount", "02-credit-tax", "03-month-end"):
        assert import_folder(engine, INPUTS / name, NOW, quiet).rejected == 0, name
    return engine


@pytest.fixture
def admin(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def company(session: Session, code: str) -> Company:
    return session.scalars(select(Company).where(Company.code == code)).one()


def invoice(session: Session, number: str) -> Invoice:
    found = select(Invoice).where(Invoice.number == number)
    return session.scalars(found, execution_options={"populate_existing": True}).one()


def credit(session: Session, admin: Actor, number: str, amount: int, *lines: int) -> Invoice:
    adjustment = Adjustment(company(session, "B2001"), amount, "Damaged", new_token(), number, lines)
    memo = credit_company(session, adjustment, actor=admin, now=NOW, today=TODAY)
    session.commit()
    return memo


def printed(session: Session, number: str) -> str:
    return str(invoice_data(document(session, invoice(session, number)), HEAD, TODAY))


def test_the_discount(loaded: Engine, session: Session, admin: Actor) -> None:
    first = invoice(session, "D1-001")
    money = OfflinePayment("cheque", 9_800, TODAY, "1001", "", {first.id: 9_800})
    b2001 = company(session, "B2001")
    receive_payment(session, actor=admin, company=b2001, money=money, key=new_token(), now=NOW, today=TODAY)
    session.commit()
    assert invoice(session, "D1-001").open_minor == 0
    credit(session, admin, "D1-004", 4_000)
    assert "$7.20 less" in printed(session, "D1-004")
    assert "settles it" not in printed(session, "D1-001")


def test_goods_credited_once(loaded: Engine, session: Session, admin: Actor) -> None:
    credit(session, admin, "D1-005", 30_000)
    back = Return(units={1: 1}, reason="damaged", restock=False, token="t")
    with pytest.raises(Rejected, match=r"At most \$0.00 of D1-005"):
        take_back(session, actor=admin, now=NOW, number="D1-005", back=back)


def test_taxes_add_up(loaded: Engine, session: Session, admin: Actor) -> None:
    parts = [credit(session, admin, "T2-001", 250) for _ in range(4)]
    assert -sum(memo.tax_minor for memo in parts) == 90
    assert -credit(session, admin, "T2-002", 11_000, 1).tax_minor == 1_000
    names = {finding.check.name for finding in verify(loaded).findings}
    assert not names & {"credited_within_invoices", "credited_tax", "charged_as_ordered", "document_lines"}


def test_one_date(loaded: Engine, session: Session) -> None:
    b2002 = company(session, "B2002").id

    def numbers(month: int) -> list[str]:
        of = AccountMonth(b2002, Month(2026, month), "USD", "America/New_York", TODAY)
        return [entry.number for entry in statement(session, of).entries]

    assert (numbers(8), numbers(10), numbers(11)) == (["M3-002"], ["M3-001"], [])


def test_regions_are_one_however_written(loaded: Engine, session: Session, tmp_path: Path) -> None:
    """Reported: a site in "Illinois" carried no tax, the same site in "IL" did."""
    bring(loaded, tmp_path, "13-region", "B2003")
    theirs = select(Address.region).where(Address.company_id == company(session, "B2003").id)
    assert set(session.scalars(theirs.where(Address.label.in_(["Site A", "Site B"])))) == {"IL"}


def test_tax_of_many_small_lines_is_printed_as_it_was_rounded(
    loaded: Engine, session: Session, tmp_path: Path
) -> None:
    """The paper says that the tax is of each line, so nobody multiplies the sum."""
    bring(loaded, tmp_path, "14-line-rounding", "B2030")
    assert "rounded on each line" in printed(session, "R14-1")


def bring(engine: Engine, tmp_path: Path, name: str, code: str) -> None:
    """Import a reported folder for a company that is there."""
    there = Folder(tmp_path / code, empty=True)
    there.add("companies", code=code, name=f"Company {code}")
    assert there.load(engine, NOW).rejected == 0
    copy = shutil.copytree(INPUTS / name, tmp_path / name)
    assert import_folder(engine, copy, NOW, quiet).rejected == 0
