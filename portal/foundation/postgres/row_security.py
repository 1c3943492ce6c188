"""Row-level security of a table, as the statements that a migration executes. Migrations 0003, 0006 and 0007 hold
copies of this text, which stay as they are.

A migration that has run somewhere is never changed, so neither is what these functions return: a new kind of policy
is a new function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

CUSTOMER = "portal_customer"


def own_company(column: str = "company_id") -> str:
    """The condition that a row belongs to the company the transaction works for."""
    return f"{column} = nullif(current_setting('app.company_id', true), '')::bigint"


def policy(table: str, name: str, role: str, condition: str, *, action: str = "all") -> str:
    """One policy: the rows that ``role`` may see, and for writes also those it may leave behind.

    :param action: ``all``, ``select``, ``insert``, ``update`` or ``delete``.
    """
    using = "" if action == "insert" else f" using ({condition})"
    check = f" with check ({condition})" if action in {"all", "insert", "update"} else ""
    return f"create policy {name} on {table} for {action} to {role}{using}{check}"


def guard_company_rows(
    table: str, rights: Mapping[str, str], *, column: str = "company_id", enable: bool = True
) -> list[str]:
    """Limit each role to its company's rows of the table, and grant it what it needs there.

    :param rights: by role, as ``{"portal_customer": "select, insert, update (state)"}``. Each role gets a policy of
        its own: ``own_company`` for customers, ``own_company_<role>`` for others.
    :param enable: switch row-level security on first; False for a table that has it, when a role is added.
    """
    statements = [f"alter table {table} enable row level security"] if enable else []
    for role, granted in rights.items():
        name = "own_company" if role == CUSTOMER else f"own_company_{role.removeprefix('portal_')}"
        statements.append(policy(table, name, role, own_company(column)))
        statements.append(f"grant {granted} on {table} to {role}")
    return statements


def nobody_but_the_owner(table: str) -> list[str]:
    """Switch row-level security on without a policy: no role but the owner of the table sees a row."""
    return [f"alter table {table} enable row level security"]


def each(execute: Callable[[str], object], statements: Iterable[str]) -> None:
    """Execute statements one by one: ``each(op.execute, guard_company_rows(…))``."""
    for statement in statements:
        execute(statement)
