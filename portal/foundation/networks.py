"""Truncated client addresses: enough to limit tries and to recognize where somebody asks from."""

from __future__ import annotations

import ipaddress


def network_of(address: str | None) -> str:
    """``203.0.113.0/24`` or ``2001:db8:1::/48``; empty if the address is unknown."""
    try:
        parsed = ipaddress.ip_address((address or "").split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
