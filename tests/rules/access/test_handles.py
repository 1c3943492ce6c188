"""No number of a row reaches a customer: they count everybody's rows (decision 34)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from portal.accounts.roles import CUSTOMER_ROLES, PERMISSIONS
from portal.web.access import permission_of
from tests.rules.access.access_table import columns, lines
from tests.rules.access.answers import address, pages
from tests.rules.access.people import World, everybody
from tests.rules.reading.addresses import app as app_without_database

CUSTOMERS = ("viewer", "buyer", "approver", "admin", "acting_rep")
# The place of a line in its order or credit memo.
PLACES = {"line_no"}
# Of the seller, and the same for everybody.
PUBLIC = ("product", "variant", "store", "price_list", "colour", "category")
# Files of ours, and pages of staff that a rep can open in a stay.
NOT_THEIRS = ("/static/", "/customers/", "/styleguide")
# No other number has ten digits and begins like this; a token in hexadecimal digits may hold it by chance.
FIRST = 7_310_000_000
NUMBER = re.compile(r"(?<![0-9a-fA-F])731[0-9]{7}(?![0-9a-fA-F])")
SEQUENCES = text("""
select c.oid::regclass::text as name, t.relname as of
  from pg_class c
  join pg_depend d on d.objid = c.oid and d.deptype in ('i', 'a')
  join pg_class t on t.oid = d.refobjid
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'S' and n.nspname = 'public' and t.relname not like 'procrastinate%'
""")


def test_no_address_of_customers_takes_a_number() -> None:
    """Seen failing with ``<int:passkey_id>`` in accounts/second_factors/views/security.py."""
    app = app_without_database()
    theirs = frozenset().union(*(PERMISSIONS[each] for each in (*CUSTOMER_ROLES, "guest")))
    wrong = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if permission_of(app, rule.endpoint) in {*theirs, None}
        and set(re.findall(r"<(?:(?:int|string)[^<>]*:)?(\w+(?:_id|_no))>", rule.rule)) - PLACES
    ]
    assert wrong == [], "these take a number of a row; give them <handle(kind):…>"


@pytest.fixture
def counted_high(engine: Engine) -> Iterator[None]:
    """Rows have numbers that nothing else on a page has; afterwards they count on from there, as low as before."""
    with engine.begin() as connection:
        rows = [each for each in connection.execute(SEQUENCES).all() if each.of not in PUBLIC]
        before = {each.name: connection.scalar(text(f"select last_value from {each.name}")) for each in rows}
        for place, each in enumerate(rows):
            connection.execute(text(f"alter sequence {each.name} restart with {FIRST + 10_000 * place}"))
    yield
    with engine.begin() as connection:
        for name, last in before.items():
            connection.execute(text(f"alter sequence {name} restart with {last + 1}"))


@pytest.fixture
def world_counted_high(counted_high: None, unlocked: Flask, engine: Engine) -> Iterator[World]:
    from sqlalchemy.orm import sessionmaker

    from tests.builders import Build

    build = Build(sessionmaker(engine, expire_on_commit=False)())
    yield everybody(build, unlocked)
    build.session.close()


@pytest.mark.slow
def test_no_page_of_customers_shows_a_number(unlocked: Flask, world_counted_high: World) -> None:
    """Every GET of the access table that answers them: text, attributes, files, redirects, cookies and cursors. Seen failing
    with ``value="7310…"`` of ``job_id`` and ``address_id`` on the pickup step, ``amount_7310…`` on the pages of credits and the
    cursor of /people."""
    table, wrong = lines(), []
    for route in pages(unlocked):
        words = dict(zip(columns(), table.get(route.name, []), strict=False))
        path = address(route, world_counted_high)
        for asker in CUSTOMERS:
            if words.get(asker) in {"200", "302"} and not route.rule.startswith(NOT_THEIRS):
                answer = world_counted_high.browser(asker).get(path, buffered=True)
                wrong += [f"{path} as {asker}: {found}" for found in shown(answer)]
                answer.close()
    assert wrong == [], "\n" + "\n".join(wrong)


def shown(answer: TestResponse) -> list[str]:
    """What of an answer holds the number of a row, with what is around it."""
    text = "\n".join(
        [*(f"{name}: {value}" for name, value in answer.headers), answer.get_data().decode("latin-1")]
    )
    text += "\n" + _opened(text)
    return [text[max(0, m.start() - 50) : m.end() + 5] for m in NUMBER.finditer(text)]


def _opened(text: str) -> str:
    """What it holds in Base64, as cursors and cookies do."""
    found = [each for each in re.findall(r"[A-Za-z0-9_-]{16,}", text) if len(each) % 4 != 1]
    return "\n".join(
        base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)).decode("latin-1") for each in found
    )
