"""Saved methods."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from portal.billing.autopay.rules import MandateOffer, Rule
from portal.billing.autopay.use_cases.mandates import begin_autopay, end_autopay
from portal.billing.methods.checks import CHECKS
from portal.billing.methods.queries import methods_of
from portal.billing.methods.use_cases.methods import detach_removed, remove_saved
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.models import Touchpoint
from tests.builders import Build
from tests.domain.billing.money.automatic import SELLER, agree, saved
from tests.invoices import TODAY
from tests.paying import Till


def test_a_card_is_saved_and_removed_and_forgotten_at_stripe(till: Till) -> None:
    method = saved(till)
    assert (method.words, method.exp_month, method.exp_year) == ("Visa ending 4242", 11, 2039)
    with transaction(till.sessions) as session:
        (row,) = methods_of(session, till.company.id, TODAY)
        assert (row.expiry, row.autopay, row.scheduled) == ("later", False, 0)
        remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())
        jobs = session.scalars(
            text("select task_name from procrastinate_jobs where task_name like 'billing%'")
        ).all()
        assert jobs == ["billing.forget_method"]
    for _again in range(2):
        detach_removed(till.sessions, method.id, now=utcnow(), api=till.api)
    assert till.client.v1.payment_methods.retrieve(method.stripe_method_id).customer is None
    with transaction(till.sessions) as session:
        assert methods_of(session, till.company.id, TODAY) == []
        with pytest.raises(NotFound):
            remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())
        actions = session.scalars(
            select(Touchpoint.props)
            .where(Touchpoint.name == "payment_info_entered")
            .order_by(Touchpoint.recorded_us)
        ).all()
    assert [each["action"] for each in actions] == ["saved", "removed"]


def test_nobody_else_touches_it(till: Till, build: Build) -> None:
    method = saved(till)
    rep, buyer = build.rep(till.company), build.user(till.company, "buyer")
    stay = build.delegation(rep, buyer, till.company, utcnow())
    others = [
        build.actor(buyer, till.company, "buyer"),
        build.actor(build.user(till.company, "viewer"), till.company, "viewer"),
        build.actor(rep, till.company, delegation_id=stay.id, acting_for_user_id=buyer.id),
        build.actor(build.user(kind="support")),
        build.actor(build.user(kind="admin")),
        build.actor(build.user(build.company(), "company_admin"), build.company(), "company_admin"),
    ]
    for actor in others:
        with transaction(till.sessions) as session, pytest.raises(NotFound):
            remove_saved(session, actor=actor, method_id=method.id, now=utcnow())
        with transaction(till.sessions) as session, pytest.raises(NotFound):
            begin_autopay(
                session,
                MandateOffer(rule=Rule("due"), method_id=method.id, seller=SELLER),
                actor=actor,
                shown="",
                now=utcnow(),
                today=TODAY,
            )


def test_a_method_in_use_is_not_removed(till: Till) -> None:
    method = saved(till)
    agree(till, method, Rule("due"))
    with (
        transaction(till.sessions) as session,
        pytest.raises(Rejected, match="Autopay uses Visa ending 4242"),
    ):
        remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())
    with transaction(till.sessions) as session:
        assert end_autopay(session, actor=till.actor, now=utcnow())
        assert not end_autopay(session, actor=till.actor, now=utcnow())
        remove_saved(session, actor=till.actor, method_id=method.id, now=utcnow())


def test_the_same_card_saved_again_is_the_same_entry(till: Till) -> None:
    """Seen failing with one entry for each time it was saved; and with a suspended card that was fresh again."""
    first = saved(till)
    again = saved(till)
    assert again.id == first.id
    assert again.stripe_method_id != first.stripe_method_id
    other = saved(till, "5555555555554444")
    assert other.id != first.id
    with till.sessions.begin() as session:
        session.execute(text("update saved_method set fingerprint = '' where id = :id"), {"id": first.id})
    saved(till)
    with till.sessions.begin() as session:
        assert len(methods_of(session, till.company.id, TODAY)) == 2
        session.execute(
            text("update saved_method set suspended_at = now(), removed_at = now() where id = :id"),
            {"id": first.id},
        )
    fresh = saved(till)
    assert fresh.id != first.id
    assert fresh.suspended_at is not None


def test_verify_finds_a_card_that_stands_there_twice(till: Till) -> None:
    """The wrong state put there by hand, past the index that does not allow it."""
    saved(till)
    saved(till, "5555555555554444")
    (check,) = CHECKS
    with till.sessions() as session:
        assert session.execute(text(check.sql)).all() == []
        session.execute(text("drop index uq_saved_method_card"))
        session.execute(text("update saved_method set fingerprint = 'same', brand = 'Visa', last4 = '4242'"))
        assert [row[1:] for row in session.execute(text(check.sql))] == [("Visa 4242", 2)]
