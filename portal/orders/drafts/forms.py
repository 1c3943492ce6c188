"""What people type into drafts and on the way to an order. Parsing only; use cases decide."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import StringField, TextAreaField

from portal.orders.quantities import parse_quantity
from portal.web.forms import PortalForm

MAX_ID = 2**53
MAX_TOKEN = 100
# Ids in addresses: what a bigint column can be asked for.
DRAFT = f"/drafts/<int(max={MAX_ID}):draft_id>"


class AddForm(PortalForm):
    """Add by SKU or the company's own part number."""

    sku = StringField(
        "SKU or your part number", render_kw={"autocapitalize": "characters", "autocomplete": "off"}
    )
    quantity = StringField("Quantity", default="1", render_kw={"inputmode": "numeric", "autocomplete": "off"})
    colour_number = StringField("Colour number", render_kw={"autocomplete": "off"})


class PasteForm(PortalForm):
    """Add several at once."""

    pasted = TextAreaField(
        "Lines", description="One line each: SKU, quantity, and a colour number if it is tinted."
    )


class NameForm(PortalForm):
    """What a draft is called."""

    name = StringField("Name of this draft", render_kw={"maxlength": "80", "autocomplete": "off"})


def one_text(form: Mapping[str, str], name: str) -> str:
    """A field as PostgreSQL can hold it; empty if it was not sent."""
    return form.get(name, "").replace("\x00", "")


def read_id(text: str | None) -> int | None:
    """An id from a form; None if it is not one."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 15 else None


def read_quantities(form: Mapping[str, str]) -> dict[int, int | None]:
    """``quantity-7: 4`` → {7: 4}; None where it is not a whole number."""
    found: dict[int, int | None] = {}
    for name, value in form.items():
        prefix, _, number = name.partition("-")
        line = read_id(number) if prefix == "quantity" else None
        if line is not None:
            found[line] = parse_quantity(value)
    return found


def read_colours(form: Mapping[str, str]) -> dict[int, str]:
    """``colour-7: TC-0412`` → {7: "TC-0412"}: number or name, as typed."""
    found = {}
    for name, value in form.items():
        prefix, _, number = name.partition("-")
        line = read_id(number) if prefix == "colour" else None
        if line is not None:
            found[line] = value.replace("\x00", "")
    return found
