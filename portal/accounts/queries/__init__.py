"""Reads of accounts: companies one may see, their people, addresses and jobs. One module per noun."""

from __future__ import annotations

from portal.accounts.queries.acting import Stay, assigned_company, people_to_act_for, stays_in
from portal.accounts.queries.companies import (
    CompanyChoice,
    CompanyRow,
    addresses_of,
    companies_for_staff,
    companies_page,
    company_choice,
    jobs_page,
    visible_company,
)
from portal.accounts.queries.limits import Approver, approvers_of, order_limit
from portal.accounts.queries.people import PersonRow, people_page, person, person_in
from portal.accounts.queries.sessions import OpenSession, sessions_of
from portal.accounts.queries.staff import (
    StaffRow,
    assigned_to,
    staff_list,
    staff_member,
)

__all__ = [
    "Approver",
    "CompanyChoice",
    "CompanyRow",
    "OpenSession",
    "PersonRow",
    "StaffRow",
    "Stay",
    "addresses_of",
    "approvers_of",
    "assigned_company",
    "assigned_to",
    "companies_for_staff",
    "companies_page",
    "company_choice",
    "jobs_page",
    "order_limit",
    "people_page",
    "people_to_act_for",
    "person",
    "person_in",
    "sessions_of",
    "staff_list",
    "staff_member",
    "stays_in",
    "visible_company",
]
