"""Mails about drafts that credit did not cover: to the approvers, and to who works on the draft once it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import Company, User
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.credit import CreditAccount
from portal.billing.models.payments import PaymentAttempt
from portal.billing.payers.queries import Recipient
from portal.foundation.mail import Letter, Mail, send
from portal.foundation.money import format_minor
from portal.foundation.secrets.handles import handle
from portal.orders.credit_rescue.ahead import missing_minor
from portal.orders.credit_rescue.queries import reps_of
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.queries import DraftHead, TaxedLines, head_of, taxed_lines
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import Draft


@dataclass(frozen=True, kw_only=True)
class CreditAsk(Letter, words="request to make room for an order"):
    """Credit does not cover a draft."""

    asker: str
    on_behalf: str
    company: str
    title: str
    lines: int
    total: str
    limit: str
    available: str
    missing: str
    on_hold: bool
    hold_reason: str
    draft_path: str
    pay_path: str
    reps: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class DraftPaid(Letter, words="money for an order came in"):
    """The money for a draft has come. ``missing``: what has to come in before it can be placed; empty if nothing."""

    company: str
    title: str
    path: str
    amount: str
    missing: str
    on_hold: bool
    hold_reason: str


def mail_credit_request(
    work: Work, head: DraftHead, priced: TaxedLines, people: Sequence[Recipient], pay_path: str
) -> None:
    """Ask each of them, once for each time the draft was asked about.

    :param pay_path: where they pay what would make room.
    """
    draft = work.draft
    letter = _credit_ask(work, head, priced, pay_path)
    key = f"{letter.kind}:{draft.id}:{draft.asked_at.isoformat() if draft.asked_at else ''}"
    mails = [
        Mail(key=f"{key}:{each.user_id}", letter=letter, to=each, company_id=head.company.id)
        for each in people
    ]
    send(work.session, *mails)


def _reps(session: Session, company_id: int) -> list[dict[str, str]]:
    return [
        {"name": rep.name, "phone": rep.phone or "", "email": rep.email}
        for rep in reps_of(session, company_id)
    ]


def _credit_ask(work: Work, head: DraftHead, priced: TaxedLines, pay_path: str) -> CreditAsk:
    session, company, total = work.session, head.company, priced.total_minor
    credit = credit_of(session, company.id)
    used, limit = (credit.used_minor, credit.limit_minor) if credit else (0, 0)
    return CreditAsk(
        asker=work.actor.name,
        on_behalf=work.actor.acting_for_name,
        company=company.name,
        title=_title(work.draft, "an order"),
        lines=len(priced.lines),
        total=format_minor(total, company.currency),
        limit=format_minor(limit, company.currency),
        available=format_minor(max(0, limit - used), company.currency),
        missing=format_minor(max(0, used + total - limit), company.currency),
        on_hold=bool(credit and credit.on_hold),
        hold_reason=credit.hold_reason if credit else "",
        draft_path=f"/drafts/{handle('draft', work.draft.id)}",
        pay_path=pay_path,
        reps=_reps(session, company.id),
    )


def _paid_draft(
    session: Session, draft_id: int, attempt_id: int
) -> Row[Draft, str, User, PaymentAttempt] | None:
    return session.execute(
        select(Draft, Company.name, User, PaymentAttempt)
        .join(Company, Company.id == Draft.company_id)
        .join(User, User.id == Draft.owner_user_id)
        .join(PaymentAttempt, PaymentAttempt.id == attempt_id)
        .where(
            Draft.id == draft_id, PaymentAttempt.company_id == Draft.company_id, Draft.state.in_(OPEN_DRAFTS)
        )
    ).one_or_none()


def mail_draft_paid(session: Session, *, draft_id: int, attempt_id: int, today: date) -> None:
    """Mail who works on the draft that its money has come, once for each payment, and whether the order can be placed
    now. It is not placed automatically: prices may have changed meanwhile.

    :param today: the day whose prices hold, in the seller's calendar.
    """
    found = _paid_draft(session, draft_id, attempt_id)
    if found is None:
        return
    draft, company_name, person, attempt = found
    owner = actor_on_record(
        person.kind, user_id=person.id, name=person.name, email=person.email, company_id=draft.company_id
    )
    total = taxed_lines(session, head_of(session, owner, draft_id), today=today).total_minor
    letter = _draft_paid(draft, company_name, attempt, credit_of(session, draft.company_id), total)
    key = f"{letter.kind}:{attempt_id}"
    send(session, Mail(key=key, letter=letter, to=person, company_id=draft.company_id))


def _draft_paid(
    draft: Draft, company_name: str, attempt: PaymentAttempt, credit: CreditAccount | None, total_minor: int
) -> DraftPaid:
    missing = missing_minor(total_minor, credit) if credit is not None else 0
    return DraftPaid(
        company=company_name,
        title=_title(draft, "your order"),
        path=f"/drafts/{handle('draft', draft.id)}/review",
        amount=format_minor(attempt.amount_minor, attempt.currency),
        missing=format_minor(missing, attempt.currency) if missing else "",
        on_hold=credit is not None and credit.on_hold,
        hold_reason=credit.hold_reason if credit is not None else "",
    )


def _title(draft: Draft, unnamed: str) -> str:
    return " ".join(draft.name.split()) or unnamed  # in one line, as a subject has to be
