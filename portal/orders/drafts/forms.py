"""What people type into drafts and on the way to an order. Parsing only; use cases decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from wtforms import StringField, TextAreaField

from portal.foundation.inputs import LONGEST_ID, read_number, strip_nul
from portal.foundation.secrets.handles import read_handle
from portal.orders.models.drafts import LastTime
from portal.orders.quantities import parse_quantity
from portal.web.forms import PortalForm

MAX_TOKEN = 100
DRAFT = "/drafts/<handle(draft):draft_id>"


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


def read_id(text: str | None) -> int | None:
    """An id from a form; None if it is not one."""
    return read_number((text or "").strip(), digits=LONGEST_ID)


def read_line(text: str) -> int | None:
    """The line of a draft that a field's name ends with; None if there is no such handle."""
    return read_handle("line", text)


def read_quantities(
    form: Mapping[str, str], row: Callable[[str], int | None] = read_line
) -> dict[int, int | None]:
    """``quantity-<row>: 4`` → {7: 4}; None where it is not a whole number.

    :param row: reads the end of a field's name.
    """
    found: dict[int, int | None] = {}
    for name, value in form.items():
        prefix, _, which = name.partition("-")
        line = row(which) if prefix == "quantity" else None
        if line is not None:
            found[line] = parse_quantity(value)
    return found


def read_colours(form: Mapping[str, str]) -> dict[int, str]:
    """``colour-<handle>: TC-0412`` → {7: "TC-0412"}: number or name, as typed."""
    found = {}
    for name, value in form.items():
        prefix, _, which = name.partition("-")
        line = read_line(which) if prefix == "colour" else None
        if line is not None:
            found[line] = strip_nul(value)
    return found


class RemovedLine(TypedDict, total=False):
    """A line that was just removed, as the browser's session keeps it."""

    draft: str  # its handle
    line: str  # its handle
    name: str
    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: LastTime | None
    offered: bool  # a page has offered to put it back


@dataclass
class DraftInput:
    """What was typed and refused, so that nothing is lost: forms; quantities, colors and sentences by line."""

    add: AddForm | None = None
    quantities: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[int, str] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)  # with a quantity
    off_colour: Mapping[int, str] = field(default_factory=dict)  # with a color
    message: str = ""
    replacement: str | None = None

    @property
    def is_refused(self) -> bool:
        return bool(self.message or (self.add is not None and self.add.errors))
