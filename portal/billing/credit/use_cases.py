"""Credit is taken when an order is placed and given back when it is settled or cancelled."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.credit.queries.credit import credit_of
from portal.foundation.errors import Rejected

# The row lock that the update takes is the lock under which a company's orders are placed: the condition is
# judged again on the newest row after waiting for it.
TAKE = text("""
update credit_account set used_minor = used_minor + :amount
 where company_id = :company and not on_hold and used_minor + :amount <= limit_minor
returning used_minor
""")
GIVE = text("update credit_account set used_minor = used_minor - :amount where company_id = :company")


def take_credit(session: Session, *, company_id: int, amount_minor: int) -> None:
    """Count an order's total against the company's limit: used + order ≤ limit, judged under the row's lock.

    An account on hold takes no order at all, however small. One statement when the answer is yes.

    :param amount_minor: total of the order in minor units of the company's currency.
    :raises Rejected: ``credit_hold`` or ``credit_limit`` with details limit, used, available and asked.
    """
    if session.execute(TAKE, {"company": company_id, "amount": amount_minor}).first() is not None:
        return
    account = credit_of(session, company_id)
    if account is None:
        raise Rejected(
            "credit_limit",
            "Your company has no credit account yet, so nothing can be ordered on account.",
            outcome="credit_hold",
            details={"limit": 0, "used": 0, "available": 0, "asked": amount_minor},
        )
    details = {
        "limit": account.limit_minor,
        "used": account.used_minor,
        "available": account.available_minor,
        "asked": amount_minor,
    }
    if account.on_hold:
        message = "Your company's account is on hold, so nothing can be ordered on account right now."
        held = {**details, "reason": account.hold_reason}
        raise Rejected("credit_hold", message, outcome="credit_hold", details=held)
    message = "This order is more than your company's credit leaves."
    raise Rejected("credit_limit", message, outcome="credit_hold", details=details)


def give_credit(session: Session, *, company_id: int, amount_minor: int) -> None:
    """Give back what an order had taken. The caller makes sure that it happens once."""
    session.execute(GIVE, {"company": company_id, "amount": amount_minor})
