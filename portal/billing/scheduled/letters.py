"""The mail about a scheduled payment that was not needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payers.letters import mail_payers
from portal.foundation.mail import Letter
from portal.foundation.wording import weekday_words


@dataclass(frozen=True, kw_only=True)
class ScheduledNothingLeft(Letter, words="nothing left to pay"):
    """All of its invoices were paid before the day."""

    on: str


def mail_nothing_left(session: Session, attempt: PaymentAttempt, run_on: date) -> None:
    """Tell the company's payers that nothing was charged."""
    letter = ScheduledNothingLeft(on=weekday_words(run_on))
    mail_payers(session, letter, key=f"scheduled_nothing_left:{attempt.token}", company_id=attempt.company_id)
