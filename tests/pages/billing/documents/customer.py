"""A company with invoices, a person who looks at them, and the files they download."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.billing.models.invoices import Invoice
from tests.builders import Build, today
from tests.invoices import make_invoice
from tests.page import PageClient


@dataclass
class Customer:
    session: Session
    build: Build
    company: Company
    buyer: User

    def invoice(self, age: int = 0, **fields: object) -> Invoice:
        return make_invoice(self.session, self.company, on=today() - timedelta(days=age), **fields)  # type: ignore[arg-type]


def file_of(client: PageClient, path: str) -> str:
    answer = client.http.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return answer.get_data(as_text=True).removeprefix("\ufeff")


def rows_of(client: PageClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file_of(client, path))))
