"""Links in mails, for the tests that follow them."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.mail import OutboundMail

NEW = "a long new phrase"
URL = "https://orders.example.com"


def token_of(session: Session, kind: str) -> str:
    """The token in the newest mail of a kind."""
    mail = session.scalars(
        select(OutboundMail).where(OutboundMail.kind == kind).order_by(OutboundMail.id.desc())
    ).first()
    assert mail is not None
    assert mail.data["secret"] is True
    found = re.fullmatch(r"https://orders\.example\.com/\w+\?token=(\S+)", mail.data["link"])
    assert found
    return found.group(1)
