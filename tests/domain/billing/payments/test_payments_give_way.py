"""Pages that were opened by a pay link give way to automatic runs."""

from __future__ import annotations

from portal.billing.payments.use_cases.giving_way import close_pages_beside_run
from portal.foundation.clock import utcnow
from tests.paying import Till


def test_only_pages_for_a_scheduled_payments_invoices_are_closed(till: Till) -> None:
    """Seen failing with every page of the company closed."""
    by_link, planned = till.start(till.invoice(5_000), via="link"), till.start(till.invoice(1_000))
    till.open(by_link)
    close_pages_beside_run(till.sessions, till.company.id, planned.id, now=utcnow(), api=till.api)
    assert till.attempt(by_link).state == "open"
    close_pages_beside_run(till.sessions, till.company.id, None, now=utcnow(), api=till.api)
    assert [till.attempt(each).state for each in (by_link, planned)] == ["cancelled", "created"]
