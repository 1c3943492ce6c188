"""Chargebacks at Stripe against ours."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.billing.chargebacks.use_cases.posts import posting_key
from portal.billing.chargebacks.use_cases.sync import sync_chargeback
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.stripe_facts import StripeChargeback
from portal.billing.reconciliation.use_cases.differences import Difference, Run
from portal.billing.stripe.objects import Chargeback
from portal.foundation.db import transaction
from portal.foundation.money import format_minor


def check_chargebacks(run: Run, listed: Sequence[Chargeback]) -> list[Difference]:
    """Every chargeback at Stripe is one of ours, in the same state. One that is not is synced first."""
    states, opened = _known(run, listed)
    found = []
    for each in listed:
        # A bank may announce a chargeback and withdraw the money days later, without another state.
        is_posted = not each.movements or posting_key(each.id, "opened") in opened
        if is_posted and states.get(each.id) == each.status:
            continue
        ours = sync_chargeback(run.sessions, each.id, now=run.now, api=run.api)
        if ours is None and each.movements:
            found.append(_unknown(each))
    return found


def _known(run: Run, listed: Sequence[Chargeback]) -> tuple[dict[str, str], set[str]]:
    """The state of each, and the postings of those whose money was withdrawn."""
    ids = [each.id for each in listed]
    keys = [posting_key(id, "opened") for id in ids]
    with transaction(run.sessions) as session:
        rows = session.execute(
            select(StripeChargeback.id, StripeChargeback.state).where(StripeChargeback.id.in_(ids))
        )
        states = {row.id: row.state for row in rows}
        opened = session.scalars(
            select(LedgerTransaction.posting_key).where(LedgerTransaction.posting_key.in_(keys))
        )
        return states, set(opened)


def _unknown(answer: Chargeback) -> Difference:
    amount = format_minor(answer.amount_minor, answer.currency)
    words = f"A bank took back {amount} (dispute {answer.id}), and no payment here is that."
    return Difference(f"dispute:{answer.id}", "dispute_unknown", words, answer.created_at)
