"""Product search: what is found, in which order, and through which index."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.catalog.search.parsed_query import parse_query
from portal.catalog.search.queries.search import closest_names, search
from portal.catalog.search.queries.statement import Search, arguments, statement
from portal.stores.models import Store
from tests.builders import Build

TODAY = date(2026, 6, 2)


class Shop:
    """A company with a store and a few products."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.company: Company = build.company()
        self.store: Store = build.store()
        for sku, name in (
            ("EW-4410-1", "Evenwall Interior Satin, white base, 1 gal"),
            ("EW-4410-5", "Evenwall Interior Satin, white base, 5 gal"),
            ("EW-4420-1", "Evenwall Interior Eggshell, deep base, 1 gal"),
            ("BR-44101", "Sash brush, 2.5 in"),
            ("TP-200", "Painter's tape, 100% clean, 2 in"),
        ):
            build.variant(sku, name=name, product_name=name.split(",")[0])

    def find(
        self, session: Session, typed: str, category: str = "", company: Company | None = None
    ) -> list[str]:
        asked = Search(parse_query(typed), category)
        company_id = (company or self.company).id
        where = {"company_id": company_id, "store_id": self.store.id, "today": TODAY}
        return [hit.variant.sku for hit in search(session, asked, **where).rows]


@pytest.fixture
def shop(build: Build) -> Shop:
    return Shop(build)


@pytest.mark.parametrize(
    ("typed", "skus"),
    [
        ("EW-4410-1", ["EW-4410-1"]),
        ("ew44101", ["EW-4410-1"]),
        ("ew 4410", ["EW-4410-1", "EW-4410-5"]),
        ("4410", ["EW-4410-1", "EW-4410-5", "BR-44101"]),
        ("44101", ["EW-4410-1", "BR-44101"]),
        ("evenwall satin", ["EW-4410-1", "EW-4410-5"]),
        ("satin evenwall 5 gallon", ["EW-4410-5"]),
        ("5gal", ["EW-4410-5"]),
        ("100%", ["TP-200"]),
        ("evnwall egshell", ["EW-4420-1"]),
        ("eggshel", ["EW-4420-1"]),
        ("brsh", ["BR-44101"]),
        ("porcelain", []),
        ("_", []),
        ("%", []),
    ],
)
def test_what_is_found(shop: Shop, session: Session, typed: str, skus: list[str]) -> None:
    assert shop.find(session, typed) == skus


def test_the_exact_sku_comes_first_though_others_begin_with_it(shop: Shop, session: Session) -> None:
    shop.build.variant("EW-4410", name="Zinc primer")
    assert shop.find(session, "ew4410") == ["EW-4410", "EW-4410-1", "EW-4410-5"]


def test_the_company_s_own_number_is_found_by_that_company_alone(
    shop: Shop, session: Session, build: Build
) -> None:
    other = build.company()
    variant = build.variant("QQ-1", name="Roller frame")
    build.part_number(shop.company, variant, "WALL-07")
    assert shop.find(session, "wall07") == ["QQ-1"]
    assert shop.find(session, "wall") == ["QQ-1", "EW-4420-1", "EW-4410-1", "EW-4410-5"]
    assert shop.find(session, "wall07", company=other) == []
    asked, where = Search(parse_query("QQ-1")), {"store_id": shop.store.id, "today": TODAY}
    ours = search(session, asked, company_id=shop.company.id, **where).rows[0]
    theirs = search(session, asked, company_id=other.id, **where).rows[0]
    assert (ours.part_number, theirs.part_number) == ("WALL-07", None)


def test_stock_is_that_of_the_store(shop: Shop, session: Session, build: Build) -> None:
    variant = build.variant("QQ-1", name="Roller frame")
    elsewhere = build.store()
    build.stock(shop.store, variant, 9, reserved=4)
    asked, where = Search(parse_query("QQ-1")), {"company_id": shop.company.id, "today": TODAY}
    found = [
        search(session, asked, store_id=store, **where).rows[0].available
        for store in (shop.store.id, elsewhere.id, None)
    ]
    assert found == [5, 0, None]


def test_what_is_no_longer_made_comes_last_with_its_replacement(
    shop: Shop, session: Session, build: Build
) -> None:
    new = build.variant("RF-2", name="Roller frame B")
    build.variant("RF-1", name="Roller frame A", discontinued_on=date(2026, 1, 1), replacement_id=new.id)
    asked = {"company_id": shop.company.id, "store_id": None, "today": TODAY}
    rows = search(session, Search(parse_query("roller frame")), **asked).rows
    assert [(hit.variant.sku, hit.variant.replacement_sku) for hit in rows] == [
        ("RF-2", None),
        ("RF-1", "RF-2"),
    ]


def test_pages_follow_each_other_without_gap_or_repeat(shop: Shop, session: Session, build: Build) -> None:
    skus = [build.variant(f"RF-{n:02d}", name="Roller frame", price=None).sku for n in range(7)]
    asked = {"company_id": shop.company.id, "store_id": None, "today": TODAY, "limit": 3}
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(5):
        page = search(session, Search(parse_query("roller"), cursor=cursor), **asked)
        seen += [hit.variant.sku for hit in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == skus
    invented = search(session, Search(parse_query("roller"), cursor="made-up"), **asked)
    assert len(invented.rows) == 3


def test_a_category_narrows(shop: Shop, session: Session, build: Build) -> None:
    session.execute(
        text("update product set category = case when name like 'Evenwall%' then 'Paint' else 'Tools' end")
    )
    session.commit()
    assert shop.find(session, "in", category="Tools") == ["TP-200", "BR-44101"]


def test_nothing_found_offers_what_looks_like_it(shop: Shop, session: Session) -> None:
    assert shop.find(session, "evenwol porcelain") == []
    names = closest_names(session, parse_query("evenwol porcelain"))
    assert names[:1] in (["Evenwall Interior Satin"], ["Evenwall Interior Eggshell"])
    assert closest_names(session, parse_query("")) == []


def test_one_statement(shop: Shop, session: Session, statements: Any) -> None:
    session.connection()
    for typed in ("ew4410", "evenwall satin", "evnwal egshel"):
        with statements() as heard:
            assert shop.find(session, typed)
        assert len(heard) == 1


CATALOGUE = """
insert into product (code, name, category) select 'P' || n, 'Product ' || n, 'Paint' from generate_series(1, 350) n;
insert into variant (sku, product_id, name)
select 'GX-' || n || '-' || (n * 7919 % 997), (select min(id) from product) + n % 350,
       (array['Lanternlight','Foreman','Underhill','Larder','Bedrock','Stormgate','Overhang'])[1 + n % 7] || ' '
       || (array['Interior','Exterior','Primer','Enamel','Stain'])[1 + n / 7 % 5] || ', '
       || (array['flat','eggshell','satin','semi-gloss'])[1 + n / 35 % 4] || ', '
       || (array['white base','deep base','clear base'])[1 + n / 140 % 3] || ', '
       || (array['1 qt','1 gal','5 gal'])[1 + n / 420 % 3] || ' ' || md5(n::text)
  from generate_series(1, 4200) n;
insert into part_number (company_id, part_key, part_number, variant_id)
select c.id, 'OURS' || v.id, 'ours-' || v.id, v.id from company c, variant v;
"""


@pytest.mark.parametrize(
    ("typed", "indexes"),
    [
        ("lanternlight semi-gloss", {"ix_variant_name_folded", "ix_variant_sku_key"}),
        ("gx-4100", {"ix_variant_sku_key", "ix_variant_sku_key_trgm", "ix_variant_name_folded"}),
    ],
)
def test_every_branch_has_an_index_in_a_real_catalogue(
    build: Build, session: Session, typed: str, indexes: set[str]
) -> None:
    company = build.company()
    fill(session)
    search_for = Search(parse_query(typed))
    asked = {"company_id": company.id, "store_id": None, "today": TODAY, "limit": 21}
    explained = session.execute(
        text("explain " + statement(search_for).text), {**asked, **arguments(search_for)}
    )
    plan = "\n".join(explained.scalars())
    branches = plan.split("CTE guessed")[0]
    assert "Seq Scan" not in branches, plan
    assert all(f"{index} " in branches for index in indexes), plan


def test_misspelt_names_are_found_through_the_index(build: Build, session: Session) -> None:
    company = build.company()
    fill(session)
    before = scans(session)
    asked = {"company_id": company.id, "store_id": None, "today": TODAY}
    found = search(session, Search(parse_query("lanternligt eggshel")), **asked).rows
    assert found[0].is_guess
    assert "Lanternlight" in found[0].variant.name
    assert "eggshell" in found[0].variant.name
    # Twice: for the words as typed, which finds nothing, and for words like them.
    assert scans(session) >= before + 2


def fill(session: Session) -> None:
    for each in filter(str.strip, CATALOGUE.split(";")):
        session.execute(text(each))
    session.commit()
    # Of every table that the plan reads: what is known of an empty one would depend on when it was last vacuumed.
    session.execute(text("analyze product, variant, part_number"))
    session.commit()


def scans(session: Session) -> int:
    """How often the trigram index of names was read, this transaction included."""
    session.execute(text("select pg_stat_force_next_flush()"))
    session.commit()
    query = "select idx_scan from pg_stat_user_indexes where indexrelname = 'ix_variant_name_folded'"
    return int(session.execute(text(query)).scalar_one())
