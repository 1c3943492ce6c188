"""What can be done when credit does not reach for a draft, and what was done about it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from portal.billing.credit.freed import fewest
from portal.billing.credit.queries.freed import Payable, payable_invoices
from portal.billing.models.credit import CreditAccount
from portal.billing.payment_states import LIVE
from portal.catalog.prices.queries import price_rows
from portal.foundation.sql import sql_list
from portal.orders.credit_rescue.fit import Fit, fit
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.lines import Line
from portal.orders.models.drafts import Draft

_SINCE = text(f"""
select (select coalesce(jsonb_agg(row_to_json(r)), '[]') from (
          select d.id, d.name, count(l.id) as lines from draft d join draft_line l on l.draft_id = d.id
           where d.split_from_id = :draft and d.owner_user_id = :person and d.state in {sql_list(OPEN_DRAFTS)}
           group by d.id order by d.id limit 5) r) as rests,
       (select coalesce(sum(unapplied_minor), 0) from payment
         where company_id = :company and draft_id = :draft and unapplied_minor > 0) as paid_minor,
       (select row_to_json(a) from (
          select token, state, amount_minor from payment_attempt
           where company_id = :company and draft_id = :draft and state = any(:live) order by id desc limit 1) a) as attempt
""")
_REPS = text("""
select u.name, u.phone, u.email from rep_assignment a join app_user u on u.id = a.user_id
 where a.company_id = :company and u.disabled_at is null order by u.name, u.id limit 3
""")


@dataclass(frozen=True, slots=True)
class Since:
    """What was done about a draft: parts split off that wait, money paid for it, a payment for it under way."""

    rests: list[dict[str, Any]]  # id, name, lines
    paid_minor: int
    attempt: dict[str, Any] | None  # token, state, amount_minor

    @property
    def anything(self) -> bool:
        return bool(self.rests or self.paid_minor or self.attempt)


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Figures in minor units of the company's currency. ``missing_minor`` is what would have to be free besides."""

    on_hold: bool
    hold_reason: str
    limit_minor: int
    used_minor: int
    asked_minor: int
    invoices: list[Payable]
    suggested: frozenset[int]  # ids of the invoices whose payment frees enough
    enough: bool
    part: Fit | None  # what fits into what is left; None when nothing does

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
    """Whether an order of this total would be refused for credit as it stands now."""
    if credit is None:
        return True
    return credit.on_hold or credit.used_minor + total_minor > credit.limit_minor


def ways_out(
    session: Session,
    *,
    company_id: int,
    credit: CreditAccount | None,
    lines: Sequence[Line],
    total_minor: int,
    currency: str,
    today: date,
) -> WaysOut:
    """What frees enough credit, and what of the draft fits without. Two statements for any number of lines.

    :param lines: priced and taxed.
    """
    limit = credit.limit_minor if credit else 0
    used = credit.used_minor if credit else 0
    on_hold = credit is not None and credit.on_hold
    missing = max(0, used + total_minor - limit)
    invoices = payable_invoices(session, company_id)
    open_to_pay = [
        (each.id, each.payable_minor)
        for each in invoices
        if each.payable_minor > 0 and each.currency == currency and not each.disputed
    ]
    if on_hold:  # what is due first
        chosen = [each.id for each in invoices if each.due_on < today and each.payable_minor > 0]
    else:
        chosen = fewest(open_to_pay, missing)
    freed = sum(each.payable_minor for each in invoices if each.id in chosen)
    part = None
    if not on_hold and limit > used and not any(line.problem for line in lines):
        rows = price_rows(
            session, company_id=company_id, variant_ids=(line.variant_id for line in lines), on=today
        )
        found = fit(lines, limit - used, rows, currency, today)
        part = found if found.now and found.later else None
    return WaysOut(
        on_hold,
        credit.hold_reason if credit else "",
        limit,
        used,
        total_minor,
        invoices,
        frozenset(chosen),
        freed >= missing,
        part,
    )


def since(session: Session, *, company_id: int, draft_id: int, person_id: int | None) -> Since:
    """What was done about a draft. One statement."""
    row = session.execute(
        _SINCE, {"company": company_id, "draft": draft_id, "person": person_id, "live": list(LIVE)}
    ).one()
    return Since(list(row.rests), int(row.paid_minor), row.attempt)


def split_from(session: Session, draft: Draft) -> Row[int, str] | None:
    """The open draft of the same person from which this one was split off: id, name. No statement for any other."""
    if draft.split_from_id is None:
        return None
    return session.execute(
        select(Draft.id, Draft.name).where(
            Draft.id == draft.split_from_id,
            Draft.owner_user_id == draft.owner_user_id,
            Draft.state.in_(OPEN_DRAFTS),
        )
    ).one_or_none()


def reps_of(session: Session, company_id: int) -> list[Row[Any]]:
    """Who looks after the company: name, phone, mail. Empty where the asker may not see it."""
    return list(session.execute(_REPS, {"company": company_id}))
