"""Part numbers as people type them: dashes, spaces and case mean nothing."""

from __future__ import annotations

import re

_NOT_KEY = re.compile(r"[^A-Za-z0-9]")


def sku_key(text: str) -> str:
    """Letters and digits in upper case: what ``variant.sku_key`` and ``part_number.part_key`` hold."""
    return _NOT_KEY.sub("", text).upper()
