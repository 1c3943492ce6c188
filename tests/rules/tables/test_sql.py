"""What raw SQL may name: an import contract does not see a table's name in a string."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import chain

from portal.billing import payment_states as attempt_states
from portal.models import Base
from portal.orders import status
from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.nouns import ABOVE, FLOORS
from tests.rules.reading.source import place, sources

LOOKS_LIKE_SQL = re.compile(
    r"\bselect\b.*\bfrom\b|\binsert\s+into\b|\bdelete\s+from\b|\bupdate\s+\w+\s+(as\s+|\w+\s+)?set\b|\block\s+table\b"
    r"|\b(left|inner|cross|full|lateral)\s+join\b|\bjoin\s+\w+\s+(as\s+)?(\w+\s+)?(on|using)\b|\bexists\s*\("
    r"|^\s*(from|update)\s+\w+|\bfrom\s+\w+\s+\w+\s+where\b",
    re.DOTALL | re.IGNORECASE,
)
NAMED = re.compile(
    r"\b(?:from|join|update|into|using|table)\s+(?:only\s+|lateral\s+)*"
    r"((?:\w+(?:\s+(?:as\s+)?\w+)?\s*,\s*(?:lateral\s+)?)*\w+)",
    re.IGNORECASE,
)


@cache
def owners() -> dict[str, str]:
    """The package that each table belongs to."""
    return {
        mapper.local_table.name: mapper.class_.__module__.split(".")[1]  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
    }


def tables(sql: str) -> set[str]:
    """Tables of the metadata that a string names; none if it does not look like SQL."""
    if not LOOKS_LIKE_SQL.search(sql):
        return set()
    lists = (found.split(",") for found in NAMED.findall(sql))
    first_words = (item.split()[0] for item in chain.from_iterable(lists) if item.split())
    return {word for word in first_words if word in owners()}


@rule(
    "sql_tables",
    todo="SQL names a table of a higher domain. Ask the domain that owns the table (a query of its own that this "
    "one is given, or a move of the statement to the higher domain)",
)
def tables_of_higher_domains() -> Found:
    found: Counter[str] = Counter()
    for source in sources("portal"):
        package = place(source.name)[0] if place(source.name) else "app"
        if package in ABOVE:
            continue
        rank = FLOORS.index(package)  # a new package must be placed
        for sql in source.strings:
            found.update(
                f"{source.name}: {table}" for table in tables(sql) if FLOORS.index(owners()[table]) > rank
            )
    return found


def test_sql_names_its_own_and_lower_domains_tables_only() -> None:
    """Seen failing with ``join sales_order`` in a query of stores."""
    hold("sql_tables")


def test_table_names_are_found_where_sql_names_tables() -> None:
    """Seen failing when only the first table after ``from`` was taken."""
    assert tables("select 1 from company c, store as s where exists (select 1 from draft)") == {
        "company",
        "store",
        "draft",
    }
    assert tables("left join sales_order o on o.id = i.order_id") == {"sales_order"}
    assert tables("Ask your company or take it from store 12.") == set()


STATES = (
    frozenset(status.ORDER_STATES),
    frozenset(status.LINE_STATES),
    frozenset(attempt_states.TRANSITIONS),
    frozenset({"current", "parked", "placed", "discarded"}),  # of drafts
    frozenset({"pending", "approved", "rejected", "withdrawn", "voided"}),  # of approvals
    frozenset({"created", "pending", "succeeded", "failed", "cancelled"}),  # of refunds
)
LIST = re.compile(r"[(\[]\s*('\w+'(?:\s*,\s*'\w+')+)\s*[)\]]|\bvalues\s+(\('\w+'\)(?:\s*,\s*\('\w+'\))+)")


def state_lists(sql: str) -> set[frozenset[str]]:
    """Lists of two or more states that a string writes out."""
    lists = (frozenset(re.findall(r"'(\w+)'", "".join(found))) for found in LIST.findall(sql))
    return {names for names in lists if len(names) > 1 and any(names <= states for states in STATES)}


@rule(
    "sql_states",
    todo="SQL writes out a list of states; a new state would be forgotten here. Build the list from the constants "
    "beside the states (orders/status.py, billing's attempt states) or bind it as a parameter",
)
def written_out_states() -> Found:
    return Counter(
        f"{source.name}: {' '.join(sorted(names))}"
        for source in sources("portal")
        for sql in source.strings
        for names in state_lists(sql)
    )


def test_sql_writes_out_no_list_of_states() -> None:
    """Seen failing with ``status in ('placed', 'accepted')`` in a query of orders."""
    hold("sql_states")


THE_SCOPE = "portal/web/scope.py"
ROLE = re.compile(r"set_config\(\s*'role'|\bset\s+(local\s+|session\s+)?role\b", re.IGNORECASE)


@rule(
    "set_role",
    todo="the role of a transaction is set in one file only; call that file's function instead of writing the "
    "statement once more",
)
def switches_of_the_role() -> Found:
    return Counter(
        source.name
        for source in sources("portal")
        for sql in source.strings
        if ROLE.search(sql) and source.name != THE_SCOPE
    )


def test_one_file_sets_the_role_of_a_transaction() -> None:
    """Seen failing with ``set local role portal_customer`` in a use case."""
    hold("set_role")
