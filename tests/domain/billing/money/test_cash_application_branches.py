"""A parent's money on account goes onto its branches' invoices, for staff who manage billing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.cash_application.rules import Source
from portal.billing.cash_application.use_cases.apply import apply_credit, was_applied
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
from tests.builders import NOW, Build
from tests.invoices import make_invoice, pay_offline


def test_it_is_known_by_its_form(session: Session, build: Build) -> None:
    """Seen failing with the form known only by what it put onto the parent's own invoices: sent twice, it paid twice."""
    parent = build.company("Harbor Group")
    north = build.company("North Branch", parent_id=parent.id)
    invoice = make_invoice(session, north, net=6_100)
    payment = pay_offline(session, parent, 20_000)
    admin = build.actor(build.user(kind="admin"))

    def apply(actor: Actor) -> bool:
        return apply_credit(
            session,
            actor=actor,
            company_id=parent.id,
            source=Source("cash", payment.id),
            parts={invoice.id: 3_000},
            key="a-form",
            now=NOW,
        )

    with pytest.raises(NotFound):
        apply(build.actor(build.user(parent, "company_admin"), parent, "company_admin"))
    session.rollback()
    assert not was_applied(session, "a-form", [north.id])
    assert [apply(admin), apply(admin)] == [True, False]
    assert was_applied(session, "a-form", [north.id])
    session.expire_all()
    assert session.get_one(Invoice, invoice.id).open_minor == 3_100
    of_north = session.scalars(select(Payment).where(Payment.company_id == north.id)).one()
    assert (of_north.amount_minor, of_north.received_on) == (3_000, payment.received_on)
