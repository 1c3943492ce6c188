"""``portal verify`` looks at every table of companies without being told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, Table

from portal.models import Base
from portal.verification.checks import CHECKS
from portal.verification.ownership import ELSEWHERE, NAMES, WITHOUT_KEY, Link, links


def company_tables() -> dict[str, Table]:
    return {name: table for name, table in Base.metadata.tables.items() if "company_id" in table.columns}


def test_a_new_table_of_companies_is_noticed() -> None:
    """Seen failing with no foreign keys looked at but those of a list by hand."""
    metadata = MetaData()
    Table("company", metadata, Column("id", BigInteger, primary_key=True))
    Table("list", metadata, Column("id", BigInteger, primary_key=True), Column("company_id", BigInteger))
    Table(
        "list_line",
        metadata,
        Column("list_id", ForeignKey("list.id"), primary_key=True),
        Column("company_id", ForeignKey("company.id")),
    )
    assert [link for link in links(metadata) if link not in WITHOUT_KEY] == [
        Link("list_line", "list_id", "list")
    ]


def test_every_link_between_tables_of_companies_is_in_a_check() -> None:
    """Seen failing with the links of refunds left out of both checks."""
    sql = "\n".join(check.sql for check in CHECKS)
    tables = company_tables()
    for name, table in tables.items():
        for key in table.foreign_keys:
            link = Link(name, key.parent.name, key.column.table.name)
            if link.parent in tables and link not in ELSEWHERE:
                assert key.column.name == "id"
                assert f"from {name} c join {link.parent} p on p.id = c.{link.column} " in sql


def test_what_is_said_of_links_is_still_so() -> None:
    """Seen failing with a name for a table that does not exist, and with a foreign key among those without one."""
    tables = company_tables()
    assert set(NAMES) <= set(tables)
    assert all(ELSEWHERE.values())
    for link in (*WITHOUT_KEY, *ELSEWHERE):
        assert link.parent in tables
        keys = {key.column.table.name for key in tables[link.table].columns[link.column].foreign_keys}
        assert keys == (set() if link in WITHOUT_KEY else {link.parent})


def test_links_without_a_foreign_key_are_known() -> None:
    """Seen failing without ``Link("payment", "draft_id", "draft")``, which the list by hand had forgotten."""
    ends = {name.rpartition("_")[2] for name in company_tables()}
    unknown = [
        (name, column.name)
        for name, table in company_tables().items()
        for column in table.columns
        if isinstance(column.type, BigInteger)
        and not column.foreign_keys
        and column.name.endswith("_id")
        and column.name.split("_")[-2] in ends
    ]
    assert sorted(unknown) == sorted((link.table, link.column) for link in WITHOUT_KEY)
