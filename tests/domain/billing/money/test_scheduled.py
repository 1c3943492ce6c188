"""Scheduled payments: chosen invoices are charged on their day, if they are still open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.methods.use_cases.methods import remove_saved
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.payments.use_cases.saved_charges import CHARGE
from portal.billing.scheduled.use_cases import cancel_scheduled_payment, run_scheduled_payment
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from tests.builders import Build
from tests.domain.billing.money.automatic import DAY, charge_all, mails, run, saved, schedule
from tests.invoices import TODAY, pay_offline
from tests.paying import Till


def test_a_scheduled_payment_takes_what_is_still_open_once(till: Till) -> None:
    first, second = till.invoice(10_000), till.invoice(5_000)
    on = TODAY + 7 * DAY
    scheduled = schedule(
        till, saved(till), RequestedShare(first.id, 10_000), RequestedShare(second.id, 5_000), on=on
    )
    pay_offline(till.build.session, till.company, 13_000, {first: 8_000, second: 5_000})
    run(till, on - DAY)
    assert till.attempt(scheduled).state == "scheduled"
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: pay_by_rule(till.sessions, now=utcnow(), today=on), range(6)))
    charge_all(till)
    done = till.attempt(scheduled)
    assert (done.state, done.amount_minor) == ("succeeded", 2_000)
    assert till.opens(first, second) == [0, 0]
    assert len(till.charges()) == 1
    till.check_books()


def test_it_begins_on_its_day_and_its_charge_is_queued_once(till: Till) -> None:
    """Seen failing without the comparison with its day, and without the look at its state: queued twice."""
    scheduled = schedule(till, saved(till), RequestedShare(till.invoice(10_000).id, 10_000), on=TODAY + DAY)
    queued = text("select args ->> 'row_id' from procrastinate_jobs where task_name = :name")
    for today, state, charges in (
        (TODAY, "scheduled", []),
        (TODAY + DAY, "created", [str(scheduled.id)]),
        (TODAY + 2 * DAY, "created", [str(scheduled.id)]),
    ):
        with transaction(till.sessions) as session:
            begun = run_scheduled_payment(session, scheduled.id, now=utcnow(), today=today)
            assert begun.state == state, today
        with transaction(till.sessions) as session:
            assert list(session.scalars(queued, {"name": CHARGE})) == charges, today


def test_a_scheduled_payment_of_what_is_paid_is_cancelled_and_told(till: Till) -> None:
    invoice = till.invoice(10_000)
    scheduled = schedule(till, saved(till), RequestedShare(invoice.id, 10_000), on=TODAY + DAY)
    pay_offline(till.build.session, till.company, 10_000, invoice)
    run(till, TODAY + DAY)
    assert till.attempt(scheduled).state == "cancelled"
    assert mails(till) == ["scheduled_nothing_left"]


def test_it_is_cancelled_by_its_company_only_and_only_before_its_day(till: Till, build: Build) -> None:
    invoice, method = till.invoice(10_000), saved(till)
    scheduled = schedule(till, method, RequestedShare(invoice.id, 10_000), on=TODAY + DAY)
    with transaction(till.sessions) as session, pytest.raises(Rejected, match="A scheduled payment uses"):
        remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())
    with pytest.raises(Rejected, match="scheduled for"):
        schedule(till, method, RequestedShare(invoice.id, 500), on=TODAY + 2 * DAY)
    other = build.company()
    stranger = build.actor(build.user(other, "company_admin"), other, "company_admin")
    with transaction(till.sessions) as session, pytest.raises(NotFound):
        cancel_scheduled_payment(session, actor=stranger, token=scheduled.token, now=utcnow())
    for _again in range(2):
        with transaction(till.sessions) as session:
            assert (
                cancel_scheduled_payment(session, actor=till.actor, token=scheduled.token, now=utcnow()).state
                == "cancelled"
            )
    run(till, TODAY + DAY)
    assert till.opens(invoice) == [10_000]
    again = schedule(till, method, RequestedShare(invoice.id, 10_000), on=TODAY + DAY)
    run(till, TODAY + DAY)
    with transaction(till.sessions) as session, pytest.raises(Rejected, match="begun"):
        cancel_scheduled_payment(session, actor=till.actor, token=again.token, now=utcnow())


@pytest.mark.parametrize("days", [0, -1, 181])
def test_the_day_is_a_later_one_and_not_too_far(till: Till, days: int) -> None:
    invoice, method = till.invoice(10_000), saved(till)
    with pytest.raises(Rejected) as refused:
        schedule(till, method, RequestedShare(invoice.id, 10_000), on=TODAY + days * DAY)
    assert refused.value.field == "run_on"
