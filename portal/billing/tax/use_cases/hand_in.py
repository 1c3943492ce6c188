"""A company's certificates: handed in and withdrawn by its own people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.billing.models.tax import COMPANY, WAITING, TaxExemption
from portal.billing.tax.exemption_rules import (
    Certificate,
    ExemptionPolicy,
    clean_file_name,
    is_waiting,
    problems_of,
)
from portal.billing.tax.facts import record_exemption_added, record_exemption_withdrawn
from portal.billing.tax.letters import mail_exemption_waits
from portal.billing.tax.queries.exemptions import taxed_regions
from portal.billing.tax.rules import region_key
from portal.billing.tax.scans import file_type
from portal.billing.tax.use_cases.locks import locked_exemption
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.places.regions import region_name

MOST_REGIONS = 20  # that a sentence names
MOST = 50  # certificates of a company that have not ended
MOST_WAITING = 10
MOST_A_DAY = 20  # also those that were withdrawn or refused
_HELD = text("""
select count(*) filter (where ended_at is null), count(*) filter (where ended_at is null and state = :waiting),
       count(*) filter (where added_at > :since and added_by_user_id is not null)
  from tax_exemption where company_id = :company
""")


class CertificateRefused(Rejected):
    """Everything that is wrong with a certificate, at once.

    :ivar problems: a sentence for each field; of no field under the empty name.
    """

    def __init__(self, code: str, message: str, problems: Mapping[str, str]) -> None:
        super().__init__(code, message)
        self.problems = problems


def add_exemption(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    certificate: Certificate,
    policy: ExemptionPolicy,
) -> TaxExemption:
    """Hand a certificate in: our administrators are told. Orders carry tax until it is accepted, unless the policy says
    that it counts at once. Earlier orders stay as they are.

    :param today: the seller's calendar day.
    :raises NotFound: if the actor lacks the permission.
    :raises CertificateRefused: ``exemption``, or ``too_many`` of them, or ``there`` already.
    """
    _check(actor)
    kind, problems = file_type(certificate.file), problems_of(certificate, today, policy)
    if problems or kind is None:
        raise CertificateRefused("exemption", "Please correct what is marked.", problems)
    _check_count(session, actor.customer_id, now)
    added = _exemption(certificate, kind, actor, now)
    added.counts_from = now if policy.at_once else None
    _check_region(session, added.region)
    _check_same(session, added)
    session.add(added)
    session.flush()
    record_exemption_added(session, added, actor=actor, now=now)
    mail_exemption_waits(session, added, by=actor)
    return added


def withdraw_exemption(session: Session, *, actor: Actor, now: datetime, exemption_id: int) -> TaxExemption:
    """End a certificate before its last day. Orders placed from now on carry tax again. The file of one that nobody has
    looked at and by which no order went without tax is deleted. Idempotent.

    :raises NotFound: if the actor lacks the permission, or the certificate is another company's.
    """
    _check(actor)
    found = locked_exemption(session, actor.customer_id, exemption_id)
    if found.ended_at is None:
        if is_waiting(found) and found.counts_from is None:
            found.file, found.file_name, found.file_type = None, "", ""
        found.ended_at, found.ended_by, found.ended_by_name = now, COMPANY, actor.name
        record_exemption_withdrawn(session, found, actor=actor, now=now)
    return found


def _check(actor: Actor) -> None:
    if not actor.can("payments:administer"):
        raise NotFound


def _check_count(session: Session, company_id: int, now: datetime) -> None:
    """Two people who add certificates at once are counted one after the other."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtext('tax_exemption'), :company)"), {"company": company_id}
    )
    since = now - timedelta(days=1)
    held, waiting, today = session.execute(
        _HELD, {"company": company_id, "waiting": WAITING, "since": since}
    ).one()
    words = ""
    if held >= MOST:
        words = f"Your company has {MOST} certificates. Withdraw those that are no longer needed."
    elif waiting >= MOST_WAITING:
        words = (
            f"{MOST_WAITING} of your certificates wait to be accepted. Add more once we have looked at them."
        )
    elif today >= MOST_A_DAY:
        words = f"Your company has added {MOST_A_DAY} certificates within a day. Add the next one tomorrow."
    if words:
        raise CertificateRefused("too_many", words, {"": words})


def _check_region(session: Session, region: str) -> None:
    """Where there are rates, a certificate for a region without one would never apply."""
    regions = taxed_regions(session)
    if regions and region not in {region_key(each) for each in regions}:
        words = (
            f"We charge no sales tax in {region_name(region)}, so no certificate is needed there. Enter the state in the "
            f"address of your deliveries or your store: {', '.join(regions[:MOST_REGIONS])}."
        )
        raise CertificateRefused("region", words, {"region": words})


def _check_same(session: Session, new: TaxExemption) -> None:
    """What is there already and has not ended is not handed in twice: a second look at the same paper."""
    same = select(func.count()).where(
        TaxExemption.company_id == new.company_id,
        TaxExemption.region == new.region,
        TaxExemption.certificate_number == new.certificate_number,
        TaxExemption.valid_to >= new.valid_to,
        TaxExemption.ended_at.is_(None),
    )
    if session.scalar(same):
        words = f"Certificate {new.certificate_number} is in your list already, valid as long as this one or longer."
        raise CertificateRefused("there", words, {"number": words})


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
        state=WAITING,
        added_by_user_id=actor.user_id,
        added_by_name=actor.name,
        added_at=now,
    )
