"""Prices from the database: one statement, and nothing of another company."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.catalog.prices.queries import price_rows, prices
from tests.builders import Build

TODAY = date(2026, 6, 2)


def test_each_company_has_its_own_price(build: Build, session: Session) -> None:
    ours, theirs = build.company(), build.company()
    variant = build.variant(price="50")
    build.contract_price(ours, variant, "41.2055")
    wants = [(variant.id, 1)]
    mine = prices(session, company_id=ours.id, wants=wants, on=TODAY)[variant.id, 1]
    other = prices(session, company_id=theirs.id, wants=wants, on=TODAY)[variant.id, 1]
    assert (mine.unit_price, mine.rule, mine.words) == (Decimal("41.2055"), "contract:C-1", "Contract C-1")
    assert (other.unit_price, other.rule) == (Decimal("50"), "list:TRADE")


def test_only_the_list_that_the_company_is_on(build: Build, session: Session) -> None:
    key = build.price_list("KEY")
    ours, theirs = build.company(price_list_id=key.id), build.company(price_list_id=None)
    variant = build.variant(price="50")
    build.list_price(variant, "39", code="KEY")
    wants = [(variant.id, 1)]
    assert prices(session, company_id=ours.id, wants=wants, on=TODAY)[variant.id, 1].unit_price == 39
    assert prices(session, company_id=theirs.id, wants=wants, on=TODAY) == {}


def test_a_list_in_another_currency_gives_no_price(build: Build, session: Session) -> None:
    company = build.company(currency="CAD")
    variant = build.variant(price="50")
    build.contract_price(company, variant, "61", min_quantity=5)
    found = prices(session, company_id=company.id, wants=[(variant.id, 1), (variant.id, 5)], on=TODAY)
    assert {key: (price.unit_price, price.currency) for key, price in found.items()} == {
        (variant.id, 5): (61, "CAD")
    }


def test_breaks_by_quantity_in_one_statement(build: Build, session: Session, statements) -> None:  # type: ignore[no-untyped-def]
    company = build.company()
    chosen = [build.variant(price="50") for _ in range(30)]
    for variant in chosen:
        build.list_price(variant, "45", min_quantity=10)
    wants = [(variant.id, quantity) for variant in chosen for quantity in (1, 10)]
    session.connection()
    with statements() as heard:
        found = prices(session, company_id=company.id, wants=wants, on=TODAY)
    assert len(heard) == 1
    assert {found[variant.id, 1].unit_price for variant in chosen} == {50}
    assert {found[variant.id, 10].unit_price for variant in chosen} == {45}
    assert prices(session, company_id=company.id, wants=[], on=TODAY) == {}


def test_rows_of_the_past_are_told_but_do_not_count(build: Build, session: Session) -> None:
    company = build.company()
    variant = build.variant(price=None)
    build.contract_price(company, variant, "40", valid_to=date(2026, 6, 1))
    assert prices(session, company_id=company.id, wants=[(variant.id, 1)], on=TODAY) == {}
    ask = {"company_id": company.id, "variant_ids": [variant.id]}
    assert len(price_rows(session, **ask, on=None)[variant.id]) == 1
    assert price_rows(session, **ask, on=TODAY)[variant.id] == []
