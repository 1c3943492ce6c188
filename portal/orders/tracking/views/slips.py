"""The packing slip as PDF, for the van and the yard. It says what the page says: no prices, no pickup code."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, redirect, url_for
from werkzeug.wrappers import Response

from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.rendering import TooLong, pdf
from portal.orders.pages import blueprint
from portal.orders.tracking.queries.order import OrderDetail, order_for
from portal.orders.tracking.words import slip_facts
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.access import needs
from portal.web.downloads import pdf_download
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, leave
from portal.web.ui import flash

HEX = re.compile(r"#[0-9A-Fa-f]{6}")


@blueprint.get("/orders/<number>/slip.pdf")
@needs("orders:read")
def slip_pdf(number: str) -> Response:
    """The slip as a file. The transaction ends before it is made."""
    order = order_for(db(), actor(), number)
    data = _data(order, Letterhead.of(current_app.extensions["settings"]))
    leave()
    try:
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


def _data(order: OrderDetail, head: Letterhead) -> dict[str, Any]:
    """What ``templates/pdf/slip.typ`` prints."""
    delivery = order.fulfilment == "delivery"
    told = dict(slip_facts(order))
    parties = [{"label": "For", "lines": [told.pop("Company")]}]
    where = told.pop("Deliver to", "")
    if where:
        parties.append({"label": "Deliver to", "lines": where.split(", ", 2)})
    elif order.store_name:
        place = ", ".join(each for each in (order.store_line1, order.store_city) if each)
        lines = [each for each in (order.store_name, place, order.store_phone) if each]
        parties.append({"label": "Pickup at", "lines": lines})
    return {
        **head.sheet("Packing slip", order.number, order.currency),
        "parties": parties,
        "facts": list(told.items()),
        "now_title": "In this delivery" if delivery else "In this pickup",
        "lines": [_line(line) for line in order.lines],
    }


def _line(line: Any) -> dict[str, str]:
    at_hand = line.quantity_fulfilled + line.quantity_ready or line.quantity_reserved
    colour = " ".join(each for each in (line.colour_number, line.colour_name) if each)
    return {
        "no": str(line.line_no),
        "name": line.name,
        "sku": line.sku,
        "colour": colour,
        "hex": line.colour_hex if colour and HEX.fullmatch(line.colour_hex or "") else "",
        "ordered": f"{line.quantity:,}",
        "now": f"{at_hand:,}",
        "later": f"{line.quantity_backordered:,}" if line.quantity_backordered else "",
    }
