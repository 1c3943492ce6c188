"""From rows of the two files to an order, or to the reasons why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.billing.tax.rules import tax_minor
from portal.foundation.money import line_total
from portal.importing.files import Row
from portal.importing.orders.imported import ImportedLine, ImportedOrder
from portal.importing.orders.states import line_reasons, order_reasons, size_reason, whole_order_reasons
from portal.importing.references import CompanyRef, References, UserRef
from portal.importing.specs import look_up


def check_order(row: Row, lines: list[Row], refs: References, now: datetime) -> ImportedOrder | None:
    """The order with its lines; None with the reasons noted on its rows when anything is wrong."""
    v = row.values
    if v:
        row.note(order_reasons(v, now))
    company = look_up(row, "company_code", refs.companies, "company")
    store = look_up(row, "store_code", refs.stores, "store")
    placer = look_up(row, "placed_by_email", refs.users, "user")
    subject = look_up(row, "on_behalf_of_email", refs.users, "user")
    ship_to = None
    if company is not None:
        _check_people(row, company, placer, subject)
        if v["currency"] not in {None, company.currency}:
            row.wrong("currency", "not the company's")
        ship_to = refs.addresses.get((company.id, v["address_label"]))
        if v["address_label"] and ship_to is None:
            row.wrong("address_label", "no such address")
        if v["exemption"] and (company.id, v["exemption"]) not in refs.exemptions:
            row.wrong("exemption", "no such certificate")
    made = _lines(row, lines, refs)
    if not row.reasons:
        row.reasons.extend(whole_order_reasons(v["status"], [line.values.get("state", "") for line in lines]))
    if not row.reasons and made:
        too_large = size_reason((x.quantity for x in made), (x.total_minor + x.tax_minor for x in made))
        row.reasons.extend([too_large] if too_large else [])
    if row.reasons or any(line.reasons for line in lines):
        return None
    behind = subject or placer
    return ImportedOrder(
        number=v["number"],
        company_id=company.id,
        status=v["status"],
        fulfilment=v["fulfilment"],
        currency=v["currency"],
        placed_at=v["placed_at"],
        lines=made,
        store_id=store,
        window_start=v["window_start"],
        window_end=v["window_end"],
        promised_at=v["promised_at"],
        ready_at=v["ready_at"],
        closed_at=v["closed_at"],
        pickup_person=v["pickup_person"],
        ship_to=ship_to,
        po_number=v["po_number"],
        job_id=refs.jobs.get((company.id, v["job"])),
        job_name=v["job"],
        placed_by_id=placer and placer.id,
        placed_by_name=placer.name if placer else "",
        placed_by_kind=placer.kind if placer else "system",
        subject_id=behind and behind.id,
        subject_name=behind.name if behind else "",
        reason=v["on_behalf_reason"],
        kind=v["kind"],
        tax_region=v["tax_region"],
        exemption=refs.exemptions.get((company.id, v["exemption"])),
        paid=v["paid"],
    )


def _check_people(row: Row, company: CompanyRef, placer: UserRef | None, subject: UserRef | None) -> None:
    v = row.values
    if company.account_kind == "trade" and v["placed_by_email"] is None:
        row.wrong("placed_by_email", "missing")
    if placer is not None and placer.kind != "customer" and v["on_behalf_of_email"] is None:
        row.wrong("on_behalf_of_email", "missing")
    if (placer is None or placer.kind == "customer") and v["on_behalf_of_email"] is not None:
        row.wrong("on_behalf_of_email", "only when placed by staff")
    if subject is not None and subject.kind != "customer":
        row.wrong("on_behalf_of_email", "not a customer")


def _lines(order: Row, lines: list[Row], refs: References) -> list[ImportedLine]:
    made = []
    currency = order.values.get("currency")
    seen: dict[int, int] = {}
    for line in lines:
        if not line.values:
            continue
        variant = look_up(line, "sku", refs.variants, "variant")
        tintable = variant is None or variant.tintable
        line.note(line_reasons(line.values, order.values.get("status"), tintable=tintable))
        first = seen.setdefault(line.values["line"] or 0, line.number)
        if first != line.number and line.values["line"]:
            line.reasons.append(f"same key as row {first}")
        if not line.reasons and currency:
            made.append(_line(line.values, variant, currency, refs, order.values["kind"] == "credit"))
    return made


def _line(v: dict[str, Any], variant: Any, currency: str, refs: References, is_credit: bool) -> ImportedLine:
    """What a credit gives back is written above zero in the file, and is below zero here."""
    sign = -1 if is_credit else 1
    quantity, fulfilled = sign * v["quantity"], sign * v["quantity_fulfilled"]
    net, share = line_total(v["unit_price"], quantity, currency), v["tax_percent"].scaleb(-2)
    return ImportedLine(
        line_no=v["line"],
        variant_id=variant.id,
        sku=v["sku"],
        name=v["name"] or variant.name,
        unit=variant.unit,
        quantity=quantity,
        unit_price=v["unit_price"],
        total_minor=net,
        state=v["state"],
        fulfilled=fulfilled,
        colour_number=v["colour_number"],
        colour_name=v["colour_name"],
        colour_hex=refs.colours.get(v["colour_number"] or ""),
        tax_share=share,
        tax_minor=tax_minor(net, share, currency),
    )
