"""Products of a category, and variants by id, SKU or the company's own number."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog.products.queries.products import categories, products_in
from portal.catalog.products.queries.variants import resolve, variants
from tests.builders import Build

TODAY = date(2026, 6, 2)


def test_products_of_a_category_by_name(build: Build, session: Session) -> None:
    for sku, name in (
        ("A-1", "Evenwall Satin"),
        ("A-2", "Evenwall Flat"),
        ("A-3", "Evenwall Gloss"),
        ("B-1", "Brush"),
    ):
        build.variant(sku, name=name, product_name=name)
    session.execute(
        text("update product set category = case when name like 'Evenwall%' then 'Paint' else 'Tools' end")
    )
    session.commit()
    assert [(each.name, each.products) for each in categories(session)] == [("Paint", 3), ("Tools", 1)]
    first = products_in(session, category="Paint", limit=2)
    rest = products_in(session, category="Paint", limit=2, cursor=first.next_cursor)
    assert [row.name for row in [*first.rows, *rest.rows]] == [
        "Evenwall Flat",
        "Evenwall Gloss",
        "Evenwall Satin",
    ]
    assert rest.next_cursor is None


@pytest.mark.parametrize("typed", ["EW-4410-1", "ew44101", " ew 4410/1 ", "Ew.4410-1"])
def test_a_sku_is_found_however_it_is_typed(build: Build, session: Session, typed: str) -> None:
    company, variant = build.company(), build.variant("EW-4410-1")
    assert resolve(session, company_id=company.id, texts=[typed, "??", ""]) == {typed: variant.id}


def test_part_numbers_are_the_company_s_own(build: Build, session: Session) -> None:
    ours, theirs = build.company(), build.company()
    variant, other = build.variant(), build.variant("1001")
    build.part_number(ours, variant, "WALL/07")
    build.part_number(ours, variant, "100-1")
    assert resolve(session, company_id=ours.id, texts=["wall 07"]) == {"wall 07": variant.id}
    assert resolve(session, company_id=theirs.id, texts=["wall 07"]) == {}
    # The exact SKU, then the own number, then a SKU that only differs in dashes.
    found = resolve(session, company_id=ours.id, texts=["1001", "10-01"])
    assert found == {"1001": other.id, "10-01": variant.id}


def test_variants_tell_what_replaces_them(build: Build, session: Session, statements) -> None:  # type: ignore[no-untyped-def]
    new = build.variant("NEW-1", tintable=True, sheen="Satin", tint_base="Deep base")
    old = build.variant("OLD-1", discontinued_on=date(2026, 6, 2), replacement_id=new.id)
    session.connection()
    with statements() as heard:
        found = variants(session, [old.id, new.id, 10**9])
    assert len(heard) == 1
    assert found.keys() == {old.id, new.id}
    assert (found[old.id].replacement_id, found[old.id].replacement_sku) == (new.id, "NEW-1")
    assert found[old.id].is_discontinued(TODAY)
    assert not found[old.id].is_discontinued(date(2026, 6, 1))
    assert found[new.id].tintable
    assert found[new.id].details == ["Satin", "Deep base", "1 gal"]
