"""Unit tests compute: they neither open a socket nor ask for a database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from portal.foundation.secrets.handles import use_key
from tests.conftest import HANDLE_KEY

_armed = False
_REFUSED = {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"}


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if _armed and event in _REFUSED:
        raise RuntimeError(f"A unit test uses the network ({event}); a test that must is no unit test.")


sys.addaudithook(_refuse)  # there is no way to remove one, so a switch goes with it


@pytest.fixture(autouse=True)
def without_network() -> Iterator[None]:
    """Refuse sockets while a unit test runs."""
    global _armed
    _armed = True
    yield
    _armed = False


@pytest.fixture(scope="session", autouse=True)
def handle_key() -> None:
    """The key that the test database has, too."""
    use_key(lambda: HANDLE_KEY)


@pytest.fixture(scope="session")
def server_url() -> None:
    """The database of all other tests; here asking for it is an error."""
    pytest.fail("A unit test asks for a database: move it to tests/domain or tests/pages.", pytrace=False)
