"""Short device names: enough to recognize a browser."""

from __future__ import annotations

# In this order: Edge and Opera also claim to be Chrome, and Chrome claims to be Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """``Chrome on Android``: the part of a user agent that a person recognizes."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    device = next((name for mark, name in _DEVICES if mark in user_agent), "")
    if browser and device:
        return f"{browser} on {device}"
    return browser or device or "Unknown device"
