"""What the portal's cookies are called."""

from __future__ import annotations

from portal.foundation.config import Settings


def cookie_name(name: str, settings: Settings) -> str:
    """The cookie's name; over HTTPS with the prefix with which browsers take it from this host alone, for all of it, so that
    no page of a neighboring host can plant one."""
    return f"__Host-{name}" if settings.is_secure else name
