"""The company's jobs."""

from __future__ import annotations

from flask import redirect, url_for

from portal.accounts.company_jobs.forms import JobsForm
from portal.accounts.company_jobs.use_cases import add_jobs, close_job
from portal.accounts.context.page import context_page
from portal.accounts.pages import Answer, blueprint
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.post("/jobs", endpoint="add_jobs")
@needs("drafts:write")
def create_jobs() -> Answer:
    """Add jobs, one per line."""
    form = JobsForm()
    if not form.validate_on_submit():
        return context_page(form, 422)
    with refusing(form) as tried:
        added = add_jobs(db(), actor=actor(), words=form.names.data, now=now())
    if tried.refused is not None:
        return context_page(form, 422)
    known = f" {plural(added.known, 'was', 'were')} there already." if added.known else ""
    flash("ok" if added.added else "info", f"{plural(added.added, 'job')} added.{known}")
    return redirect(url_for(".context") + "#job")


@blueprint.post("/jobs/<handle(job):job_id>/closure", endpoint="close_job")
@needs("drafts:write")
def job_closure(job_id: int) -> Answer:
    """Close a job."""
    with refusing() as tried:
        job = close_job(db(), actor=actor(), job_id=job_id, now=now())
        flash("ok", f"{job.name} is closed. Its orders keep its name.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for(".context") + "#job")
