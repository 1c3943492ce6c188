"""One's own account: name, password, sessions."""

from __future__ import annotations

from flask import render_template

from portal.accounts.views import blueprint
from portal.web.access import needs


@blueprint.get("/account")
@needs("account:manage")
def account() -> str:
    return render_template("accounts/account.html")
