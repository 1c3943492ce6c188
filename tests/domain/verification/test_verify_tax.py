"""``portal verify`` about sales tax: what was left out without a certificate that counted is seen, and its row named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.verification.run import verify
from tests.breaking.broken_rows import damage, seen
from tests.import_files import Folder

COPY = """jsonb_build_object('region', 'IL', 'certificate_number', 'E-1')"""
# An order of the portal that went without tax; its company has the certificate E-1 of IL, which counts for ten days around.
EXEMPT = f"""
update sales_order set source = 'portal', placement_token = 'x', placement_fingerprint = 'x', exemption = {COPY};
update invoice set exemption = {COPY};
insert into tax_exemption (company_id, region, reason, certificate_number, valid_from, valid_to, added_at, state, counts_from)
select company_id, 'IL', 'resale', 'E-1', placed_at::date - 5, placed_at::date + 5, placed_at - interval '5 days',
       'accepted', placed_at - interval '4 days' from sales_order
"""
BREAKS = {
    "none": "delete from tax_exemption",
    "another number": "update tax_exemption set certificate_number = 'E-2'",
    "another region": "update tax_exemption set region = 'NY'",
    "another company's": "update tax_exemption set company_id = -1",
    "never accepted": "update tax_exemption set state = 'waiting', counts_from = null",
    "accepted later": "update tax_exemption set counts_from = counts_from + interval '5 days'",
    "ended before": "update tax_exemption set ended_at = counts_from + interval '1 day'",
    "expired before": "update tax_exemption set valid_to = valid_from + 1",
}


@pytest.fixture
def books(engine: Engine, tmp_path: Path) -> Engine:
    """One order with its invoice, without tax by a certificate that counted."""
    folder = Folder(tmp_path / "files")
    folder.rows["orders"][0]["paid"] = "no"
    assert folder.load(engine).rejected == 0
    damage(engine, EXEMPT.replace(";\n", "; "))
    return engine


def found(engine: Engine) -> set[str]:
    return {finding.check.name for finding in verify(engine).findings}


def test_what_counted_then_is_right(books: Engine) -> None:
    assert "exempt_by_what_counted" not in found(books)
    damage(books, "update tax_exemption set ended_at = now()")
    assert "exempt_by_what_counted" not in found(books), "ended long after"


@pytest.mark.parametrize("name", BREAKS)
def test_tax_left_out_by_what_did_not_count_is_seen(books: Engine, name: str) -> None:
    """Seen failing without each of the check's conditions."""
    damage(books, BREAKS[name])
    assert seen(books, "exempt_by_what_counted", "H-1").count == 2, "the order and its invoice"


def test_an_imported_order_is_the_sellers_word(books: Engine) -> None:
    damage(books, "update sales_order set source = 'import'; delete from tax_exemption")
    assert "exempt_by_what_counted" not in found(books)


TAXLESS = {
    "an address": ("update address set region = 'OR'", "OR"),
    "an address without one": ("update address set region = ''", "no region"),
    "a store": ("update store set region = 'Ilinois'", "Ilinois"),
}


@pytest.mark.parametrize("name", TAXLESS)
def test_a_region_of_the_us_without_a_rate_is_seen(engine: Engine, tmp_path: Path, name: str) -> None:
    """Seen failing without the check: "Illinois" took the tax off for months. A rate of 0 says that there is none."""
    folder = Folder(tmp_path / "files")
    folder.rows["addresses"][0]["region"] = "Ill."
    folder.add("tax_rates")
    assert folder.load(engine).rejected == 0
    assert "regions_are_taxed" not in found(engine)
    sql, row = TAXLESS[name]
    damage(engine, sql)
    seen(engine, "regions_are_taxed", row)
    damage(
        engine,
        f"insert into tax_rate (region, name, share, valid_from) values ('{row}', 'none', 0, '2020-01-01')",
    )
    assert ("regions_are_taxed" in found(engine)) == (row == "no region"), "nothing can be said of no region"
