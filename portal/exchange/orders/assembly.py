"""From rows of the two files to an order, or to the reasons why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from portal.accounts.companies.files import CompanyRef
from portal.accounts.imported_people.files import UserRef
from portal.exchange.orders.lines import check_lines
from portal.exchange.orders.order import ImportedLine, ImportedOrder
from portal.exchange.orders.states import order_reasons, size_reason, whole_order_reasons
from portal.intake.lookups import References
from portal.intake.tables import Row, Values
from portal.orders.status import CLOSED_STATES

# Columns that an order takes over as they are.
AS_IT_STANDS = (
    "number",
    "status",
    "fulfilment",
    "currency",
    "placed_at",
    "window_start",
    "window_end",
    "promised_at",
    "ready_at",
    "closed_at",
    "pickup_person",
    "po_number",
    "kind",
    "tax_region",
    "paid",
)


@dataclass(frozen=True)
class _Named:
    """What an order's row refers to; None where it names nothing, or nothing that exists."""

    company: CompanyRef | None
    store_id: int | None
    placer: UserRef | None
    subject: UserRef | None
    ship_to: dict[str, str] | None = None


def check_order(row: Row, lines: list[Row], refs: References, now: datetime) -> ImportedOrder | None:
    """The order with its lines; None with the reasons added to its rows when anything is wrong."""
    v = row.values
    if v:
        row.reject(order_reasons(v, now))
    named = _look_up(row, refs)
    made = check_lines(row, lines, refs)
    if not row.reasons:
        row.reasons.extend(whole_order_reasons(v["status"], [line.values.get("state", "") for line in lines]))
    if not row.reasons and made:
        too_large = size_reason((x.quantity for x in made), (x.total_minor + x.tax_minor for x in made))
        row.reasons.extend([too_large] if too_large else [])
    if row.reasons or any(line.reasons for line in lines) or named.company is None:
        return None
    return _order(v, named, named.company, refs, made)


def _look_up(row: Row, refs: References) -> _Named:
    v = row.values
    named = _Named(
        refs.find(row, "company_code", "companies"),
        refs.find(row, "store_code", "stores"),
        _person(row, "placed_by_email", refs),
        _person(row, "on_behalf_of_email", refs),
    )
    if named.company is None:
        return named
    _check_people(row, named.company, named.placer, named.subject)
    if v["currency"] not in {None, named.company.currency}:
        row.wrong("currency", "not the company's")
    ship_to = refs["addresses"].get((named.company.id, v["address_label"]))
    if v["address_label"] and ship_to is None:
        row.wrong("address_label", "no such address")
    if v["exemption"] and (named.company.id, v["exemption"]) not in refs["exemptions"]:
        row.wrong("exemption", "no such certificate")
    return replace(named, ship_to=ship_to)


def _person(row: Row, column: str, refs: References) -> UserRef | None:
    """Somebody who is known; of what is over, those who have left the company may have done it."""
    known: UserRef | None = refs["users"].get(row.values.get(column))
    if known is None and not is_over(row.values):
        refs.find(row, column, "users")
    return known


def is_over(v: Values) -> bool:
    """Whether the order is history, in which nobody has to do anything."""
    return v.get("status") in CLOSED_STATES


def _order(
    v: Values, named: _Named, company: CompanyRef, refs: References, lines: list[ImportedLine]
) -> ImportedOrder:
    placer, behind = named.placer, named.subject or named.placer
    unknown = v["placed_by_email"] or _nobody(company)
    return ImportedOrder(
        **{name: v[name] for name in AS_IT_STANDS},
        company_id=company.id,
        lines=lines,
        store_id=named.store_id,
        ship_to=named.ship_to,
        job_id=refs["jobs"].get((company.id, v["job"])),
        job_name=v["job"],
        placed_by_id=placer.id if placer else None,
        placed_by_name=placer.name if placer else unknown,
        placed_by_kind=placer.kind if placer else "system",
        subject_id=behind.id if behind else None,
        subject_name=behind.name if behind else v["on_behalf_of_email"] or unknown,
        reason=v["on_behalf_reason"],
        exemption=refs["exemptions"].get((company.id, v["exemption"])),
    )


def _nobody(company: CompanyRef) -> str:
    """Who did it, where a file does not say: a trade account's orders have a person."""
    return "Imported" if company.account_kind == "trade" else ""


def _check_people(row: Row, company: CompanyRef, placer: UserRef | None, subject: UserRef | None) -> None:
    v = row.values
    if is_over(v) and placer is None:
        return
    if company.account_kind == "trade" and v["placed_by_email"] is None:
        row.wrong("placed_by_email", "missing")
    if placer is not None and placer.kind != "customer" and v["on_behalf_of_email"] is None:
        row.wrong("on_behalf_of_email", "missing")
    if (placer is None or placer.kind == "customer") and v["on_behalf_of_email"] is not None:
        row.wrong("on_behalf_of_email", "only when placed by staff")
    if subject is not None and subject.kind != "customer":
        row.wrong("on_behalf_of_email", "not a customer")
