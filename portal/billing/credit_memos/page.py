"""The lines of an invoice from which staff choose what is credited."""

from __future__ import annotations

from flask import request

from portal.foundation.inputs import read_id

MOST_LINES = 200


def chosen_lines() -> tuple[int, ...]:
    """Numbers of the ticked lines; a number that is none is one that no invoice has."""
    return tuple(read_id(each) or 0 for each in request.form.getlist("line")[:MOST_LINES])
