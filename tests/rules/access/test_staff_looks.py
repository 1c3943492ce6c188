"""Whatever staff are shown of a customer is in the log, with the company it was about."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from portal.web.access import permission_of
from portal.web.asked import NO_CUSTOMER
from tests.rules.access.access_table import columns, lines
from tests.rules.access.answers import address, pages
from tests.rules.access.people import World

STAFF = ("rep", "acting_rep", "support", "store", "staff_admin")
# Lists whose rows belong to no single company, each with what it is about instead.
WITHOUT_COMPANY = {
    "/counter": "a store's own board",
    "/lookup": "asked without a question; what an answer shows is in test_lookup_log.py",
    "/": "late orders, and there is none",
    "/billing/reconciliation": "there is no difference",
}
SINCE = text(
    "select name, account_id, props->'accounts' as accounts from touchpoint where recorded_us > :since and valid"
)
LAST = text("select coalesce(max(recorded_us), 0) from touchpoint")


def looked(engine: Engine, world: World, asker: str, path: str) -> list[bool]:
    """For each touchpoint that a page left, whether it names a company."""
    with engine.connect() as connection:
        last = connection.execute(LAST).scalar_one()
    world.browser(asker).get(path, buffered=True).close()
    with engine.connect() as connection:
        rows = connection.execute(SINCE, {"since": last}).all()
    return [row.account_id is not None or bool(row.accounts) for row in rows]


@pytest.mark.slow
def test_every_page_with_a_customers_data_leaves_a_touchpoint(
    unlocked: Flask, world: World, engine: Engine
) -> None:
    """Every GET of the access table that answers staff with 200, and is not about themselves. Seen failing for 30 pages
    without ``staff_look``, among them /customers, /customers/<code>/statements and /customers/<code>/hold."""
    table, wrong = lines(), []
    permissions = {
        rule.rule: permission_of(unlocked, rule.endpoint) for rule in unlocked.url_map.iter_rules()
    }
    for route in pages(unlocked):
        if permissions[route.rule] in NO_CUSTOMER:
            continue
        words = dict(zip(columns(), table[route.name], strict=True))
        path = address(route, world)
        for asker in STAFF:
            if words[asker] == "200":
                found = looked(engine, world, asker, path)
                if not found or not (any(found) or (path in WITHOUT_COMPANY and asker != "acting_rep")):
                    wrong.append(f"{path} as {asker}: {len(found)} touchpoints, none with a company")
    assert wrong == [], "\n" + "\n".join(wrong)
