"""A company's certificates that exempt it from sales tax: added and withdrawn by its own people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.billing.models.tax import TaxExemption
from portal.billing.tax.exemption_rules import (
    MAX_FILE_BYTES,
    MAX_NUMBER,
    MAX_REGION,
    REASONS,
    clean_file_name,
    file_type,
)
from portal.billing.tax.facts import TaxExemptionAdded, TaxExemptionWithdrawn
from portal.billing.tax.rules import region_key
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.touchpoints.kind import Touch
from portal.touchpoints.recording import Event, record

MOST = 50  # certificates that are not withdrawn, per company


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person said about a certificate, and its file."""

    region: str
    reason: str
    number: str
    valid_from: date | None
    valid_to: date | None
    file_name: str
    file: bytes


def add(
    session: Session, *, actor: Actor, now: datetime, today: date, certificate: Certificate
) -> TaxExemption:
    """Add a certificate: from now on orders of the company in that region carry no tax on the days it covers. What
    was ordered before stays as it was.

    :param today: the seller's calendar day.
    :raises NotFound: for whom may not.
    :raises Rejected: ``exemption`` with details {field: sentence}: everything that is wrong, at once.
    """
    _check(actor)
    kind, problems = file_type(certificate.file), _problems(certificate, today)
    if problems or kind is None:
        raise Rejected("exemption", "Please correct what is marked.", details=problems)
    _lock(session, actor.customer_id)
    held = select(func.count()).where(
        TaxExemption.company_id == actor.customer_id, TaxExemption.ended_at.is_(None)
    )
    if (session.scalar(held) or 0) >= MOST:
        words = f"Your company has {MOST} certificates. Withdraw those that are not needed any more."
        raise Rejected("too_many", words, details={"": words})
    added = TaxExemption(
        company_id=actor.customer_id,
        region=region_key(certificate.region),
        reason=certificate.reason,
        certificate_number=certificate.number.strip(),
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        file_name=clean_file_name(certificate.file_name, kind[1]),
        file_type=kind[0],
        file=certificate.file,
        added_by_user_id=actor.user_id,
        added_by_name=actor.name,
        added_at=now,
    )
    session.add(added)
    session.flush()
    _record(session, TaxExemptionAdded(reason=added.reason), added, actor, now)
    return added


def withdraw(session: Session, *, actor: Actor, now: datetime, exemption_id: int) -> TaxExemption:
    """End a certificate before its day. Orders placed from now on carry tax again; withdrawing twice changes nothing.

    :raises NotFound: for whom may not, and for another company's certificate.
    """
    _check(actor)
    found = session.scalars(
        select(TaxExemption)
        .where(TaxExemption.id == exemption_id, TaxExemption.company_id == actor.customer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = now
        _record(session, TaxExemptionWithdrawn(reason=found.reason), found, actor, now)
    return found


def _check(actor: Actor) -> None:
    if not actor.can("payments:administer"):
        raise NotFound


def _lock(session: Session, company_id: int) -> None:
    """Two people who add at once are counted one after the other."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtext('tax_exemption'), :company)"), {"company": company_id}
    )


def _problems(given: Certificate, today: date) -> dict[str, str]:
    problems = {}
    if not 2 <= len(region_key(given.region)) <= MAX_REGION:
        problems["region"] = "Enter the state that gave it, as in your address: for example NY."
    if given.reason not in REASONS:
        problems["reason"] = "Choose why you are exempt."
    if not 1 <= len(given.number.strip()) <= MAX_NUMBER:
        problems["number"] = f"Enter the certificate's number, at most {MAX_NUMBER} characters."
    if given.valid_from is None:
        problems["valid_from"] = "Enter the first day that it covers."
    if given.valid_to is None:
        problems["valid_to"] = "Enter the last day that it covers."
    elif given.valid_from is not None and given.valid_to < given.valid_from:
        problems["valid_to"] = "This is before the first day."
    elif given.valid_to < today:
        problems["valid_to"] = "It has expired. Add the one that holds now."
    problems.update(_file_problem(given.file))
    return problems


def _file_problem(data: bytes) -> dict[str, str]:
    if not data:
        return {"file": "Choose the file: a scan or a photo of the certificate."}
    if len(data) > MAX_FILE_BYTES:
        return {
            "file": f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Take a smaller picture."
        }
    if file_type(data) is None:
        return {"file": "Only PDF, PNG and JPEG files can be used."}
    return {}


def _record(session: Session, what: Touch, exemption: TaxExemption, actor: Actor, now: datetime) -> None:
    record(
        session,
        Event(
            what,
            actor=actor,
            now=now,
            key=f"{what.kind.name}:{exemption.id}",
            account_id=exemption.company_id,
        ),
    )
