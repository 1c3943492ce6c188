"""Keys for SKUs and part numbers, which people type with or without dashes, spaces and case."""

from __future__ import annotations

import re

_NOT_KEY = re.compile(r"[^A-Za-z0-9]")


def sku_key(text: str) -> str:
    """Letters and digits in upper case, as in ``variant.sku_key`` and ``part_number.part_key``."""
    return _NOT_KEY.sub("", text).upper()
