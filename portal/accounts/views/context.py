"""For which company, job and store everything on the pages is meant."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.views import blueprint
from portal.web.access import needs


@blueprint.route("/context", methods=["GET", "POST"])
@needs("context:switch")
def context() -> str | Response:
    if request.method == "POST":
        return redirect(url_for(".context"))
    return render_template("accounts/context.html")
