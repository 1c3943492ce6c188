"""Rules that read the code share what they have parsed: with ``--dist loadgroup`` one process runs them all."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of files that hold a ratchet."""
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.module, "hold"):
            item.add_marker(pytest.mark.xdist_group("ratchets"))
