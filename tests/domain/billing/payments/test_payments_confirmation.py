"""Confirming a charge begins only what a bank has asked about."""

from __future__ import annotations

import pytest

from portal.billing.payments.use_cases.confirmation import begin_confirmation
from portal.foundation.clock import utcnow
from portal.foundation.errors import NotFound, Rejected
from tests.invoices import TODAY, make_attempt
from tests.paying import Till


def test_only_what_a_bank_has_asked_about(till: Till) -> None:
    session, invoice = till.build.session, till.invoice(5_000)
    tokens = {
        code: make_attempt(session, till.company, {invoice: 5_000}, state="failed", failure_code=code).token
        for code in ("card_declined", "authentication_required")
    }
    when = {"now": utcnow(), "today": TODAY}
    with pytest.raises(Rejected, match="nothing left to confirm"):
        begin_confirmation(session, tokens["card_declined"], actor=till.actor, **when)
    with pytest.raises(NotFound):
        begin_confirmation(session, "nothing", actor=till.actor, **when)
    begun = begin_confirmation(session, tokens["authentication_required"], actor=till.actor, **when)
    assert (begun.state, begun.amount_minor, begun.method_kind) == ("created", 5_000, "card")
