"""payments.csv with payment_allocations.csv: money that came in the old system, and the invoices that it paid.

The keys of both files are kept in memory. Each batch commits on its own; a payment and its allocations are imported
together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.billing.settlement.split import Share
from portal.exchange.payments.columns import ALLOCATION_COLUMNS, PAYMENT_COLUMNS
from portal.exchange.payments.payment import ImportedPayment, OpenInvoice, lock_invoices
from portal.exchange.payments.reasons import add_share, check_part, check_payment
from portal.exchange.payments.writer import write_payments
from portal.foundation.money import round_to_minor
from portal.intake.spec import Intake, Pair
from portal.intake.tables import Row, Table
from portal.intake.upsert import Written

BATCH = (
    250  # payments per transaction: a payment or an order placed meanwhile waits for one transaction at most
)


@dataclass
class _Unit:
    """A row of payments.csv with its rows of payment_allocations.csv."""

    row: Row
    parts: list[Row]

    @property
    def is_good(self) -> bool:
        return not self.row.reasons and not any(part.reasons for part in self.parts)


class PaymentFiles:
    """Imports the pair of files. Payments whose number is there already are left as they are."""

    def __init__(self, intake: Intake, payments: Path, parts: Path | None) -> None:
        self.intake = intake
        self.connection, self.refs, self.rejects = intake.connection, intake.refs, intake.rejects
        self.payments = Table(payments, PAYMENT_COLUMNS, intake.reading)
        self.parts = Table(parts, ALLOCATION_COLUMNS, intake.reading) if parts else None

    def load(self) -> Written:
        """Import all payments, in the order in which the money came."""
        self.refs.load(self.connection, "companies")
        tick = self.intake.progress(self.payments.name, self.payments.size)
        total = self.intake.report.begin("payments.csv")
        units = self._units(self.payments.rows(tick), total)
        there = self._existing(number for number, unit in units.items() if unit.row.values.get("number"))
        new = [unit for number, unit in units.items() if number not in there]
        total.unchanged += len(there)
        for unit in new:
            check_payment(unit.row, self.refs, self.intake.now)
        new.sort(key=lambda unit: (str(unit.row.values.get("received_on")), unit.row.number))
        for at in range(0, len(new), BATCH):
            total.plus(self._batch(new[at : at + BATCH], self.intake.now))
        return total

    def _units(self, rows: Iterable[Row], total: Written) -> dict[str, _Unit]:
        units: dict[str, _Unit] = {}
        for row in rows:
            number = self.payments.field(row.raw, "number")
            if (first := units.get(number)) is not None:
                self.rejects.add(self.payments, row, [f"same key as row {first.row.number}"])
                total.rejected += 1
            else:
                units[number] = _Unit(row, [])
        for part in self.parts.rows() if self.parts else ():
            unit = units.get(self.parts.field(part.raw, "payment_number")) if self.parts else None
            if unit is not None:
                unit.parts.append(part)
            elif self.parts:
                self.rejects.add(self.parts, part, part.reasons or ["payment_number: no such payment"])
                total.rejected += 1
        return units

    def _existing(self, numbers: Iterable[str]) -> set[str]:
        rows = self.connection.execute("select number from payment where number = any(%s)", [list(numbers)])
        return {number for (number,) in rows}

    def _batch(self, units: Sequence[_Unit], now: datetime) -> Written:
        written = Written()
        with self.connection.transaction():
            named = {part.values["invoice_number"] for unit in units for part in unit.parts if part.values}
            invoices = lock_invoices(self.connection, sorted(name for name in named if name))
            good = [made for unit in units if (made := self._made(unit, invoices)) is not None]
            write_payments(self.connection, good, now)
        written.added = len(good)
        for unit in units:
            if not unit.is_good:
                self._reject(unit)
                written.rejected += 1
        return written

    def _made(self, unit: _Unit, invoices: dict[str, OpenInvoice]) -> ImportedPayment | None:
        """The payment with its shares, taken off what is open; None with the reasons added to its rows."""
        v = unit.row.values
        company = self.refs["companies"].get(v.get("company_code") or "")
        for part in unit.parts:
            check_part(part, company.id if company else 0, invoices)
        if not unit.is_good or company is None:
            return None
        shares = _shares(unit, invoices, company.currency)
        amount = round_to_minor(v["amount"], company.currency)
        if sum(share.to_pay_minor for share in shares.values()) > amount:
            unit.row.wrong("amount", "less than what it paid")
        if not unit.is_good:
            return None
        for name, share in shares.items():
            invoices[name].left_minor -= share.amount_minor
        same = {name: v[name] for name in ("number", "kind", "received_on", "reference", "note")}
        return ImportedPayment(
            **same, company_id=company.id, amount_minor=amount, currency=company.currency, shares=shares
        )

    def _reject(self, unit: _Unit) -> None:
        """A payment and its allocations are rejected together: each row with its own reasons, or the bad row's number."""
        number = self.payments.field(unit.row.raw, "number")
        culprit = next((part for part in unit.parts if part.reasons), None)
        fault = f"payment_allocations.csv row {culprit.number}" if culprit else ""
        if unit.row.reasons:
            fault = f"payments.csv row {unit.row.number}"
        because = [f"payment {number} has a rejected row ({fault})"]
        self.rejects.add(self.payments, unit.row, unit.row.reasons or because)
        for part in unit.parts:
            if self.parts:
                self.rejects.add(self.parts, part, part.reasons or because)


def _load(intake: Intake, payments: Path, parts: Path | None) -> Written:
    return PaymentFiles(intake, payments, parts).load()


SPECS = (
    Pair(
        order=210,
        file="payments.csv",
        columns=PAYMENT_COLUMNS,
        parts_file="payment_allocations.csv",
        parts_columns=ALLOCATION_COLUMNS,
        parts_required=False,
        load=_load,
    ),
)


def _shares(unit: _Unit, invoices: dict[str, OpenInvoice], currency: str) -> dict[str, Share]:
    shares: dict[str, Share] = {}
    for part in unit.parts:
        add_share(part, shares, invoices, currency)
    return shares
