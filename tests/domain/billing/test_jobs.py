"""What a page or a rule has begun is finished by the worker: the queue's own jobs, with their own arguments."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from portal.billing.autopay.jobs import pay_by_rule
from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.use_cases.mandates import begin_autopay, end_autopay, mandate_words
from portal.billing.methods.queries import methods_of
from portal.billing.methods.use_cases.methods import remove_saved
from portal.billing.models.refunds import Refund
from portal.billing.payments.use_cases.start import start_setup
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings
from portal.foundation.db import transaction
from portal.worker import build as build_worker
from tests.builders import Build
from tests.invoices import TODAY
from tests.paying import Till
from tests.sandbox.stripe.standing import KEY


@pytest.fixture
def settings_with_stripe(settings: Settings, till: Till) -> Settings:
    return replace(
        settings, demo=True, stripe_key=KEY, stripe_api=till.sandbox.url, smtp_url="smtp://127.0.0.1:9"
    )


def work(settings: Settings, engine: Engine) -> None:
    """Do the jobs that wait, then stop."""
    app = build_worker(settings, engine)
    app.periodic_registry.periodic_tasks.clear()  # nothing but what was asked for

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="never")

    asyncio.run(run())


def test_the_worker_charges_gives_back_and_forgets(
    till: Till, build: Build, engine: Engine, settings_with_stripe: Settings
) -> None:
    invoice = till.invoice(10_000)
    with transaction(till.sessions) as session:
        setup = start_setup(session, actor=till.actor, company_id=till.company.id, now=utcnow())
    till.by_card(till.open(setup), save="on")
    till.sync(setup)
    with transaction(till.sessions) as session:
        (method,) = methods_of(session, till.company.id, TODAY)
        offer = MandateOffer(rule=Rule("due"), method_id=method.id, seller="X")
        words = mandate_words(session, offer, actor=till.actor, today=TODAY)
        begin_autopay(session, offer, actor=till.actor, shown=words, now=utcnow(), today=TODAY)
    pay_by_rule(till.sessions, now=utcnow(), today=invoice.due_on)
    work(settings_with_stripe, engine)
    assert till.opens(invoice) == [0]
    (payment,) = till.payments()
    with transaction(till.sessions) as session:
        begin_refund(
            session,
            RefundRequest(
                payment_id=payment.id, amount_minor=4_000, reason="Damaged", agreed=True, key="form"
            ),
            actor=build.actor(build.user(kind="admin")),
            now=utcnow(),
        )
        end_autopay(session, actor=till.actor, now=utcnow())
        remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())
    work(settings_with_stripe, engine)
    with till.sessions() as session:
        assert session.scalars(select(Refund.state)).all() == ["succeeded"]
    assert till.opens(invoice) == [4_000]
    assert (
        till.client.v1.customers.payment_methods.list(till.client.v1.customers.list({}).data[0].id).data == []
    )
    till.check_books()
