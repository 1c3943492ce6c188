"""What people do with accounts: sign in, invite, switch, act on behalf. One module per noun."""

from __future__ import annotations

from portal.accounts.use_cases.acting import end_expired, start_acting, stop_acting
from portal.accounts.use_cases.context import choose_job, choose_store, switch_company
from portal.accounts.use_cases.staff import StaffAdded, add_staff

__all__ = [
    "StaffAdded",
    "add_staff",
    "choose_job",
    "choose_store",
    "end_expired",
    "start_acting",
    "stop_acting",
    "switch_company",
]
