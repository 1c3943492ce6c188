"""For which company, job and store everything on the pages is meant."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from portal.accounts import queries
from portal.accounts.forms import ContextForm, JobsForm
from portal.accounts.use_cases import context as contexts
from portal.accounts.use_cases.jobs import may_add_jobs
from portal.accounts.views import Answer, blueprint
from portal.stores.queries import stores_by_id
from portal.web.access import needs
from portal.web.sessions import actor, visit
from portal.web.transaction import db
from portal.web.ui import tell
from portal.web.urls import came_from, local_path


@blueprint.route("/context", methods=["GET", "POST"])
@needs("context:switch")
def context() -> Answer:
    """Choose for whom, for which job and from which store one orders."""
    if request.method == "GET":
        return page(JobsForm(formdata=None))
    form = ContextForm()
    form.validate()
    if form.company_id.data is not None:
        chosen = contexts.switch_company(db(), actor=actor(), company_id=form.company_id.data)
        tell("ok", f"You now order for {chosen.name}.")
        return redirect("/")
    if "job_id" in request.form:
        job = contexts.choose_job(db(), actor=actor(), job_id=form.job_id.data)
        tell("ok", f"You now order for the job {job.name}." if job else "You now order without a job.")
    elif form.store_id.data is not None:
        store = stores_by_id(db(), [form.store_id.data]).get(form.store_id.data)
        if store is not None:
            contexts.choose_store(db(), actor=actor(), store_id=store.id)
            tell("ok", f"You now pick up at {store.name}.")
    return redirect(local_path(request.form.get("next"), url_for(".context")))


def page(jobs_form: JobsForm, status: int = 200) -> tuple[str, int]:
    """The context page; also shown again when the names of new jobs need correcting."""
    who, back = actor(), came_from()
    return render_template(
        "accounts/context.html",
        companies=queries.companies_of(db(), who.user_id) if who.kind == "customer" else [],
        jobs=queries.jobs_of(db(), who.company_id) if who.company_id else [],
        jobs_form=jobs_form,
        may_add_jobs=may_add_jobs(who, visit().po_mode),
        here=visit(),
        back="" if back.startswith(url_for(".context")) else back,
    ), status
