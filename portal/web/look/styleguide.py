"""Development only: one page with every component in every state."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.web.access import public

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
@public
def styleguide() -> str:
    return render_template("styleguide.html")
