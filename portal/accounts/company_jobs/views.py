"""The company's jobs."""

from __future__ import annotations

from flask import redirect, url_for

from portal.accounts.company_jobs import use_cases as jobs
from portal.accounts.context.page import context_page
from portal.accounts.pages import Answer, blueprint
from portal.accounts.sign_in.forms import JobsForm
from portal.web.access import needs
from portal.web.filters import plural
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash


@blueprint.post("/jobs")
@needs("drafts:write")
def add_jobs() -> Answer:
    form = JobsForm()
    if not form.validate_on_submit():
        return context_page(form, 422)
    with refusing(form) as tried:
        added = jobs.add_jobs(db(), actor=actor(), words=form.names.data)
    if tried.refused is not None:
        return context_page(form, 422)
    known = f" {plural(added.known, 'was', 'were')} there already." if added.known else ""
    flash("ok" if added.added else "info", f"{plural(added.added, 'job')} added.{known}")
    return redirect(url_for(".context") + "#job")


@blueprint.post("/jobs/<int:job_id>/closure")
@needs("drafts:write")
def close_job(job_id: int) -> Answer:
    with refusing() as tried:
        job = jobs.close_job(db(), actor=actor(), job_id=job_id, now=now())
        flash("ok", f"{job.name} is closed. Its orders keep its name.")
    if tried.refused is not None:
        flash("error", tried.refused.message)
    return redirect(url_for(".context") + "#job")
