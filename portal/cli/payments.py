"""Commands about payments."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from portal.cli import places

if TYPE_CHECKING:
    from portal.billing.reconciliation.use_cases.runs import Report
    from portal.billing.stripe.api import Stripe
    from portal.foundation.config import Settings


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 400), default=35, show_default=True, help="How far to look back."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: what was looked at, and what differs.")
def reconcile(days: int, as_json: bool) -> None:
    """Compare the books with Stripe: charges, refunds, chargebacks and balance.

    What hangs is settled, what differs is listed (on the page /billing/reconciliation, too). Exit code 0 when both
    sides agree, 1 when something differs, 2 when Stripe gave no answer or card payments are off.
    """
    from portal.billing.stripe.api import Stripe, StripeUnknown

    with places.settings() as known:
        api = Stripe.from_settings(known)
        if api is None:
            _give_up("Card payments are off: PORTAL_STRIPE_KEY is not set, so there is nothing to compare.")
            return
        try:
            report, words = _compare(known, api, days)
        except StripeUnknown as error:
            _give_up(f"Stripe gave no answer ({error}); nothing was concluded. Try again later.")
            return
    if as_json:
        click.echo(json.dumps({**report.as_json(), "differences": words}, indent=2))
    else:
        _print(report, words)
    sys.exit(1 if report.open else 0)


def _compare(known: Settings, api: Stripe, days: int) -> tuple[Report, list[str]]:
    """The report, and what differs in words."""
    from portal.billing.reconciliation.queries import open_differences
    from portal.billing.reconciliation.use_cases.runs import reconcile as compare
    from portal.foundation.clock import utcnow
    from portal.foundation.db import make_sessions, transaction

    with places.connected(known) as engine:
        sessions = make_sessions(engine)
        now = utcnow()
        report = compare(sessions, since=now - timedelta(days=days), now=now, api=api)
        with transaction(sessions) as session:
            return report, [f"{row.words} [{row.key}]" for row in open_differences(session)]


@click.command("acknowledge-difference")
@click.argument("key")
@click.argument("reason")
def acknowledge_difference(key: str, reason: str) -> None:
    """Close a difference between the books and Stripe that may stay as it is.

    KEY is the value in brackets in the list that `portal reconcile` prints; REASON says why.
    It is listed again only if it changes.
    """
    from portal.billing.reconciliation.use_cases import acknowledge
    from portal.foundation.clock import utcnow
    from portal.foundation.db import make_sessions, transaction
    from portal.foundation.errors import NotFound, Rejected

    try:
        with places.database() as engine, transaction(make_sessions(engine)) as session:
            acknowledge.acknowledge_difference(session, actor=None, key=key, reason=reason, now=utcnow())
    except NotFound:
        _give_up(f"There is no open difference {key}. `portal reconcile` lists them.")
    except Rejected as no:
        _give_up(no.message)
    else:
        click.echo(f"{key} is acknowledged.")


def _print(report: Report, words: list[str]) -> None:
    for name in ("charges", "refunds", "disputes", "movements"):
        click.echo(f"{getattr(report, name):>10,}  {name}")
    for sentence in words:
        click.echo(f"Differs: {sentence}")
    if report.settled:
        click.echo(f"{report.settled:,} of the differences found before are settled.")
    if not report.open:
        click.echo("The books and Stripe agree.")


def _give_up(sentence: str) -> None:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(2)
