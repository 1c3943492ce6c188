"""Credit is reserved when an order is placed and released when it is settled or cancelled."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.credit import CreditAccount
from portal.foundation.errors import Rejected

# The row lock that the update takes is the lock under which a company's orders are placed: the condition is
# judged again on the newest row after waiting for it.
TAKE = text("""
update credit_account set used_minor = used_minor + :amount
 where company_id = :company and not on_hold and used_minor + :amount <= limit_minor
returning used_minor
""")
GIVE = text("update credit_account set used_minor = used_minor - :amount where company_id = :company")


class CreditRefused(Rejected):
    """Credit does not cover an order. Amounts in minor units of the account's currency.

    :ivar hold_reason: why the account is on hold; empty when it is not.
    """

    def __init__(self, code: str, message: str, account: CreditAccount | None, asked_minor: int) -> None:
        super().__init__(code, message, outcome="credit_hold")
        self.limit_minor = account.limit_minor if account else 0
        self.used_minor = account.used_minor if account else 0
        self.available_minor = account.available_minor if account else 0
        self.hold_reason = account.hold_reason if account and account.on_hold else ""
        self.asked_minor = asked_minor


def take_credit(session: Session, *, company_id: int, amount_minor: int) -> None:
    """Count an order's total against the company's limit: used + order ≤ limit, judged under the row's lock.

    An account on hold takes no order at all, however small. One statement when the answer is yes.

    :param amount_minor: total of the order in minor units of the company's currency.
    :raises CreditRefused: ``credit_hold`` or ``credit_limit``.
    """
    if session.execute(TAKE, {"company": company_id, "amount": amount_minor}).first() is not None:
        return
    account = credit_of(session, company_id)
    if account is None:
        message = "Your company has no credit account yet, so nothing can be ordered on account."
        raise CreditRefused("credit_limit", message, None, amount_minor)
    if account.on_hold:
        message = "Your company's account is on hold, so nothing can be ordered on account right now."
        raise CreditRefused("credit_hold", message, account, amount_minor)
    message = "This order is more than your company's credit leaves."
    raise CreditRefused("credit_limit", message, account, amount_minor)


def give_credit(session: Session, *, company_id: int, amount_minor: int) -> None:
    """Release what an order has reserved. The caller makes sure that it happens once."""
    session.execute(GIVE, {"company": company_id, "amount": amount_minor})
