"""The packing slip as PDF, for the van and the yard. It says what the page says: no prices, no pickup code."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import TooLong, pdf
from portal.orders.pages import blueprint
from portal.orders.tracking.detail import DetailLine, OrderDetail
from portal.orders.tracking.queries.order import order_for
from portal.orders.tracking.words.details import slip_facts
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.answers.downloads import pdf_download
from portal.web.answers.heavy import apart
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db
from portal.web.ui import flash

HEX = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Party:
    """Who or what the slip is for, on lines of its own."""

    label: str
    lines: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """A line to check, ready to print; ``hex`` is empty where no swatch is printed."""

    no: str
    name: str
    sku: str
    colour: str
    hex: str
    ordered: str
    now: str
    later: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What ``templates/pdf/slip.typ`` prints below the letterhead."""

    parties: list[Party]
    facts: list[tuple[str, str]]
    now_title: str
    lines: list[SlipLine]


@blueprint.get("/orders/<number>/slip.pdf", endpoint="slip_pdf")
@needs("orders:read")
def show_slip_pdf(number: str) -> Response:
    """The slip as a file. The transaction ends before the file is made."""
    order = order_for(db(), actor(), number)
    head = Letterhead.of(current_app.extensions["settings"])
    data = {**head.sheet("Packing slip", order.number, order.currency), **asdict(_slip(order))}
    try:
        with apart():
            content = pdf("slip", data, moment=order.placed_at)
    except TooLong:
        flash("error", "This order has too many lines for a PDF. Print this page instead.")
        return redirect(url_for(".slip", number=number))
    viewed(
        DocumentDownloaded(document="packing_slip", format="pdf", number=order.number),
        account_id=order.company_id,
        links={"order_id": order.id},
    )
    return pdf_download(content, file_name("packing-slip", order.number))


def _slip(order: OrderDetail) -> Slip:
    facts = dict(slip_facts(order))
    parties = [Party("For", [facts.pop("Company")])]
    where = facts.pop("Deliver to", "")
    if where:
        parties.append(Party("Deliver to", where.split(", ", 2)))
    elif order.store_name:
        place = ", ".join(each for each in (order.store_line1, order.store_city) if each)
        lines = [each for each in (order.store_name, place, order.store_phone) if each]
        parties.append(Party("Pickup at", lines))
    return Slip(
        parties=parties,
        facts=list(facts.items()),
        now_title="In this delivery" if order.fulfilment == "delivery" else "In this pickup",
        lines=[_line(line) for line in order.lines],
    )


def _line(line: DetailLine) -> SlipLine:
    at_hand = line.quantity_fulfilled + line.quantity_ready or line.quantity_reserved
    colour = " ".join(each for each in (line.colour_number, line.colour_name) if each)
    has_hex = colour and HEX.fullmatch(line.colour_hex or "")
    return SlipLine(
        no=str(line.line_no),
        name=line.name,
        sku=line.sku,
        colour=colour,
        hex=line.colour_hex or "" if has_hex else "",
        ordered=f"{line.quantity:,}",
        now=f"{at_hand:,}",
        later=f"{line.quantity_backordered:,}" if line.quantity_backordered else "",
    )
