"""Periodic upkeep of the database: deletes what has expired, creates what will be needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, text
from sqlalchemy.orm import Session

from portal.accounts.models import OneTimeToken, ResetRequest, SignInAttempt, StaffLookup, UserSession
from portal.touchpoints.use_cases import make_partitions

ATTEMPTS_DAYS = 2
TOKENS_DAYS = 30
SESSIONS_DAYS = 90
FAILED_JOBS_DAYS = 90
LOOKUPS_DAYS = 90

OLD_JOBS = text(
    "delete from procrastinate_jobs j where j.status in ('failed', 'cancelled', 'aborted', 'succeeded') "
    "and not exists (select from procrastinate_events e where e.job_id = j.id and e.at > :before)"
)


def do_upkeep(session: Session, *, now: datetime) -> None:
    """Create the touchpoint partitions of this and the next three months, and delete what has expired: counted sign-in
    tries and unanswered requests for a new password after 2 days, links 30 days and sessions 90 days after they ended,
    jobs that failed and counts of look-ups after 90."""
    make_partitions(session, now=now)
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - timedelta(days=ATTEMPTS_DAYS)))
    session.execute(delete(ResetRequest).where(ResetRequest.at < now - timedelta(days=ATTEMPTS_DAYS)))
    session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < now - timedelta(days=TOKENS_DAYS)))
    gone = now - timedelta(days=SESSIONS_DAYS)
    session.execute(
        delete(UserSession).where(or_(UserSession.ended_at < gone, UserSession.expires_at < gone))
    )
    session.execute(delete(StaffLookup).where(StaffLookup.minute < now - timedelta(days=LOOKUPS_DAYS)))
    session.execute(OLD_JOBS, {"before": now - timedelta(days=FAILED_JOBS_DAYS)})
