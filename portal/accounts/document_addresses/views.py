"""The own company's addresses for documents, and the links in mails to them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.accounts.document_addresses.forms import TokenForm
from portal.accounts.document_addresses.page import AddressPages
from portal.accounts.document_addresses.rules import kinds_words
from portal.accounts.document_addresses.use_cases import (
    confirm_address,
    find_removable,
    find_unconfirmed,
    remove_by_link,
)
from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.accounts.pages import Answer, blueprint
from portal.web.access import needs, public
from portal.web.scope import unscoped
from portal.web.sessions import actor, visit
from portal.web.transaction import db, now, only_reads


@blueprint.get("/company/document-addresses", endpoint="document_addresses")
@needs("company:manage")
def show_document_addresses() -> Answer:
    """Who gets documents besides the company's people."""
    return _pages().show()


@blueprint.route("/company/document-addresses/new", methods=["GET", "POST"], endpoint="new_document_address")
@needs("company:manage")
def create_document_address() -> Answer:
    """Ask another address."""
    return _pages().create()


@blueprint.route(
    "/company/document-addresses/<handle(document_address):address_id>",
    methods=["GET", "POST"],
    endpoint="document_address",
)
@needs("company:manage")
def edit_document_address(address_id: int) -> Answer:
    """What an address gets."""
    return _pages().edit(address_id)


@blueprint.post(
    "/company/document-addresses/<handle(document_address):address_id>/confirmation",
    endpoint="ask_document_address",
)
@needs("company:manage")
def ask_document_address(address_id: int) -> Answer:
    """Send the question again."""
    return _pages().ask(address_id)


@blueprint.post(
    "/company/document-addresses/<handle(document_address):address_id>/removal",
    endpoint="remove_document_address",
)
@needs("company:manage")
def create_document_address_removal(address_id: int) -> Answer:
    """Send it nothing any longer."""
    return _pages().remove(address_id)


@blueprint.route(
    "/document-addresses/confirmation", methods=["GET", "POST"], endpoint="confirm_document_address"
)
@public
def show_confirmation() -> Answer:
    """Whoever reads the mailbox says that it wants the documents."""
    token = _token()
    if only_reads():
        return _asked(find_unconfirmed(db(), token=token, now=now()), token, "confirm")
    return _done(confirm_address(db(), token=token, now=now()), "confirm")


@blueprint.route("/document-addresses/removal", methods=["GET", "POST"], endpoint="leave_document_address")
@public
def show_removal() -> Answer:
    """Whoever reads the mailbox wants no more documents."""
    token = _token()
    if only_reads():
        return _asked(find_removable(db(), token=token), token, "leave")
    return _done(remove_by_link(db(), token=token, now=now()), "leave")


def _token() -> str:
    # The link decides, not who is signed in here.
    visit()
    unscoped(db())
    return request.values.get("token", "")


def _asked(address: DocumentAddress | None, token: str, what: str) -> Answer:
    if address is None:
        return _done(None, what)
    return render_template(
        "accounts/document_addresses/asked.html",
        what=what,
        form=TokenForm(formdata=None, token=token),
        email=address.email,
        documents=kinds_words(address.kinds).lower(),
        company=db().get_one(Company, address.company_id),
    )


def _done(address: DocumentAddress | None, what: str) -> Answer:
    page = render_template("accounts/document_addresses/done.html", what=what, address=address)
    return (page, 410) if address is None else page


def _pages() -> AddressPages:
    def href(name: str, **parts: Any) -> str:
        return url_for("billing.overview") if name == "back" else url_for(f"accounts.{name}", **parts)

    return AddressPages(db().get_one(Company, actor().customer_id), "own", href)
