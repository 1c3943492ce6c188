"""What ``portal verify`` says about books that are not like most."""

from __future__ import annotations

from sqlalchemy import Engine

from portal.verification.run import verify
from tests.builders import Build
from tests.invoices import make_invoice


def test_a_currency_without_orders_has_sums_too(engine: Engine, build: Build) -> None:
    """Seen failing: what was credited to a company that never ordered in its currency stood in no sum."""
    make_invoice(build.session, build.company("Atelier Nord", currency="EUR"), net=-12_345)
    assert verify(engine).sums == {
        "EUR": {
            "orders_minor": 0,
            "orders_with_customer_minor": 0,
            "documents_minor": -12_345,
            "documents_with_customer_minor": -12_345,
            "open_minor": -12_345,
            "receivable_minor": -12_345,
        }
    }
