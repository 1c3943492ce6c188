"""Money of a parent's payment goes on to a branch: out of the parent's unapplied cash, and into the branch's books as a
payment of its own, which settles its invoices; see docs/decisions/0035."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.chart_of_accounts import GROUP, UNAPPLIED
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.payments import Payment
from portal.billing.settlement.received import Received
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.settle import Settled, post_payment
from portal.foundation.actor import Actor

KIND = "group"  # of a branch's payment
RECEIVED = "payment:group:"  # begins the posting key of a branch's payment


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What goes on to one branch: ``shares`` are of its invoices, none of them empty.

    :ivar fact: names it, once for each branch: the payment's number, or the key of the form that applied it.
    :ivar at: when it is booked on both sides.
    """

    branch_id: int
    branch_name: str
    shares: Sequence[Share]
    fact: str
    at: datetime

    @property
    def key(self) -> str:
        """Of the parent's posting."""
        return transfer_key(self.fact, self.branch_id)

    @property
    def total_minor(self) -> int:
        return sum(share.to_pay_minor for share in self.shares)


def transfer_key(fact: str, branch_id: int) -> str:
    """The posting key of what goes on to a branch."""
    return f"transfer:{fact}:{branch_id}"


def transfer_key_of(received_key: str) -> str:
    """The parent's posting key of what a branch's books received under this one."""
    return "transfer:" + received_key.removeprefix(RECEIVED)


def by_branch(
    shares: Sequence[Share], whose: Mapping[int, int], names: Mapping[int, str], *, fact: str, at: datetime
) -> list[PassedOn]:
    """The shares of branches' invoices, branch by branch; the parent's own are left out.

    :param whose: the company of each invoice; ``names``: of the branches.
    """
    found = {id: [share for share in shares if whose[share.invoice_id] == id] for id in sorted(names)}
    return [PassedOn(id, names[id], parts, fact, at) for id, parts in found.items() if parts]


def pass_to_branch(
    session: Session, payment: Payment, new: PassedOn, *, actor: Actor, now: datetime
) -> Settled:
    """Post both sides. The caller has locked the payment and the invoices, and checked that neither has less.

    :returns: the branch's payment.
    """
    _post_out(session, payment, new, actor)
    settled = post_payment(session, _received(session, payment, new), new.shares, actor=actor, now=now)
    assert settled is not None  # the parent's side is new, so this one is
    session.refresh(payment, ["unapplied_minor"])
    return settled


def _post_out(session: Session, payment: Payment, new: PassedOn, actor: Actor) -> None:
    total = new.total_minor
    post(
        session,
        key=new.key,
        kind="transfer",
        company_id=payment.company_id,
        currency=payment.currency,
        occurred_at=new.at,
        sides=[Side(UNAPPLIED, total, payment_id=payment.id), Side(GROUP, -total, payment_id=payment.id)],
        actor=actor,
        words=f"Payment {payment.number}, passed on to {new.branch_name}",
    )


def _received(session: Session, payment: Payment, new: PassedOn) -> Received:
    parent = session.get_one(Company, payment.company_id)
    return Received(
        company_id=new.branch_id,
        kind=KIND,
        amount_minor=new.total_minor,
        currency=payment.currency,
        received_at=new.at,
        received_on=payment.received_on,
        key=f"{RECEIVED}{new.fact}:{new.branch_id}",
        account=GROUP,
        method_words=f"Paid by {parent.name}",
        group_payment=payment.id,
    )
