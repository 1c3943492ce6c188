"""What ``portal verify`` asks of background jobs."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.foundation.jobs import GIVEN_UP

CHECKS = (
    Check(
        "jobs_given_up",
        "No job was given up. The worker's log has each failed try; portal retry-jobs has them tried again.",
        f"select 'job ' || j.id, j.task_name, j.args::text, j.attempts || ' tries' from procrastinate_jobs j where {GIVEN_UP}",
    ),
)
