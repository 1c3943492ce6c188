"""Who a company is at Stripe: made once, when a method is to be saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.methods import StripeCustomer
from portal.billing.stripe.api import Stripe
from portal.foundation.db import transaction
from portal.foundation.tokens import new_token


def ensure_customer(sessions: Callable[[], Session], company_id: int, *, api: Stripe) -> str:
    """The company's customer id at Stripe. Call it outside any transaction.

    Two at the same moment use the same idempotency key, so there is one customer; what is asked is part of the key, so
    that a company that was renamed after an answer was lost can be asked for anew. A customer of the test mode is no
    customer of the live one: after a change of keys a new one is made.

    :raises StripeUnknown: when Stripe does not answer; ask again.
    """
    with transaction(sessions) as session:
        fresh = {"customer_id": None, "idempotency_key": new_token(), "livemode": api.livemode}
        session.execute(
            upsert(StripeCustomer)
            .values(company_id=company_id, **fresh)
            .on_conflict_do_update(
                index_elements=["company_id"], set_=fresh, where=StripeCustomer.livemode != api.livemode
            )
        )
        row = session.get_one(StripeCustomer, company_id)
        company = session.get_one(Company, company_id)
    if row.customer_id is not None:
        return row.customer_id
    asked: dict[str, Any] = {
        "name": company.name,
        "email": company.email or "",
        "metadata": {"company": company.code},
    }
    key = hashlib.sha256(repr((row.idempotency_key, asked)).encode()).hexdigest()
    made = api.create_customer(key=key, **asked)
    with transaction(sessions) as session:
        session.execute(
            update(StripeCustomer)
            .where(
                StripeCustomer.company_id == company_id, StripeCustomer.idempotency_key == row.idempotency_key
            )
            .values(customer_id=made)
        )
    return made
