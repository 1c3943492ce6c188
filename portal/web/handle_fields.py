"""Form fields that carry a handle in place of a row's number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wtforms import HiddenField

from portal.foundation.secrets.handles import Kind, read_handle


class HandleField(HiddenField):
    """A row, by its handle. Its data is the row's number: None if nothing was sent, 0, which no row has, if it was no
    handle."""

    def __init__(self, kind: Kind, **more: Any) -> None:
        super().__init__(**more)
        self._kind = kind

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = (read_handle(self._kind, text) or 0) if text else None


def number_in(kind: Kind) -> Callable[[Any], int]:
    """How a select field reads its values, which are handles; its data is a row's number.

    :raises ValueError: if it is no handle, as the field asks for.
    """

    def read(value: Any) -> int:
        found = value if isinstance(value, int) else read_handle(kind, value)
        if found is None:
            raise ValueError("no handle")
        return found

    return read
