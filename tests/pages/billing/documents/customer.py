"""A company with invoices, and who looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.billing.models.invoices import Invoice
from tests.builders import Build, today
from tests.invoices import make_invoice


@dataclass
class Customer:
    session: Session
    build: Build
    company: Company
    buyer: User

    def invoice(self, age: int = 0, **fields: object) -> Invoice:
        return make_invoice(self.session, self.company, on=today() - timedelta(days=age), **fields)  # type: ignore[arg-type]
