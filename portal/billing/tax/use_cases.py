"""A company's certificates that exempt it from sales tax: added and withdrawn by its own people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.billing.models.tax import TaxExemption
from portal.billing.tax.exemption_rules import Certificate, clean_file_name, file_type, problems_of
from portal.billing.tax.facts import record_exemption_added, record_exemption_withdrawn
from portal.billing.tax.rules import region_key
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected

MOST = 50  # certificates that are not withdrawn, per company


class CertificateRefused(Rejected):
    """Everything that is wrong with a certificate, at once.

    :ivar problems: a sentence for each field; of no field under the empty name.
    """

    def __init__(self, code: str, message: str, problems: Mapping[str, str]) -> None:
        super().__init__(code, message)
        self.problems = problems


def add_exemption(
    session: Session, *, actor: Actor, now: datetime, today: date, certificate: Certificate
) -> TaxExemption:
    """Add a certificate: from now on orders of the company in that region carry no tax on the days it covers. Earlier
    orders stay as they are.

    :param today: the seller's calendar day.
    :raises NotFound: if the actor lacks the permission.
    :raises CertificateRefused: ``exemption``, or ``too_many`` of them.
    """
    _check(actor)
    kind, problems = file_type(certificate.file), problems_of(certificate, today)
    if problems or kind is None:
        raise CertificateRefused("exemption", "Please correct what is marked.", problems)
    _check_count(session, actor.customer_id)
    added = _exemption(certificate, kind, actor, now)
    session.add(added)
    session.flush()
    record_exemption_added(session, added, actor=actor, now=now)
    return added


def withdraw_exemption(session: Session, *, actor: Actor, now: datetime, exemption_id: int) -> TaxExemption:
    """End a certificate before its last day. Orders placed from now on carry tax again. Idempotent.

    :raises NotFound: if the actor lacks the permission, or the certificate is another company's.
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
        record_exemption_withdrawn(session, found, actor=actor, now=now)
    return found


def _check(actor: Actor) -> None:
    if not actor.can("payments:administer"):
        raise NotFound


def _check_count(session: Session, company_id: int) -> None:
    """Two people who add certificates at once are counted one after the other."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtext('tax_exemption'), :company)"), {"company": company_id}
    )
    held = select(func.count()).where(TaxExemption.company_id == company_id, TaxExemption.ended_at.is_(None))
    if (session.scalar(held) or 0) >= MOST:
        words = f"Your company has {MOST} certificates. Withdraw those that are no longer needed."
        raise CertificateRefused("too_many", words, {"": words})


def _exemption(certificate: Certificate, kind: tuple[str, str], actor: Actor, now: datetime) -> TaxExemption:
    """The row; ``kind`` is the file's media type and ending."""
    return TaxExemption(
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
