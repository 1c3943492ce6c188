"""PDFs: what is written stands there as it is, twice the same, and nothing else can be reached from them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.billing.documents import pdf as rendering
from portal.billing.documents.letterhead import Letterhead, address_lines, file_name
from portal.billing.documents.pdf import MOST_LINES, TooLong, pdf
from portal.billing.invoices.pdf import invoice_data
from portal.billing.invoices.queries.documents import document
from portal.billing.invoices.use_cases.issue import Line
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from tests.builders import Build
from tests.invoices import apply_memo, make_invoice, pay_offline
from tests.reading.pdf_text import read, words

HEAD = Letterhead("Northlight Coatings", "https://orders.example", demo=True)
MOMENT = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
TODAY = date(2026, 6, 3)


def printed(session: Session, invoice: Invoice, *, today: date = TODAY, head: Letterhead = HEAD) -> bytes:
    session.refresh(invoice)
    data = invoice_data(document(session, invoice), head, today)
    return pdf("invoice", data, moment=invoice.issued_at)


def slip(**fields: Any) -> dict[str, Any]:
    return {
        **HEAD.sheet("Packing slip", "T-1", "USD"),
        "parties": [{"label": "For", "lines": ["Brush & Roller"]}],
        "facts": [("Job", "Elm Street")],
        "now_title": "In this pickup",
        "lines": [],
        **fields,
    }


def slip_line(**fields: str) -> dict[str, str]:
    known = {
        "no": "1",
        "name": "Satin",
        "sku": "P-1",
        "colour": "",
        "hex": "",
        "ordered": "2",
        "now": "2",
        "later": "",
    }
    return {**known, **fields}


HOSTILE = [
    '#read("/etc/passwd")',
    "*bold* _it_ `raw` $x^2$ <label> @ref = Heading",
    '#import "@preview/cetz:0.4.0"',
    '"; #panic() //',
    "\\u{41} \\ ] } ) #[",
    "{{ 7 * 7 }} <script>alert(1)</script>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_people_write_is_printed_and_never_run(name: str) -> None:
    """Seen failing with names put into the template as source."""
    data = slip(
        parties=[{"label": "For", "lines": [name, name]}], facts=[(name, name)], lines=[slip_line(name=name)]
    )
    text = words(pdf("slip", data, moment=MOMENT))
    # Small capitals of a label aside, it stands there three times, letter for letter.
    assert text.replace(" ", "").count(name.replace(" ", "")) >= 3, text
    assert "root:" not in text


def test_a_template_reads_nothing_outside_its_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing with the file system's root as the compiler's."""
    folder = tmp_path / "pdf"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("the secret")
    monkeypatch.setattr(rendering, "resource_dir", lambda name: tmp_path)
    for path in ("../secret.txt", str(tmp_path / "secret.txt")):
        (folder / "slip.typ").write_text(f'#read("{path}")')
        with pytest.raises(RuntimeError, match=r"not compiled"):
            pdf("slip", slip(), moment=MOMENT)


def test_the_templates_import_each_other_and_no_package() -> None:
    folder = rendering.resource_dir("templates") / "pdf"
    names = {path.name for path in folder.iterdir()}
    assert {f"{kind}.typ" for kind in rendering.KINDS} < names
    for path in folder.iterdir():
        assert set(re.findall(r"(?:import|include|read)\W+([^\"\s]+)\"", path.read_text())) <= names


def test_the_compiler_is_not_told_the_portals_secrets(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing with the portal's environment handed on."""
    teller = tmp_path / "teller.py"
    teller.write_text("import os, sys; sys.stdin.read(); sys.stdout.write(repr(dict(os.environ)))")
    monkeypatch.setattr(rendering, "COMPILER", teller)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:password@host/db")
    assert b"password" not in pdf("slip", slip(), moment=MOMENT)


def test_the_same_document_is_the_same_file(session: Session, build: Build) -> None:
    """Seen failing with the clock's time in the file's properties."""
    invoice = make_invoice(session, build.company(), net=10_000, tax=800, lines=3)
    first = printed(session, invoice)
    assert first == printed(session, invoice)
    assert read(first).metadata.creation_date == invoice.issued_at  # type: ignore[union-attr]


def test_it_is_accessible(session: Session, build: Build) -> None:
    """Tagged, with title and language, as PDF/UA-1 asks."""
    file = read(printed(session, make_invoice(session, build.company())))
    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()


def test_letters_that_no_font_has_are_left_open_and_the_rest_is_there() -> None:
    data = slip(parties=[{"label": "For", "lines": ["Малярные работы Ωλ", "\U0001f9ff \U000e0001 brush"]}])
    text = words(pdf("slip", data, moment=MOMENT))
    assert "Малярные работы Ωλ" in text
    assert "brush" in text


def test_an_invoice_says_all_that_was_charged(session: Session, build: Build) -> None:
    """Seen failing with the label of the address, which is anybody's to choose, read as how the goods went."""
    company = build.company("Brush & Roller")
    session.add(PaymentTerms(company_id=company.id, kind="net", days=30, discount_bp=200, discount_days=10))
    session.commit()
    lines = [
        Line(
            "Satin, deep base, 1 gal",
            2,
            Decimal("50.0000"),
            10_000,
            sku="P-1",
            colour="TC-0412 Harbor Fog",
            unit="gallon",
            tax_share=Decimal("0.08875"),
            tax_minor=888,
        ),
        Line("Trim brush", 3, Decimal("3.3333"), 1_000, sku="B-2", tax_share=Decimal(0)),
    ]
    ship_to = {
        "label": "Pickup",
        "recipient": "Brush & Roller",
        "line1": "1 Yard Lane",
        "city": "Albany",
        "region": "NY",
        "postcode": "12207",
    }
    invoice = make_invoice(
        session,
        company,
        lines=lines,
        po_number="7731",
        job_name="Elm Street",
        order_number="100231",
        ship_to=ship_to,
    )
    pay_offline(session, company, 1_888, invoice)
    text = words(printed(session, invoice))
    for said in (
        "Northlight Coatings",
        "Invoice",
        invoice.number,
        "Brush & Roller",
        company.code,
        "DELIVERED TO",
        "1 Yard Lane",
        "Albany, NY 12207",
        "2/10 net 30",
        "2 Jul 2026",
        "7731",
        "Elm Street",
        "100231",
        "Satin, deep base, 1 gal",
        "TC-0412 Harbor Fog",
        "2 gallons",
        "$50.00",
        "$3.3333",
        "$8.88",
        "8.875 %",
        "Sales tax 8.875 % on $100.00",
        "$110.00",
        "Total $118.88",
        "Paid and credited -$18.88",
        "Open on 3 Jun 2026 $100.00",
        f"https://orders.example/invoices/{invoice.number}",
        "Made-up demo data",
        "Page 1 of 1",
    ):
        assert said in text, said
    assert "settles it" not in text  # a part was paid, which forfeits the early-payment discount


def test_a_credit_memo_says_what_it_corrects_and_what_is_left(session: Session, build: Build) -> None:
    company = build.company()
    invoice = make_invoice(session, company, net=10_000)
    memo = make_invoice(
        session, company, net=-3_000, reason="Two cans came dented", corrects_invoice_id=invoice.id
    )
    apply_memo(session, memo, invoice, 1_000)
    text = words(printed(session, memo))
    for said in (
        f"Credit memo {memo.number}",
        f"CORRECTS {invoice.number}",
        "Two cans came dented",
        "Total -$30.00",
        "Used so far $10.00",
        "Credit left on 3 Jun 2026",
        "-$20.00",
    ):
        assert said in text, said
    assert "How to pay" not in text


def test_an_exemption_is_named(session: Session, build: Build) -> None:
    certificate = {
        "region": "NY",
        "reason": "resale",
        "certificate_number": "R-4471",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }
    text = words(printed(session, make_invoice(session, build.company(), exemption=certificate)))
    assert "No sales tax in NY: resale, certificate R-4471, valid 1 Jan 2026 to 31 Dec 2026." in text
    assert "Sales tax $0.00" in text


def test_a_long_invoice_repeats_its_head_and_counts_its_pages(session: Session, build: Build) -> None:
    invoice = make_invoice(session, build.company(), net=1_000_000, lines=120)
    pages = [
        page.extract_text()
        for page in read(printed(session, invoice, head=Letterhead("Coatings", "http://x"))).pages
    ]
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert invoice.number in page
        assert "Made-up" not in page
    assert all("QUANTITY" in page for page in pages[:-1])


def test_too_long_a_document_is_refused_at_once() -> None:
    with pytest.raises(TooLong):
        pdf("slip", slip(lines=[slip_line()] * (MOST_LINES + 1)), moment=MOMENT)


def test_a_compiler_that_hangs_is_stopped(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(rendering, "COMPILER", sleeper)
    monkeypatch.setattr(rendering, "MOST_SECONDS", 0.3)
    with pytest.raises(TooLong):
        pdf("slip", slip(), moment=MOMENT)


def test_a_file_has_a_harmless_name() -> None:
    assert file_name("invoice", 'INV-1"; x=/../é') == "invoice-INV-1-x"
    assert file_name("statement", "C0001", "2026-06", "") == "statement-C0001-2026-06"


def test_an_address_has_no_empty_lines() -> None:
    assert address_lines(
        {"recipient": "Yard", "line1": "1 Lane", "line2": "", "city": "Leeds", "region": None}
    ) == ["Yard", "1 Lane", "Leeds"]
