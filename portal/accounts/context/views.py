"""The company, job and store that every page works for."""

from __future__ import annotations

from flask import redirect, request, url_for

from portal.accounts.company_jobs.forms import JobsForm
from portal.accounts.context.forms import ContextForm
from portal.accounts.context.page import context_page
from portal.accounts.context.use_cases import choose_job, set_session_store, switch_company
from portal.accounts.pages import Answer, blueprint
from portal.stores.store.queries import stores_by_id
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, only_reads
from portal.web.ui import flash
from portal.web.urls import local_path


@blueprint.route("/context", methods=["GET", "POST"])
@needs("context:switch")
def context() -> Answer:
    """Choose the company, the job or the store that one orders for."""
    if only_reads():
        return context_page(JobsForm(formdata=None))
    form = ContextForm()
    form.validate()
    if form.company_id.data is not None:
        chosen = switch_company(db(), actor=actor(), company_id=form.company_id.data)
        flash("ok", f"You now order for {chosen.name}.")
        return redirect("/")
    if "job_id" in request.form:
        job = choose_job(db(), actor=actor(), job_id=form.job_id.data)
        flash("ok", f"You now order for the job {job.name}." if job else "You now order without a job.")
    elif form.store_id.data is not None:
        store = stores_by_id(db(), [form.store_id.data]).get(form.store_id.data)
        if store is not None:
            set_session_store(db(), actor=actor(), store_id=store.id)
            flash("ok", f"You now pick up at {store.name}.")
    return redirect(local_path(request.form.get("next"), url_for(".context")))
