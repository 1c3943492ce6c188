"""The company's customer object at Stripe, created once, when a method is to be saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.methods import StripeCustomer
from portal.billing.stripe.api import Stripe
from portal.billing.stripe.commands import NewCustomer
from portal.foundation.db import transaction
from portal.foundation.tokens import new_token


def ensure_customer(sessions: Callable[[], Session], company_id: int, *, api: Stripe) -> str:
    """The company's customer id at Stripe. Call it outside any transaction.

    Concurrent calls share one idempotency key, so there is one customer. Test and live customers are separate: after a
    change of keys a new one is created.

    :raises StripeUnknown: if Stripe does not answer; ask again.
    """
    with transaction(sessions) as session:
        row = _row(session, company_id, livemode=api.livemode)
        company = session.get_one(Company, company_id)
    if row.customer_id is not None:
        return row.customer_id
    created = api.create_customer(_command(company, row.idempotency_key))
    same = (StripeCustomer.company_id == company_id, StripeCustomer.idempotency_key == row.idempotency_key)
    with transaction(sessions) as session:
        session.execute(update(StripeCustomer).where(*same).values(customer_id=created))
    return created


def _row(session: Session, company_id: int, *, livemode: bool) -> StripeCustomer:
    """The company's row, begun again with another key if it is of the other mode."""
    new = {"customer_id": None, "idempotency_key": new_token(), "livemode": livemode}
    session.execute(
        upsert(StripeCustomer)
        .values(company_id=company_id, **new)
        .on_conflict_do_update(
            index_elements=["company_id"], set_=new, where=StripeCustomer.livemode != livemode
        )
    )
    return session.get_one(StripeCustomer, company_id)


def _command(company: Company, token: str) -> NewCustomer:
    """The key covers the parameters, so a company that was renamed after an answer was lost can retry."""
    asked = {"name": company.name, "email": company.email or "", "metadata": {"company": company.code}}
    return NewCustomer(
        key=hashlib.sha256(repr((token, asked)).encode()).hexdigest(),
        name=company.name,
        email=company.email or "",
        metadata={"company": company.code},
    )
