"""Small differences are written off on the invoice's page, within the limit, and can be owed again."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.write_offs import WriteOff
from portal.foundation.clock import utcnow
from portal.verification.run import verify
from tests.builders import Build
from tests.invoices import make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.billing.test_money import key_of, open_of


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


def test_two_cents_are_written_off_and_owed_again(
    client: PageClient, build: Build, session: Session, company: Company, engine: Engine
) -> None:
    """Seen failing: there was no page, and two cents needed a credit memo."""
    invoice = make_invoice(build.session, company, net=10_000, on=utcnow().date())
    pay_offline(build.session, company, 9_998, invoice)
    client.sign_in(build.user(kind="admin", name="Ada Admin").email)
    client.get(f"/billing/invoices/{invoice.number}")
    assert "Write off what is left" in client.text
    path = f"/billing/invoices/{invoice.number}/write-offs"
    client.get(path)
    form = {"key": key_of(client)}
    client.post(path, {**form, "reason": ""}, status=422)
    assert "Say why, in 3 to 200 characters" in client.text
    for _again in range(2):
        answer = client.post(path, {**form, "reason": "Rounding"}, status=303)
    client.follow(answer)
    assert "$0.02 of" in client.text
    assert "Written off by us" in client.text
    assert open_of(session, invoice) == [0]
    client.get(path)
    undo = re.search(r'action="([^"]+/reversal)"', client.body)
    assert undo
    for said in ("It is owed again", "It was owed again before"):
        client.follow(client.post(undo[1], status=303))
        assert said in client.text
    assert open_of(session, invoice) == [2]
    written = session.scalars(select(WriteOff)).one()
    assert (written.amount_minor, written.limit_minor, written.reversed_by_name) == (2, 500, "Ada Admin")
    assert {finding.check.name for finding in verify(engine).findings} <= {"log_partitions"}


def test_what_is_not_small_is_not_written_off(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    large, busy = (make_invoice(build.session, company, net=net, on=utcnow().date()) for net in (501, 500))
    make_attempt(build.session, company, {busy: 100})
    memo = make_invoice(build.session, company, net=-100)
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/billing/invoices/{large.number}")
    assert "Write off" not in client.text
    client.get(f"/billing/invoices/{busy.number}/write-offs")
    key = key_of(client)
    for invoice, words in ((large, "At most $5.00 of an invoice is written off"), (busy, "is under way")):
        client.post(
            f"/billing/invoices/{invoice.number}/write-offs", {"key": key, "reason": "Small"}, status=422
        )
        assert words in client.text
    client.get(f"/billing/invoices/{large.number}/write-offs")
    assert "More is open than may be written off" in client.text
    assert "Write off $5.01" not in client.text
    client.get(f"/billing/invoices/{memo.number}/write-offs", status=404)
    client.post(f"/billing/invoices/{large.number}/write-offs/1/reversal", status=404)
    assert open_of(session, large, busy) == [501, 500]
