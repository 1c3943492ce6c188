"""Words for what a timeline tells."""

from __future__ import annotations

from portal.desk.activity.story import MAIL_WORDS
from portal.foundation.config import resource_dir


def test_every_mail_has_its_words() -> None:
    """Without them a timeline would say the template's name. Seen failing with half of the mails."""
    kinds = {
        path.name.removesuffix(".txt.j2") for path in (resource_dir("templates") / "email").glob("*.txt.j2")
    }
    assert kinds == set(MAIL_WORDS)
