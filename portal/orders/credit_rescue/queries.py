"""Options when a draft exceeds the available credit, and what was done about it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.billing.credit.freed import cheapest
from portal.billing.credit.queries.freed import Payable, payable_invoices
from portal.billing.models.credit import CreditAccount
from portal.billing.payers.queries import Recipient, people_who_may
from portal.billing.payment_states import LIVE
from portal.catalog.prices.queries import price_rows
from portal.foundation.actor import Actor
from portal.foundation.sql import sql_list
from portal.orders.credit_rescue.fit import Fit, fit
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.lines import Line
from portal.orders.models.drafts import Draft

PAID_AHEAD = """
select coalesce(sum(greatest(0, p.unapplied_minor - coalesce((select sum(r.amount_minor) from refund r
                                                  where r.payment_id = p.id and r.state = 'created'), 0))), 0)
  from payment p where p.company_id = :company and p.draft_id = :draft and p.unapplied_minor > 0
"""
_STATUS = text(f"""
select (select coalesce(jsonb_agg(row_to_json(r)), '[]') from (
          select d.id, d.name, count(l.id) as lines from draft d join draft_line l on l.draft_id = d.id
           where d.split_from_id = :draft and d.owner_user_id = :person and d.state in {sql_list(OPEN_DRAFTS)}
           group by d.id order by d.id limit 5) r) as rests,
       ({PAID_AHEAD}) as paid_minor,
       (select row_to_json(a) from (
          select token, state, amount_minor from payment_attempt
           where company_id = :company and draft_id = :draft and state = any(:live) order by id desc limit 1) a) as attempt
""")
_REPS = text("""
select u.name, u.phone, u.email from rep_assignment a join app_user u on u.id = a.user_id
 where a.company_id = :company and u.disabled_at is null order by u.name, u.id limit 3
""")


@dataclass(frozen=True, slots=True)
class Rest:
    """A draft that was split off and waits."""

    id: int
    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment under way."""

    token: str
    state: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RescueStatus:
    """What was done about a draft: parts split off that wait, money paid for it, a payment for it under way."""

    rests: list[Rest]
    paid_minor: int
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class SplitParent:
    """The draft from which another was split off."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Rep:
    """Who looks after a company."""

    name: str
    phone: str | None
    email: str


@dataclass(frozen=True, slots=True)
class RescueOptions:
    """What can be done. Amounts in minor units of the company's currency; ``missing_minor`` is what would have to be
    freed."""

    on_hold: bool
    hold_reason: str
    limit_minor: int
    used_minor: int
    asked_minor: int
    invoices: list[Payable]
    suggested: frozenset[int]  # ids of the invoices whose payment frees enough
    enough: bool
    part: Fit | None  # what fits into what is left; None if nothing does

    @property
    def available_minor(self) -> int:
        return max(0, self.limit_minor - self.used_minor)

    @property
    def missing_minor(self) -> int:
        return max(0, self.used_minor + self.asked_minor - self.limit_minor)

    @property
    def payable(self) -> list[Payable]:
        return [each for each in self.invoices if each.payable_minor > 0]

    @property
    def suggested_minor(self) -> int:
        return sum(each.payable_minor for each in self.invoices if each.id in self.suggested)

    @property
    def under_way_minor(self) -> int:
        return sum(each.under_way_minor for each in self.invoices)


def is_needed(credit: CreditAccount | None, total_minor: int) -> bool:
    """True if an order of this total would be refused for credit now."""
    if credit is None:
        return True
    return credit.on_hold or credit.used_minor + total_minor > credit.limit_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A draft that the company's credit does not cover. Amounts in minor units of ``currency``.

    :ivar lines: priced and taxed.
    :ivar total_minor: with tax.
    :ivar today: the day whose prices hold, in the seller's calendar.
    """

    company_id: int
    credit: CreditAccount | None
    lines: Sequence[Line]
    total_minor: int
    currency: str
    today: date

    @property
    def on_hold(self) -> bool:
        return self.credit is not None and self.credit.on_hold

    @property
    def limit_minor(self) -> int:
        return self.credit.limit_minor if self.credit else 0

    @property
    def used_minor(self) -> int:
        return self.credit.used_minor if self.credit else 0

    @property
    def missing_minor(self) -> int:
        return max(0, self.used_minor + self.total_minor - self.limit_minor)


def rescue_options(session: Session, short: Shortfall) -> RescueOptions:
    """Options when a draft exceeds the available credit: what frees enough, and what of the draft fits without.
    Two statements for any number of lines."""
    invoices = payable_invoices(session, short.company_id)
    chosen = _suggested(short, invoices)
    freed = sum(each.payable_minor for each in invoices if each.id in chosen)
    return RescueOptions(
        on_hold=short.on_hold,
        hold_reason=short.credit.hold_reason if short.credit else "",
        limit_minor=short.limit_minor,
        used_minor=short.used_minor,
        asked_minor=short.total_minor,
        invoices=invoices,
        suggested=chosen,
        enough=freed >= short.missing_minor,
        part=_part(session, short),
    )


def _suggested(short: Shortfall, invoices: Sequence[Payable]) -> frozenset[int]:
    """Ids of the invoices to pay: what is overdue if the account is on hold, else those that free enough and cost least."""
    if short.on_hold:
        return frozenset(each.id for each in invoices if each.due_on < short.today and each.payable_minor > 0)
    open_to_pay = [
        (each.id, each.payable_minor)
        for each in invoices
        if each.payable_minor > 0 and each.currency == short.currency and not each.disputed
    ]
    return frozenset(cheapest(open_to_pay, short.missing_minor))


def _part(session: Session, short: Shortfall) -> Fit | None:
    """What fits into what is left; None if that is nothing."""
    left = short.limit_minor - short.used_minor
    if short.on_hold or left <= 0 or any(line.problem for line in short.lines):
        return None
    rows = price_rows(
        session,
        company_id=short.company_id,
        variant_ids=(line.variant_id for line in short.lines),
        on=short.today,
    )
    found = fit(short.lines, left, rows, short.currency, short.today)
    return found if found.now and found.later else None


def rescue_status(session: Session, *, company_id: int, draft_id: int, person_id: int | None) -> RescueStatus:
    """What was done about a draft. One statement."""
    row = session.execute(
        _STATUS, {"company": company_id, "draft": draft_id, "person": person_id, "live": list(LIVE)}
    ).one()
    return RescueStatus(
        [Rest(**each) for each in row.rests],
        int(row.paid_minor),
        Attempt(**row.attempt) if row.attempt else None,
    )


def paid_ahead_minor(session: Session, company_id: int, draft_id: int) -> int:
    """What was paid ahead for a draft and is not used yet, less what is on its way back. One statement."""
    return int(session.scalar(text(PAID_AHEAD), {"company": company_id, "draft": draft_id}) or 0)


def split_from(session: Session, draft: Draft) -> SplitParent | None:
    """The open draft of the same person from which this one was split off. No statement for any other."""
    if draft.split_from_id is None:
        return None
    row = session.execute(
        select(Draft.id, Draft.name).where(
            Draft.id == draft.split_from_id,
            Draft.owner_user_id == draft.owner_user_id,
            Draft.state.in_(OPEN_DRAFTS),
        )
    ).one_or_none()
    return SplitParent(row.id, row.name) if row else None


def reps_of(session: Session, company_id: int) -> list[Rep]:
    """Who looks after the company. Empty where the asker may not see it."""
    return [Rep(*row) for row in session.execute(_REPS, {"company": company_id})]


def other_approvers(session: Session, actor: Actor, company_id: int) -> list[Recipient]:
    """The company's approvers and admins besides the actor. One statement."""
    found = people_who_may(session, "approvals:decide", [company_id]).get(company_id, [])
    return [each for each in found if each.user_id != actor.user_id]
