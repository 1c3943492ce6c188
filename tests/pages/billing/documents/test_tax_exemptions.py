"""Tax exemptions: a company's own people add and withdraw them, administrators read them, nobody else sees them. What the
seller decides: test_tax_decisions.py."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.models.tax import TaxExemption, TaxRate
from portal.billing.tax.use_cases.hand_in import MOST, withdraw_exemption
from portal.foundation.errors import NotFound
from portal.foundation.secrets.handles import handle
from portal.touchpoints.models import Touchpoint
from tests.builders import NOW, Build
from tests.page import PageClient
from tests.pages.billing.documents.papers import certificate, pdf

PDF = pdf()


def form(**fields: Any) -> dict[str, Any]:
    known = {
        "region": "ny",
        "reason": "resale",
        "number": "R-77",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "file": (io.BytesIO(PDF), "Resale 2026.pdf"),
    }
    return {**known, **fields}


def send(client: PageClient, status: int = 302, **fields: Any) -> Any:
    return client.post("/tax-exemptions", form(**fields), status=status, content_type="multipart/form-data")


@pytest.fixture
def company(build: Build) -> Company:
    return build.company("Harbor Painting")


@pytest.fixture
def owner(build: Build, company: Company, client: PageClient) -> PageClient:
    client.sign_in(build.user(company, "company_admin", name="Ada Lind").email)
    return client


def test_a_company_adds_and_withdraws_a_certificate(
    owner: PageClient, build: Build, session: Session, company: Company
) -> None:
    session.add(TaxRate(region="NY", name="NY sales tax", share="0.08", valid_from=date(2020, 1, 1)))
    session.commit()
    owner.get("/tax-exemptions")
    assert "No certificates yet" in owner.text
    owner.follow(send(owner))
    assert "The certificate is added." in owner.text
    assert "NY · R-77" in owner.text
    assert "Waiting to be accepted" in owner.text
    assert "until then your orders carry sales tax" in owner.text
    assert "Added by Ada Lind" in owner.text
    kept = session.scalars(select(TaxExemption)).one()
    assert (kept.company_id, kept.region, kept.file_name, kept.file_type) == (
        company.id,
        "NY",
        "Resale 2026.pdf",
        "application/pdf",
    )
    answer = owner.get(f"/tax-exemptions/{handle('exemption', kept.id)}/file")
    assert answer.get_data() == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Resale 2026.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/pdf"
    for _ in range(2):
        owner.get("/tax-exemptions")
        owner.follow(owner.post(f"/tax-exemptions/{handle('exemption', kept.id)}/withdrawal"))
        assert "Withdrawn" in owner.text
    names = session.scalars(
        select(Touchpoint.name).where(Touchpoint.name.like("tax_%")).order_by(Touchpoint.name)
    )
    assert names.all() == ["tax_exemption_added", "tax_exemption_withdrawn"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"region": ""}, "Enter the state that gave it"),
        ({"reason": "because"}, "Choose why you are exempt."),
        ({"number": ""}, "Enter the certificate's number"),
        ({"valid_from": ""}, "Enter the first day that it covers."),
        ({"valid_to": "soon"}, "Not a valid date value."),
        ({"valid_to": "2025-12-31"}, "This is before the first day."),
        ({"valid_from": "2019-01-01", "valid_to": "2020-01-01"}, "It has expired."),
        ({"valid_from": "1900-01-01"}, "This is too long ago. Check the year."),
        ({"valid_to": "9999-12-31"}, "We accept certificates until 31 Dec"),
        ({"file": ""}, "Choose the file"),
        ({"file": (io.BytesIO(b"%PDF-1.4 nothing"), "x.pdf")}, "it does not open"),
        ({"file": (io.BytesIO(b"<html><script>alert(1)</script>"), "x.pdf")}, "Only PDF, PNG and JPEG"),
        ({"file": (io.BytesIO(PDF + b"x" * 5 * 1024 * 1024), "big.pdf")}, "larger than 5 MB"),
    ],
)
def test_what_is_wrong_stands_next_to_its_field(
    owner: PageClient, session: Session, fields: dict[str, Any], words: str
) -> None:
    owner.get("/tax-exemptions")
    send(owner, 422, **fields)
    assert words in owner.text
    if "number" not in fields:
        assert 'value="R-77"' in owner.body, "nothing that was typed is lost"
    assert ("Choose the file again" in owner.text) == ("file" not in fields)
    assert session.scalar(select(func.count()).select_from(TaxExemption)) == 0


def test_what_is_far_too_large_is_not_read(owner: PageClient) -> None:
    owner.get("/tax-exemptions")
    answer = send(owner, 413, file=(io.BytesIO(PDF + b"x" * 17 * 1024 * 1024), "huge.pdf"))
    assert answer.status_code == 413


def test_another_company_s_certificate_does_not_exist(
    owner: PageClient, build: Build, session: Session
) -> None:
    theirs = certificate(session, build.company())
    owner.get("/tax-exemptions")
    assert "R-1" not in owner.text
    owner.get(f"/tax-exemptions/{handle('exemption', theirs.id)}/file", status=404)
    owner.post(f"/tax-exemptions/{handle('exemption', theirs.id)}/withdrawal", status=404)
    session.expire_all()
    assert theirs.ended_at is None


@pytest.mark.parametrize("role", ["viewer", "buyer"])
def test_only_those_who_administer_paying_may(
    role: str, build: Build, session: Session, company: Company
) -> None:
    theirs = certificate(session, company)
    actor = build.actor(build.user(company, role), company, role)
    with pytest.raises(NotFound):
        withdraw_exemption(session, actor=actor, now=NOW, exemption_id=theirs.id)


def test_administrators_read_and_keep_a_copy(
    client: PageClient, build: Build, session: Session, company: Company
) -> None:
    theirs = certificate(session, company)
    client.sign_in(build.user(kind="admin").email)
    client.get(f"/customers/{company.code}/tax-exemptions")
    assert "NY · R-1" in client.text
    assert client.get(f"/customers/{company.code}/tax-exemptions/{theirs.id}/file").mimetype == "image/png"
    other = build.company()
    client.get(f"/customers/{other.code}/tax-exemptions")
    assert "No certificates" in client.text
    client.get(f"/customers/{other.code}/tax-exemptions/{theirs.id}/file", status=404)


def test_whoever_answers_the_phone_sees_why_there_is_no_tax(
    app: Flask, client: PageClient, build: Build, session: Session, company: Company
) -> None:
    theirs = certificate(session, company)
    client.sign_in(build.user(kind="support").email)
    client.get(f"/customers/{company.code}/tax-exemptions")
    assert "NY · R-1" in client.text
    assert "Download" not in client.text
    client.get(f"/customers/{company.code}/tax-exemptions/{theirs.id}/file", status=403)
    stranger = PageClient(app)
    stranger.sign_in(build.rep(build.company()).email)
    stranger.get(f"/customers/{company.code}/tax-exemptions", status=404)


def test_fifty_certificates_are_enough(owner: PageClient, session: Session, company: Company) -> None:
    for number in range(MOST):
        certificate(session, company, certificate_number=f"R-{number}")
    owner.get("/tax-exemptions")
    send(owner, 422)
    assert "Withdraw those that are no longer needed" in owner.text


def test_every_form_needs_its_token(app: Flask, build: Build, company: Company) -> None:
    browser = PageClient(app)
    browser.sign_in(build.user(company, "company_admin").email)
    answer = browser.http.post("/tax-exemptions", data=form(), content_type="multipart/form-data")
    assert answer.status_code == 400
