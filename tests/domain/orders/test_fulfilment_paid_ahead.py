"""Orders that were paid ahead and end early: the money is on the account at once, and everybody is told where it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.invoices import end_if_closed
from portal.orders.fulfilment.use_cases.locked_order import lock_order
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.orders.models.drafts import Draft
from portal.orders.models.orders import Order
from portal.orders.tracking.queries.order import order_for
from tests.builders import NOW, Build
from tests.invoices import pay_offline
from tests.placed_orders import Counter, Want, counter

DRAFT = 4711


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build)


def ahead(scene: Counter, *wants: Want, amount: int = 8_240, **fields: Any) -> Order:
    """An order of two tins, with money that was paid ahead for it."""
    session = scene.build.session
    who = {"owner_user_id": scene.buyer.id, "subject_user_id": scene.buyer.id, "company_id": scene.company.id}
    session.add(Draft(id=DRAFT, state="placed", created_at=NOW, updated_at=NOW, **who))
    pay_offline(session, scene.company, amount).draft_id = DRAFT
    session.commit()
    return scene.order(*(wants or (Want(scene.paint, 2),)), draft_id=DRAFT, **fields)


def money(session: Session) -> tuple[int, int | None, int | None]:
    session.expire_all()
    found = session.scalars(select(Payment)).one()
    return found.unapplied_minor, found.draft_id, found.ended_draft_id


def mailed(session: Session, kind: str) -> dict[str, Any]:
    return dict(session.scalars(select(OutboundMail).where(OutboundMail.kind == kind)).one().data)


def test_cancelled(scene: Counter) -> None:
    """Seen failing: "Nothing is owed for it", "you do not pay for it", and the money hidden until the next hour."""
    session = scene.build.session
    order = ahead(scene)
    seen = order_for(session, scene.customer, order.number)
    assert (seen.ahead_minor, seen.ended_ahead_minor) == (8_240, 0)
    cancel(session, actor=scene.customer, now=NOW, number=order.number)
    session.commit()
    assert money(session) == (8_240, None, DRAFT)
    assert mailed(session, "order_cancelled")["ahead"] == "$82.40"
    seen = order_for(session, scene.customer, order.number)
    assert (seen.ahead_minor, seen.ended_ahead_minor) == (0, 8_240)


def test_picked_short_and_nothing_left(scene: Counter) -> None:
    session = scene.build.session
    order = ahead(scene, status="picking")
    short_pick(
        session,
        actor=scene.staff,
        now=NOW,
        number=order.number,
        shortage=Shortage(line_no=1, units=2, reason="damaged", rest="cancel"),
    )
    session.commit()
    assert money(session) == (8_240, None, DRAFT)
    assert mailed(session, "order_short")["ahead"] == "$82.40"


def test_picked_short_in_part_and_collected(scene: Counter) -> None:
    """What the order needs goes onto its invoice, and only the rest to the account."""
    session = scene.build.session
    order = ahead(scene, status="ready")
    short_pick(
        session,
        actor=scene.staff,
        now=NOW,
        number=order.number,
        shortage=Shortage(line_no=1, units=1, reason="damaged", rest="cancel"),
    )
    session.commit()
    assert money(session) == (8_240, DRAFT, None)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.commit()
    assert money(session) == (4_120, None, DRAFT)


def test_the_rest_is_cancelled(scene: Counter) -> None:
    session = scene.build.session
    order = ahead(scene, Want(scene.paint, 2, backordered=1), status="ready")
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    session.commit()
    assert money(session) == (4_120, DRAFT, None)
    cancel(session, actor=scene.customer, now=NOW, number=order.number)
    session.commit()
    assert money(session) == (4_120, None, DRAFT)
    assert mailed(session, "order_cancelled")["ahead"] == "$41.20"


def test_an_open_order_keeps_it(scene: Counter) -> None:
    session = scene.build.session
    order = ahead(scene)
    locked = lock_order(session, actor=scene.staff, now=NOW, number=order.number)
    assert end_if_closed(locked) == 0
    assert money(session) == (8_240, DRAFT, None)
