"""Nothing secret leaves through the log."""

from __future__ import annotations

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
