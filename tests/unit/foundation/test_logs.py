"""Nothing secret leaves through the log."""

from __future__ import annotations

import time
import timeit

from portal.foundation.logs import HIDDEN, scrub


def test_secrets_are_hidden_by_name_and_by_shape() -> None:
    entry = scrub(
        None,
        "info",
        {
            "event": "sign in of ann.painter@example.com failed",
            "password": "paint-the-town",
            "csrf_token": "abc",
            "url": "postgresql://portal:hunter2@db/portal",
            "status": 200,
        },
    )
    assert entry["event"] == f"sign in of {HIDDEN} failed"
    assert entry["password"] == entry["csrf_token"] == HIDDEN
    assert "hunter2" not in entry["url"]
    assert entry["url"].startswith("postgresql://portal:")
    assert entry["status"] == 200


def test_a_long_text_costs_its_length() -> None:
    """Twenty times the text takes about twenty times as long, not four hundred. Seen failing with patterns that
    do not count."""

    def cost(text: str) -> float:
        return min(
            timeit.repeat(
                lambda: scrub(None, "info", {"event": text}), number=1, repeat=5, timer=time.process_time
            )
        )

    for piece in ("a", "a.", "x:/", "w", "a@b"):
        short, long = cost(piece * 2_000), cost(piece * 40_000)
        assert long < 100 * max(short, 1e-5), (piece, short, long)
