"""A customer's addresses for documents, for our administrators."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.accounts.companies.queries import visible_company
from portal.accounts.document_addresses.page import AddressPages
from portal.accounts.pages import Answer, staff_blueprint
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db

_LIST = "/customers/<code>/document-addresses"


@staff_blueprint.get(_LIST, endpoint="document_addresses")
@needs("billing:manage")
def show_customer_document_addresses(code: str) -> Answer:
    """Who gets its documents besides its people."""
    return _pages(code).show()


@staff_blueprint.route(f"{_LIST}/new", methods=["GET", "POST"], endpoint="new_document_address")
@needs("billing:manage")
def create_customer_document_address(code: str) -> Answer:
    """Ask another address."""
    return _pages(code).create()


@staff_blueprint.route(f"{_LIST}/<int:address_id>", methods=["GET", "POST"], endpoint="document_address")
@needs("billing:manage")
def edit_customer_document_address(code: str, address_id: int) -> Answer:
    """What an address gets."""
    return _pages(code).edit(address_id)


@staff_blueprint.post(f"{_LIST}/<int:address_id>/confirmation", endpoint="ask_document_address")
@needs("billing:manage")
def ask_customer_document_address(code: str, address_id: int) -> Answer:
    """Send the question again."""
    return _pages(code).ask(address_id)


@staff_blueprint.post(f"{_LIST}/<int:address_id>/removal", endpoint="remove_document_address")
@needs("billing:manage")
def create_customer_document_address_removal(code: str, address_id: int) -> Answer:
    """Send it nothing any longer."""
    return _pages(code).remove(address_id)


def _pages(code: str) -> AddressPages:
    company = visible_company(db(), actor(), code)

    def href(name: str, **parts: Any) -> str:
        if name == "back":
            return url_for("desk.customer", code=company.code)
        return url_for(f"accounts_staff.{name}", code=company.code, **parts)

    return AddressPages(company, "customer", href)
