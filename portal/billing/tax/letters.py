"""Mails about certificates: to our administrators when one waits or runs out, to the company when it is decided on, ended
or runs out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.staff.queries import administrators
from portal.billing.models.tax import TaxExemption
from portal.billing.payers.letters import mail_payers
from portal.billing.tax.exemption_rules import REASONS
from portal.foundation.actor import Actor
from portal.foundation.mail import Letter, Mail, send
from portal.foundation.wording import date_words

OURS = "/tax-exemptions"


@dataclass(frozen=True, kw_only=True)
class ExemptionWaits(Letter, words="tax certificate to look at"):
    """To our administrators: a company has handed a certificate in. ``counts``: it does already."""

    company: str
    by: str
    number: str
    region: str
    reason: str
    valid_from: str
    valid_to: str
    counts: bool
    path: str


@dataclass(frozen=True, kw_only=True)
class ExemptionAccepted(Letter, words="tax certificate accepted"):
    """To the company."""

    company: str
    number: str
    region: str
    valid_from: str
    valid_to: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ExemptionRefused(Letter, words="tax certificate refused"):
    """To the company, with our reason. ``counted``: it did until now."""

    company: str
    number: str
    region: str
    answer: str
    counted: bool
    path: str


@dataclass(frozen=True, kw_only=True)
class ExemptionEnded(Letter, words="tax certificate ended"):
    """To the company, with our reason."""

    company: str
    number: str
    region: str
    answer: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ExemptionRunsOut(Letter, words="tax certificate runs out"):
    """To the company and to our administrators. ``over``: its last day is past; ``staff``: to ours."""

    company: str
    number: str
    region: str
    last_day: str
    over: bool
    staff: bool
    path: str


def mail_exemption_waits(session: Session, exemption: TaxExemption, *, by: Actor) -> None:
    """Tell our administrators, once for each certificate."""
    company = session.get_one(Company, exemption.company_id)
    letter = ExemptionWaits(
        company=company.name,
        by=by.name,
        number=exemption.certificate_number,
        region=exemption.region,
        reason=REASONS.get(exemption.reason, exemption.reason),
        valid_from=date_words(exemption.valid_from),
        valid_to=date_words(exemption.valid_to),
        counts=exemption.counts_from is not None,
        path=staff_path(company, exemption),
    )
    _mail_administrators(session, letter, exemption)


def mail_exemption_accepted(session: Session, exemption: TaxExemption) -> None:
    """Tell whoever administers the company's money."""
    letter = ExemptionAccepted(
        company=session.get_one(Company, exemption.company_id).name,
        number=exemption.certificate_number,
        region=exemption.region,
        valid_from=date_words(exemption.valid_from),
        valid_to=date_words(exemption.valid_to),
        path=OURS,
    )
    _mail_company(session, letter, exemption)


def mail_exemption_refused(session: Session, exemption: TaxExemption) -> None:
    """Tell whoever administers the company's money, with the reason."""
    letter = ExemptionRefused(
        company=session.get_one(Company, exemption.company_id).name,
        number=exemption.certificate_number,
        region=exemption.region,
        answer=exemption.decision_note,
        counted=exemption.counts_from is not None,
        path=OURS,
    )
    _mail_company(session, letter, exemption)


def mail_exemption_ended(session: Session, exemption: TaxExemption) -> None:
    """Tell whoever administers the company's money, with the reason."""
    letter = ExemptionEnded(
        company=session.get_one(Company, exemption.company_id).name,
        number=exemption.certificate_number,
        region=exemption.region,
        answer=exemption.end_note,
        path=OURS,
    )
    _mail_company(session, letter, exemption)


def mail_exemption_runs_out(session: Session, exemption: TaxExemption, days: int) -> None:
    """Tell both sides, once for each number of days.

    :param days: before its last day; below zero: it is past.
    """
    company = session.get_one(Company, exemption.company_id)
    for staff in (False, True):
        letter = ExemptionRunsOut(
            company=company.name,
            number=exemption.certificate_number,
            region=exemption.region,
            last_day=date_words(exemption.valid_to),
            over=days < 0,
            staff=staff,
            path=staff_path(company, exemption) if staff else OURS,
        )
        mail = _mail_administrators if staff else _mail_company
        mail(session, letter, exemption, f":{days}:{'staff' if staff else 'company'}")


def staff_path(company: Company, exemption: TaxExemption) -> str:
    """Where our own people look at a certificate."""
    return f"/customers/{company.code}/tax-exemptions/{exemption.id}"


def _mail_company(session: Session, letter: Letter, exemption: TaxExemption, more: str = "") -> None:
    key = f"{letter.kind}:{exemption.id}{more}"
    mail_payers(session, letter, key=key, company_id=exemption.company_id)


def _mail_administrators(session: Session, letter: Letter, exemption: TaxExemption, more: str = "") -> None:
    key = f"{letter.kind}:{exemption.id}{more}"
    mails = [
        Mail(key=f"{key}:{each.id}", letter=letter, to=each, company_id=exemption.company_id)
        for each in administrators(session)
    ]
    send(session, *mails)
