"""Money that was paid for a draft: whom it waits for, and until when."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.models.refunds import Refund
from portal.catalog.models import Variant
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.orders.checkout.use_cases.placement import place
from portal.orders.credit_rescue.letters import mail_draft_paid
from portal.orders.credit_rescue.use_cases.prepayments import pay_ahead, release, settle_draft_money
from portal.orders.drafts.use_cases.drafts import discard, restore
from tests.builders import NOW
from tests.invoices import make_attempt, make_invoice, pay_offline
from tests.shop import TODAY, Shop, shown_for


@pytest.fixture
def draft_id(shop: Shop) -> int:
    return shop.draft([(shop.build.variant(price="10"), 4)])


def waits(session: Session) -> bool:
    release(session)
    session.commit()
    return (
        session.scalars(select(Payment.draft_id).execution_options(populate_existing=True)).one() is not None
    )


def paid_for(shop: Shop, session: Session, draft_id: int) -> None:
    pay_offline(session, shop.company, 5_000).draft_id = draft_id
    session.commit()


def test_it_waits_while_the_draft_is_open(shop: Shop, session: Session, draft_id: int) -> None:
    paid_for(shop, session, draft_id)
    assert waits(session)


def test_it_is_free_once_the_draft_is_discarded_and_kept_again_once_it_is_back(
    shop: Shop, session: Session, draft_id: int
) -> None:
    paid_for(shop, session, draft_id)
    discard(session, actor=shop.actor, now=NOW, draft_id=draft_id)
    assert not waits(session)
    assert session.scalars(select(Payment.ended_draft_id)).one() == draft_id
    restore(session, actor=shop.actor, now=NOW, draft_id=draft_id)
    jobs = session.scalars(
        text("select task_name from procrastinate_jobs where task_name like 'orders.%'")
    ).all()
    assert jobs == ["orders.settle_draft_money"] * 2
    settle_draft_money(session, draft_id)
    assert waits(session)


def test_what_the_order_did_not_take_is_free_when_it_is_over(
    shop: Shop, session: Session, draft_id: int
) -> None:
    paid_for(shop, session, draft_id)
    session.execute(
        text(
            "insert into sales_order (number, company_id, draft_id, status, fulfilment, currency, total_minor, "
            "line_count, placed_at) select 'T-1', company_id, id, 'placed', 'pickup', 'USD', 4000, 1, :now from draft"
        ),
        {"now": NOW},
    )
    assert waits(session)
    session.execute(text("update sales_order set status = 'collected', closed_at = :now"), {"now": NOW})
    assert not waits(session)


def test_who_pays_ahead_and_for_what(shop: Shop, session: Session, draft_id: int) -> None:
    """What it costs now; the second time the same payment; not by a viewer, a rep, a colleague, nor an empty draft."""
    first = pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id)
    assert (first.amount_minor, first.draft_id, first.purpose) == (4_000, draft_id, "draft")
    assert pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id).id == first.id
    session.commit()
    build, company = shop.build, shop.company
    rep = build.rep(company)
    stay = build.delegation(rep, shop.user, company)
    for actor in (
        build.actor(build.user(company, "viewer"), company, "viewer"),
        build.actor(rep, company, delegation_id=stay.id),
        build.actor(build.user(company), company),
    ):
        with pytest.raises(NotFound):
            pay_ahead(session, actor=actor, now=NOW, today=TODAY, draft_id=draft_id)
    session.rollback()
    empty, gone = shop.draft([]), shop.draft([(build.variant(price=None), 1)])
    session.execute(text("update draft set state = 'parked' where id = :id"), {"id": empty})
    with pytest.raises(Rejected, match="nothing in this draft"):
        pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=empty)
    with pytest.raises(Rejected, match="cannot be ordered"):
        pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=gone)
    assert len(session.scalars(select(PaymentAttempt)).all()) == 1


def test_over_the_limit_it_asks_for_what_is_missing_once(shop: Shop, session: Session, draft_id: int) -> None:
    """The limit is passed by $10 already: $40 would not make room for an order of $40. Seen failing with the total
    alone, which was taken a second and a third time."""
    make_invoice(session, shop.company, net=101_000)
    session.execute(text("update credit_account set limit_minor = 100000"))
    session.commit()
    first = pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id)
    assert first.amount_minor == 5_000
    first.state = "cancelled"
    session.commit()
    paid_for(shop, session, draft_id)
    with pytest.raises(Rejected, match="paid already"):
        pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id)
    assert send_order(session, shop, draft_id) == 4_000


def test_what_was_paid_for_it_before_is_not_asked_for_again(
    shop: Shop, session: Session, draft_id: int
) -> None:
    """Seen failing with what was paid ahead left out, and with money that is on its way back counted."""
    session.execute(text("update credit_account set limit_minor = 0"))
    payment = pay_offline(session, shop.company, 1_500)
    payment.draft_id = draft_id
    session.commit()
    attempt = pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id)
    assert attempt.amount_minor == 2_500
    attempt.state = "cancelled"
    session.add(
        Refund(
            payment_id=payment.id,
            company_id=shop.company.id,
            amount_minor=1_000,
            currency="USD",
            state="created",
            idempotency_key="r",
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.commit()
    assert pay_ahead(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id).amount_minor == 3_500


def test_the_mail_says_whether_it_can_be_placed(shop: Shop, session: Session, draft_id: int) -> None:
    """Seen failing with "can be placed" whenever no hold stood in the way."""
    make_invoice(session, shop.company, net=3_000)
    session.execute(text("update credit_account set limit_minor = 2000"))
    attempts = [
        make_attempt(session, shop.company, {}, draft_id=draft_id, actor_user_id=shop.user.id) for _ in "12"
    ]
    mail_draft_paid(session, draft_id=draft_id, attempt_id=attempts[0].id, today=TODAY)
    paid_for(shop, session, draft_id)
    mail_draft_paid(session, draft_id=draft_id, attempt_id=attempts[1].id, today=TODAY)
    found = session.scalars(
        select(OutboundMail).where(OutboundMail.kind == "draft_paid").order_by(OutboundMail.id)
    )
    assert [mail.data["missing"] for mail in found] == ["$50.00", ""]


def send_order(session: Session, shop: Shop, draft_id: int) -> int:
    """Place it; its total."""
    variant = session.scalars(select(Variant)).one()
    shop.build.stock(shop.store, variant)
    shown = shown_for(session, shop.actor, draft_id)
    placed = place(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id, token="t", shown=shown)
    return placed.total_minor
