"""What mails about tax certificates are made of: for each kind, the cases that its text tells apart."""

from __future__ import annotations

from typing import Any

from tests.golden.account_mails import Cases

PAPER: dict[str, Any] = {"company": "Harbor Painting", "number": "R-77", "region": "NY"}
DAYS = {"valid_from": "1 Jan 2026", "valid_to": "31 Dec 2028"}
OURS = "/customers/C10001/tax-exemptions/7"
WAITS = {**PAPER, **DAYS, "by": "Ada Lind", "reason": "For resale", "path": OURS}
WHY = {"answer": "The number does not belong to Harbor Painting.", "path": "/tax-exemptions"}
LAST = {**PAPER, "last_day": "31 Dec 2028"}

MAILS: dict[str, Cases] = {
    "exemption_waits": {
        "to look at": {**WAITS, "counts": False},
        "counts already": {**WAITS, "counts": True},
    },
    "exemption_accepted": {"accepted": {**PAPER, **DAYS, "path": "/tax-exemptions"}},
    "exemption_refused": {
        "never counted": {**PAPER, **WHY, "counted": False},
        "counted until now": {**PAPER, **WHY, "counted": True},
    },
    "exemption_ended": {"ended": {**PAPER, **WHY}},
    "exemption_runs_out": {
        "company, soon": {**LAST, "over": False, "staff": False, "path": "/tax-exemptions"},
        "company, over": {**LAST, "over": True, "staff": False, "path": "/tax-exemptions"},
        "staff, soon": {**LAST, "over": False, "staff": True, "path": OURS},
        "staff, over": {**LAST, "over": True, "staff": True, "path": OURS},
    },
}
