"""The guard of the unit tests works."""

from __future__ import annotations

import socket

import pytest


def test_a_unit_test_opens_no_connection() -> None:
    """Seen failing without the fixture ``without_network``."""
    with pytest.raises(RuntimeError, match="uses the network"):
        socket.create_connection(("127.0.0.1", 9))
    with socket.socket() as own, pytest.raises(RuntimeError, match="uses the network"):
        own.bind(("127.0.0.1", 0))


@pytest.mark.xfail(
    strict=True, reason="asking for the database is an error here", raises=pytest.fail.Exception
)
def test_a_unit_test_gets_no_database(database_url: str) -> None:
    """Seen failing (as passed) without the fixture ``server_url`` of this folder."""
