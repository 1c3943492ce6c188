"""Statements as files that mails bring along."""

from __future__ import annotations

from portal.accounts.models import Company
from portal.billing.documents.letterhead import Letterhead, file_name
from portal.billing.documents.pdf import MOST_LINES, pdf
from portal.billing.periods import Month
from portal.billing.statements.pdf import statement_data
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.foundation.clock import local, utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House
from portal.foundation.mail import Contents
from portal.foundation.smtp.files import File, Maker


def make_statement(house: House, asked: Contents) -> File:
    """The month as it stands when it is sent. The transaction ends before it is made."""
    month = Month.read(asked["month"])
    if month is None:
        raise ValueError(f"no month: {asked['month']}")
    zone = house.settings.time_zone
    today = local(utcnow(), zone).date()
    of = AccountMonth(asked["company_id"], month, asked["currency"], zone, today)
    with transaction(house.sessions) as session:
        company = session.get_one(Company, of.company_id)
        found = statement(session, of, size=MOST_LINES + 1)
        data = statement_data(found, Letterhead.of(house.settings), buyer=company.as_buyer)
        other = "" if of.currency == company.currency else of.currency
        name = file_name("statement", company.code, month.code, other)
    return File(
        f"{name}.pdf", pdf("statement", data, moment=found.entries[-1].at if found.entries else of.begins)
    )


MAKERS = (Maker("statement", make_statement),)
