"""Who sells and who buys on documents: address, tax number, bank; and letters that no font has."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.documents.buyer import buyer_lines
from portal.billing.documents.letterhead import Letterhead
from portal.billing.documents.pdf import lacking, pdf
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.models.invoices import Invoice
from portal.billing.periods import Month
from portal.billing.statements.pdf import statement_data
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.foundation.config.seller import Seller
from portal.verification.letters import documents_lacking_letters
from tests.builders import Build
from tests.import_files import Folder, column
from tests.invoices import make_invoice
from tests.reading.pdf_text import read, words

NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
SELLER = Seller(
    legal_name="Northlight Coatings, Inc.",
    address=("1 Dock Street", "Portland, OR 97201"),
    tax_numbers=("EIN 00-0000000",),
    registration="Registered in Oregon, 0000",
    bank=(("Bank", "Harbor Bank"), ("Account number", "000123")),
    remit_to=("Northlight Coatings", "P.O. Box 7", "Portland, OR 97207"),
)
HEAD = Letterhead("Northlight Coatings", "https://orders.example", identity=SELLER)
BILL_AS = {
    "legal_name": "Harbor Painting, LLC",
    "line1": "9 Mill Lane",
    "city": "Salem",
    "region": "OR",
    "postcode": "97301",
    "country": "CA",
    "tax_number": "98-7654321",
}


def printed(session: Session, invoice: Invoice, head: Letterhead = HEAD) -> str:
    session.refresh(invoice)
    data = invoice_data(document(session, invoice), head, date(2026, 6, 3))
    return words(pdf("invoice", data, moment=invoice.issued_at))


def test_an_invoice_says_who_sells_who_buys_and_where_to_pay(session: Session, build: Build) -> None:
    """Seen failing: a name and a customer number, and no account to transfer to."""
    invoice = make_invoice(session, build.company("Harbor Painting", bill_as=BILL_AS))
    found = printed(session, invoice)
    for line in (*SELLER.particulars, *buyer_lines({"name": "Harbor Painting", **BILL_AS, "code": "C"})[:-1]):
        assert line in found, line
    assert "By transfer to Bank: Harbor Bank, Account number: 000123" in found
    assert "By cheque to Northlight Coatings, P.O. Box 7, Portland, OR 97207" in found
    assert f"Please give the number {invoice.number}." in found


def test_a_document_keeps_the_address_it_was_issued_with(session: Session, build: Build) -> None:
    company = build.company("Harbor Painting", bill_as=BILL_AS)
    before = make_invoice(session, company)
    company.bill_as = {**BILL_AS, "line1": "1 New Street"}
    build.session.commit()
    session.expire_all()
    assert "9 Mill Lane" in printed(session, before)
    after = printed(session, make_invoice(session, company))
    assert "1 New Street" in after, after


def test_a_document_from_before_prints_what_is_known_today(session: Session, build: Build) -> None:
    company = build.company("Harbor Painting")
    invoice = make_invoice(session, company)
    assert "By transfer" not in printed(session, invoice, Letterhead("N", "https://orders.example"))
    company.bill_as = BILL_AS
    build.session.commit()
    session.expire_all()
    assert "9 Mill Lane" in printed(session, invoice)


def test_a_statement_says_it_too(session: Session, build: Build) -> None:
    company = build.company("Harbor Painting", bill_as=BILL_AS)
    make_invoice(session, company, on=date(2026, 6, 1))
    month = AccountMonth(company.id, Month(2026, 6), "USD", "America/New_York", date(2026, 6, 3))
    data = statement_data(statement(session, month), HEAD, buyer=company.as_buyer)
    found = words(pdf("statement", data, moment=NOW))
    for line in (
        "EIN 00-0000000",
        "9 Mill Lane",
        "Tax number 98-7654321",
        "By transfer to Bank: Harbor Bank",
    ):
        assert line in found, line


def test_a_file_newly_says_it_and_does_not_undo_what_was_decided(engine: Engine, tmp_path: Path) -> None:
    """Seen failing with yesterday's file: it put the old address back."""
    folder = Folder(tmp_path / "files")
    folder.rows["companies"][0] |= {
        "legal_name": "Harbor, LLC",
        "billing_line1": "9 Mill Lane",
        "billing_city": "Salem",
    }
    folder.load(engine)
    stands = "select bill_as->>'line1' from company"
    assert column(engine, stands) == ["9 Mill Lane"]
    with engine.begin() as connection:
        connection.execute(text('update company set bill_as = bill_as || \'{"line1": "1 New Street"}\''))
    assert not folder.load(engine).wrote
    assert column(engine, stands) == ["1 New Street"]
    folder.rows["companies"][0] |= {"billing_line1": "2 Other Street"}
    folder.load(engine)
    assert column(engine, stands) == ["2 Other Street"]


# Numbers that Unicode has given to no letter, so that no font has them on any machine.
UNKNOWN = "\u0378\u0379"


def test_a_document_says_that_letters_are_missing(session: Session, build: Build) -> None:
    """Seen failing: boxes, and not a word."""
    company: Company = build.company(f"{UNKNOWN} Painting")
    invoice = make_invoice(session, company)
    assert "Some letters of this document are missing here" in printed(session, invoice)
    company.name = "Ünïcode Þ Łódź"
    build.session.commit()
    session.expire_all()
    plain = make_invoice(session, company)
    found = pdf(
        "invoice", invoice_data(document(session, plain), HEAD, date(2026, 6, 3)), moment=plain.issued_at
    )
    assert "Some letters" not in words(found)
    assert read(found).trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_the_letters_that_lack_a_font_are_known() -> None:
    assert lacking(f'abc Ł {UNKNOWN} <#[\\"') == UNKNOWN
    assert lacking("plain") == ""
    assert lacking("") == ""


def test_documents_that_lack_letters_are_counted(engine: Engine, session: Session, build: Build) -> None:
    """A name, a job, a line; each document once."""
    make_invoice(session, build.company("Łódź Painting Ж"))
    make_invoice(session, build.company(f"{UNKNOWN} Painting"), job_name=UNKNOWN)
    make_invoice(session, build.company(), job_name=f"Tower {UNKNOWN[0]}")
    with engine.connect() as connection:
        assert documents_lacking_letters(connection) == 2


INPUTS = Path(__file__).parents[5] / "shared" / "faults" / "billing-inputs" / "07-names-pdf"


@pytest.mark.skipif(not INPUTS.is_dir(), reason="shared/faults/billing-inputs is not beside this project")
def test_names_that_others_reported(session: Session, build: Build) -> None:
    """Chinese, Japanese, Hebrew, an emoji; long words, markup. It says that letters are missing if this machine has no
    font for them, and only then."""
    (company,) = csv.DictReader((INPUTS / "companies.csv").open(encoding="utf-8"))
    (order,) = csv.DictReader((INPUTS / "orders.csv").open(encoding="utf-8"))
    lines = list(csv.DictReader((INPUTS / "order_lines.csv").open(encoding="utf-8")))
    names = [Line(each["name"], 1, Decimal("1.00"), 100, sku=each["sku"]) for each in lines]
    invoice = make_invoice(
        session,
        build.company(company["name"]),
        lines=names,
        job_name=order["job"],
        po_number=order["po_number"],
    )
    typed = "".join((company["name"], order["job"], *(each["name"] for each in lines)))
    found = printed(session, invoice)
    assert ("Some letters of this document are missing" in found) == bool(lacking(typed))
    assert "O'Malley & Sons <Fine>" in found
