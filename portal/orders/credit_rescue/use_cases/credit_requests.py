"""Asking the company's approvers to make room in its credit for a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.billing.credit.queries.credit import credit_of
from portal.billing.payers.queries import Recipient, people_who_may
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import RawLetter, post_all
from portal.foundation.money import format_minor
from portal.orders.credit_rescue.queries import reps_of
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ApprovalRequested, record_draft
from portal.orders.drafts.lines import tax_of, total_of
from portal.orders.drafts.queries import DraftHead, add_tax, own_head, priced_lines
from portal.orders.models.drafts import Draft

MAIL = "credit_ask"


def ask(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, pay_path: str = "/invoices"
) -> bool:
    """Write to the company's approvers and admins that credit does not reach for a draft. Asking again about the
    same total does nothing; the same number of statements for any number of lines.

    :param pay_path: where they pay what would make room.
    :returns: whether they were asked now.
    :raises NotFound: when it is not the actor's open draft.
    :raises Rejected: ``nobody`` when there is nobody else to ask.
    """
    head = own_head(session, actor, draft_id, lock=True)
    draft = head.draft
    if draft.state not in OPEN_DRAFTS:
        raise NotFound
    lines = priced_lines(session, company_id=head.company.id, draft_id=draft_id, today=today)
    add_tax(session, head, lines, today=today)
    total = total_of(lines) + tax_of(lines)
    if draft.asked_at is not None and draft.asked_minor == total:
        return False
    people = approvers(session, actor, head.company.id)
    if not people:
        raise Rejected("nobody", "There is nobody else to ask in your company. Call your sales rep.")
    draft.asked_at, draft.asked_minor, draft.updated_at = now, total, now
    draft.asked_names = ", ".join(each.name for each in people)[:200]
    _tell(session, head, people, total, len(lines), pay_path, actor)
    record_draft(
        session,
        ApprovalRequested(lines=len(lines), rule="credit", draft_id=draft.id),
        actor=actor,
        now=now,
        draft=draft,
        value_minor=total,
        currency=head.company.currency,
        key=f"approval_requested:{draft.id}:{now.isoformat()}",
    )
    return True


def approvers(session: Session, actor: Actor, company_id: int) -> list[Recipient]:
    """The company's approvers and admins besides the actor. One statement."""
    found = people_who_may(session, "approvals:decide", [company_id]).get(company_id, [])
    return [each for each in found if each.user_id != actor.user_id]


def _tell(
    session: Session,
    head: DraftHead,
    people: Sequence[Recipient],
    total: int,
    lines: int,
    pay_path: str,
    actor: Actor,
) -> None:
    draft, currency = head.draft, head.company.currency
    credit = credit_of(session, head.company.id)
    used = credit.used_minor if credit else 0
    limit = credit.limit_minor if credit else 0
    data = {
        "asker": actor.name,
        "on_behalf": actor.acting_for_name,
        "company": head.company.name,
        "title": _title(draft),
        "lines": lines,
        "total": format_minor(total, currency),
        "limit": format_minor(limit, currency),
        "available": format_minor(max(0, limit - used), currency),
        "missing": format_minor(max(0, used + total - limit), currency),
        "on_hold": bool(credit and credit.on_hold),
        "hold_reason": credit.hold_reason if credit else "",
        "draft_path": f"/drafts/{draft.id}",
        "pay_path": pay_path,
        "reps": [
            {"name": rep.name, "phone": rep.phone or "", "email": rep.email}
            for rep in reps_of(session, head.company.id)
        ],
    }
    key = f"{MAIL}:{draft.id}:{draft.asked_at.isoformat() if draft.asked_at else ''}"
    post_all(
        session,
        [
            RawLetter(
                f"{key}:{each.user_id}", MAIL, each.email, data, each.name, each.language, head.company.id
            )
            for each in people
        ],
    )


def _title(draft: Draft) -> str:
    return " ".join(draft.name.split()) or "an order"  # in one line, as a subject has to be
