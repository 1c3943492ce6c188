"""Lists of what exists at Stripe, for reconciliation. How they are read is in portal/billing/stripe/api.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from portal.billing.stripe import answers, objects
from portal.billing.stripe.commands import Params

T = TypeVar("T")

PAGE_SIZE = 100


class Lists:
    """One method per list, newest first. Every method may raise StripeUnknown."""

    _v1: Any  # the SDK's services

    def _ask(self, request: Callable[[], Any], parse: Callable[[Any], T]) -> T:
        raise NotImplementedError

    def _all(self, request: Callable[..., Any], params: Mapping[str, Any]) -> Iterator[Any]:
        raise NotImplementedError

    def list_charges(self, since: datetime, until: datetime) -> Iterator[objects.Charge]:
        """All charges created in a span of time."""
        return self._read(self._v1.charges.list, since, until, answers.charge_of)

    def count_declines(self, intent_id: str) -> int:
        """How many charges of a payment intent were declined, of the newest hundred."""
        params: Params = {"payment_intent": intent_id, "limit": PAGE_SIZE}
        page = self._ask(lambda: self._v1.charges.list(params), dict)
        return sum(1 for row in page.get("data") or () if row.get("status") == "failed")

    def list_refunds(self, since: datetime, until: datetime) -> Iterator[objects.Refunded]:
        """All refunds created in a span of time."""
        return self._read(self._v1.refunds.list, since, until, answers.refund_of)

    def list_chargebacks(self, since: datetime, until: datetime) -> Iterator[objects.Chargeback]:
        """All chargebacks opened in a span of time."""
        return self._read(self._v1.disputes.list, since, until, answers.chargeback_of)

    def list_movements(self, since: datetime, until: datetime) -> Iterator[objects.Movement]:
        """All balance transactions of a span of time."""
        return self._read(self._v1.balance_transactions.list, since, until, answers.movement_of)

    def _read(
        self, request: Callable[..., Any], since: datetime, until: datetime, parse: Callable[[Any], T]
    ) -> Iterator[T]:
        for raw in self._all(request, created_within(since, until)):
            yield self._ask(lambda raw=raw: raw, parse)  # type: ignore[misc]


def created_within(since: datetime, until: datetime) -> Params:
    """The parameters of a list of what was created in a span of time."""
    span = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    return {"created": span, "limit": PAGE_SIZE}
