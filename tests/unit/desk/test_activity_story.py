"""Words for what a timeline says."""

from __future__ import annotations

import pytest

from portal.desk.activity.words import mail_words
from portal.foundation.mail import mail_folders

KINDS = sorted(
    path.name.removesuffix(".txt.j2") for folder in mail_folders() for path in folder.glob("*.txt.j2")
)
# Called by the words that its name is made of.
SAME = {"invitation", "order_confirmation", "payment_received"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_its_words(kind: str) -> None:
    """Without them a timeline would say the template's name. Seen failing with the words of a letter replaced by its
    name, and with a template without a letter."""
    assert kind in SAME or mail_words(kind) != kind.replace("_", " ")
