"""Asking for money on account back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.billing.cash_application.queries import unapplied_cash
from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.returns import ask_for_return
from portal.billing.settlement.use_cases.own_credit import own_credit
from portal.billing.worklist.queries import oldest_unapplied
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from tests.builders import NOW, Build
from tests.invoices import pay_offline


def test_it_is_asked_once_listed_first_and_left_alone(build: Build) -> None:
    """Seen failing with autopay that spent what was asked back."""
    session, company = build.session, build.company()
    admin = build.user(kind="admin")
    buyer = build.actor(build.user(company), company)
    older, payment = pay_offline(session, company, 500), pay_offline(session, company, 2_022)
    payment.ended_draft_id = 9
    for _twice in range(2):
        ask_for_return(session, actor=buyer, source=Source("cash", payment.id), now=NOW)
    session.commit()
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "return_asked")).one()
    assert (mail.to_email, mail.data["amount"], mail.data["of_order"]) == (admin.email, "$20.22", True)
    first, second = oldest_unapplied(session)
    assert (first.number, first.of_ended_order, first.asked_at) == (payment.number, True, NOW)
    assert (second.number, second.asked_at) == (older.number, None)
    assert own_credit(session, company.id, "USD").cash == [(older.id, 500)]
    assert [each.asked_at for each in unapplied_cash(session, company.id, ahead=False)] == [None, NOW]


def test_who_may_and_for_what(build: Build) -> None:
    session, company, other = build.session, build.company(), build.company()
    payment = pay_offline(session, company, 500)
    source = Source("cash", payment.id)
    viewer = build.actor(build.user(company, "viewer"), company, "viewer")
    stranger = build.actor(build.user(other), other)
    buyer = build.actor(build.user(company), company)
    for actor in (viewer, stranger):
        with pytest.raises(NotFound):
            ask_for_return(session, actor=actor, source=source, now=NOW)
    with pytest.raises(NotFound):
        ask_for_return(session, actor=buyer, source=Source("memo", payment.id), now=NOW)
    payment.draft_id = 9
    session.commit()
    with pytest.raises(Rejected, match="kept for an order"):
        ask_for_return(session, actor=buyer, source=source, now=NOW)
