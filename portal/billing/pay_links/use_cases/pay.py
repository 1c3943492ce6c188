"""Begin to pay by a link. Whoever has the link may; nobody is signed in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.billing.models.links import PayLink
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import Linked, linked
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.errors import Rejected

WITHDRAWN = (
    "A bank took back a payment of this, so this link no longer pays it. Ask whoever sent you the link for a "
    "new one."
)


def pay_by_link(
    session: Session, found: Linked, *, method_kind: str, now: datetime, today: date
) -> PaymentAttempt:
    """Begin to pay everything that is open of what a link is for. The link's row is locked, so that it cannot be
    revoked at the same moment.

    :raises Rejected: if it was revoked or has expired, if nothing is open, a bank took a
        payment back since the link was made, or a payment is under way.
    """
    link = session.get_one(PayLink, found.link.id, with_for_update=True, populate_existing=True)
    if link.revoked_at is not None or link.expires_at <= now:
        raise Rejected("dead_link", "This link no longer works.", outcome="conflict")
    now_linked = linked(session, link)
    shares = [RequestedShare(each.id, each.free_minor) for each in now_linked.payable]
    if not shares and now_linked.withdrawn:
        raise Rejected("charged_back", WITHDRAWN, outcome="conflict")
    if not shares:
        raise Rejected("settled", "Nothing is left to be paid here.", outcome="conflict")
    payer = actor_on_record("anonymous", name="Somebody with a pay link")
    new = NewPayment(
        company_id=link.company_id, shares=shares, via="link", method_kind=method_kind, pay_link_id=link.id
    )
    return start_payment(session, new, actor=payer, now=now, today=today)
