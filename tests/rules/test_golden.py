"""What others rely on stays as it is: addresses, jobs, kinds of touchpoints, commands and the text of every mail.

Each stands in a file under ``tests/golden``. A change that is meant is written with ``GOLDEN=write`` before pytest,
and read in the diff. None of these tests needs a database.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from jinja2 import meta, nodes
from sqlalchemy import create_engine

from portal.app import create_app
from portal.cli import cli
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail, mail_folders
from portal.touchpoints.kinds import SECTIONS, section
from portal.web.access import permission_of
from portal.worker import build
from portal.worker.delivery import Delivery
from tests.golden import account_mails, billing_mails, order_mails, tax_mails

GOLDEN = Path(__file__).parents[1] / "golden"
TEMPLATES = {
    path.name.removesuffix(".txt.j2"): path for folder in mail_folders() for path in folder.glob("*.txt.j2")
}
MAILS = {**account_mails.MAILS, **order_mails.MAILS, **billing_mails.MAILS, **tax_mails.MAILS}
# What the worker adds to the data of every mail.
GIVEN = {"to_name", "seller_name", "product_name", "portal_url"}
NOWHERE = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
SETTINGS = Settings(
    database_url="postgresql://nobody@127.0.0.1:1/none",
    secret_key="x" * 32,
    var_dir=Path(),
    environment="development",
    public_url="http://localhost",
    seller_name="Test Coatings",
    smtp_url="smtp://127.0.0.1:9",
    log_format="text",
)


def compare(name: str, lines: Iterable[str]) -> None:
    """Assert that a golden file says just these lines, or write it."""
    path, text = GOLDEN / name, "\n".join(lines) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text)
    assert path.is_file(), f"{path.name} is missing; write it with GOLDEN=write"
    assert path.read_text() == text, f"{path.name} says something else; is that meant? Then GOLDEN=write"


@pytest.fixture(scope="module")
def portal() -> Flask:
    return create_app(SETTINGS, NOWHERE)


def test_every_address(portal: Flask) -> None:
    """Seen failing with a route renamed, with its permission changed, and with an endpoint renamed."""
    rows = []
    for rule in portal.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append(f"{methods} {rule.rule} {rule.endpoint} {permission_of(portal, rule.endpoint) or '-'}")
    compare("addresses.txt", sorted(rows, key=lambda row: (row.split()[1], row)))


def test_every_job() -> None:
    """Name, queue, lock and period; a job that waits in a queue is known by its name only. Seen failing with a job
    renamed and with another period."""
    app = build(SETTINGS, NOWHERE)
    periods = {name: task.cron for (name, _), task in app.periodic_registry.periodic_tasks.items()}
    ours = (task for task in app.tasks.values() if task.queue != "builtin")
    rows = (
        f"{task.name} queue={task.queue} lock={task.lock or '-'} queueing_lock={task.queueing_lock or '-'} "
        f"period={periods.get(task.name, '-')}"
        for task in ours
    )
    compare("jobs.txt", sorted(rows))


def test_every_kind_of_touchpoint() -> None:
    """Seen failing with a kind renamed, a property left out and a stage changed."""
    compare(
        "touchpoints.jsonl",
        (
            json.dumps({"group": title, **asdict(kind)}, sort_keys=True, ensure_ascii=False)
            for title in SECTIONS
            for kind in section(title)
        ),
    )


def test_every_command() -> None:
    """Names, arguments, options and what is taken when an option is not given. Seen failing with an option renamed
    and with another default."""
    compare("commands.txt", _commands(cli, "portal"))


def _commands(command: click.Command, path: str) -> Iterable[str]:
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _commands(command.commands[name], f"{path} {name}")
        return
    yield path
    for each in command.params:
        words = "/".join([*each.opts, *each.secondary_opts])
        more = [each.type.name, "required" if each.required else f"default={each.to_info_dict()['default']}"]
        yield f"    {words} {' '.join(more)}"


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_the_golden_data_is_what_the_template_asks_for(kind: str) -> None:
    """No field too few and none too many; every field that a text depends on is there filled and empty. Seen failing
    with a field renamed in the template, and with a case left out."""
    tree = Delivery(SETTINGS, NOWHERE)._templates.parse(TEMPLATES[kind].read_text())
    asked = meta.find_undeclared_variables(tree) - GIVEN
    for case, data in MAILS[kind].items():
        assert set(data) == asked, case
    for name in asked & _conditions(tree):
        assert {bool(data[name]) for data in MAILS[kind].values()} == {True, False}, f"{name}: only one way"


def _conditions(tree: nodes.Template) -> set[str]:
    """Names that stand in a condition alone, and not compared with something."""
    found: set[str] = set()
    for each in tree.find_all((nodes.If, nodes.CondExpr)):
        test = each.test
        parts = [test.left, test.right] if isinstance(test, nodes.And | nodes.Or) else [test]
        for part in parts:
            inner = part.node if isinstance(part, nodes.Not) else part
            if isinstance(inner, nodes.Name):
                found.add(inner.name)
    return found


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_every_mail_says_what_it_said(kind: str) -> None:
    """As the worker writes it. Seen failing with a word changed in each template, with the greeting's name left out
    and with another seller's name."""
    delivery = Delivery(SETTINGS, NOWHERE)
    lines: list[str] = []
    for case, data in MAILS[kind].items():
        lines += [f"===== {case}", *_written(delivery, kind, data), ""]
    compare(f"mails/{kind}.txt", lines[:-1])


def _written(delivery: Delivery, kind: str, data: dict[str, Any]) -> list[str]:
    mail = OutboundMail(
        key="golden", kind=kind, to_email="dana@painter.example", to_name="Dana Ortiz", data=data
    )
    message = delivery._message(mail)
    return [f"Subject: {message['Subject']}", "", *message.get_content().splitlines()]


def test_a_mail_is_written_with_the_seller_s_own_name_and_address() -> None:
    """Settings reach the text. Seen failing with the portal's address written into a template."""
    data = MAILS["payment_failed"]["on the page"]
    other = replace(SETTINGS, seller_name="Other Coatings", public_url="https://portal.example")
    said = "\n".join(_written(Delivery(other, NOWHERE), "payment_failed", data))
    assert "Other Coatings" in said
    assert "https://portal.example/payments/p4Zt" in said


def test_every_mail_has_its_golden_text() -> None:
    """Seen failing with the data of one mail left out, with a golden file too many, and with a template that nobody
    gave data to."""
    assert set(MAILS) == set(TEMPLATES)
    assert {path.stem for path in (GOLDEN / "mails").iterdir()} == set(TEMPLATES)
