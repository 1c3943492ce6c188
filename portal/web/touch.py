"""Touchpoints of the pages: what was looked at and what was refused, written after the response has left."""

from __future__ import annotations

from typing import Any

from flask import g


def viewed(name: str, **fields: Any) -> None:
    """Note that the person saw something. ``fields`` are those of :class:`portal.touchpoints.recording.Event`."""
    g.setdefault("views", []).append((name, fields))
