"""After a refusal the page is shown from what is true, not from what was half done."""

from __future__ import annotations

from sqlalchemy import text

from portal.web.sessions import actor
from portal.web.transaction import db

# Row-level security's scope ends with the transaction; the next one gets it again.
SCOPE = text(
    "select set_config('app.company_id', :company, true), set_config('app.user_id', :person, true), "
    "set_config('role', 'portal_customer', true)"
)


def start_over() -> None:
    """Undo what the refused use case did and give its locks back, so that the page can be read again."""
    session = db()
    session.rollback()
    session.execute(SCOPE, {"company": str(actor().customer_id), "person": str(actor().user_id)})
