"""The list of a company's addresses for documents and its forms, for its administrators and for ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import redirect, render_template

from portal.accounts.document_addresses import use_cases
from portal.accounts.document_addresses.facts import wish_of
from portal.accounts.document_addresses.forms import AddressForm, WishForm
from portal.accounts.document_addresses.queries import address_in, addresses_of
from portal.accounts.document_addresses.rules import DELIVERIES, kinds_words
from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.accounts.pages import Answer
from portal.accounts.sign_in.page import count_try
from portal.accounts.sign_in.use_cases.throttle import ANY_NETWORK, Limit, TooManyTries
from portal.foundation.errors import NotFound
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, only_reads
from portal.web.ui import flash

# Questions of one company, and to one address whichever companies ask: nobody's mailbox is flooded from here.
OF_COMPANY = Limit("document_address", per_account=30, per_network=ANY_NETWORK, window=timedelta(hours=1))
TO_ADDRESS = Limit(
    "document_address_to",
    per_account=5,
    per_network=ANY_NETWORK,
    window=timedelta(days=1),
    way_out=" One address is asked at most five times a day.",
)


@dataclass(frozen=True)
class AddressRow:
    """An address in the list."""

    id: int
    email: str
    words: str
    pdf: bool
    pay_link: bool
    confirmed: bool


@dataclass(frozen=True)
class AddressPages:
    """``href(name, **parts)`` makes the address of "document_addresses", "new_document_address", "document_address",
    "remove_document_address", "ask_document_address" and "back"."""

    company: Company
    folder: str  # of the templates' layout: "own" or "customer"
    href: Callable[..., str]

    def show(self) -> Answer:
        """The list."""
        rows = [_row(each) for each in addresses_of(db(), self.company.id)]
        return self._render("document_addresses", rows=rows)

    def create(self) -> Answer:
        """A new address."""
        form = AddressForm(formdata=None) if only_reads() else AddressForm()
        if only_reads():
            return self._render("new_document_address", form=form)
        status = 422
        if form.validate_on_submit():
            with refusing(form, books()) as tried:
                self._count(form.email.data)
                company, email = self.company, form.email.data
                use_cases.add_address(
                    tried.session, actor=actor(), now=now(), company=company, email=email, wish=form.wish
                )
            if tried.refused is None:
                flash("ok", f"We asked {form.email.data}. It gets documents once it has confirmed that.")
                return redirect(self.href("document_addresses"))
            status = 429 if isinstance(tried.refused, TooManyTries) else 422
        return self._render("new_document_address", form=form), status

    def edit(self, address_id: int) -> Answer:
        """What an address gets."""
        address = self._one(address_id)
        if only_reads():
            form = WishForm(formdata=None)
            form.show(wish_of(address))
            return self._render("document_address", form=form, address=address)
        form = WishForm()
        with refusing(form, books()) as tried:
            company, at = self.company, now()
            use_cases.change_address(
                tried.session, actor=actor(), now=at, company=company, address_id=address_id, wish=form.wish
            )
        if tried.refused is not None:
            return self._render("document_address", form=form, address=address), 422
        flash("ok", f"Saved for {address.email}.")
        return redirect(self.href("document_addresses"))

    def ask(self, address_id: int) -> Answer:
        """Send the question again."""
        with refusing(None, books()) as tried:
            self._count(self._one(address_id).email)
            email = use_cases.ask_again(
                tried.session, actor=actor(), now=now(), company=self.company, address_id=address_id
            )
        if tried.refused is not None:
            flash("error", tried.refused.message)
        else:
            flash("ok", f"We asked {email} again. The earlier link no longer works.")
        return redirect(self.href("document_addresses"))

    def remove(self, address_id: int) -> Answer:
        """Send it nothing any longer."""
        with books() as session:
            email = use_cases.remove_address(
                session, actor=actor(), now=now(), company=self.company, address_id=address_id
            )
        flash("ok", f"{email} gets no more documents.")
        return redirect(self.href("document_addresses"))

    def _count(self, email: str) -> None:
        count_try(OF_COMPANY, f"company {self.company.id}")
        count_try(TO_ADDRESS, email)

    def _one(self, address_id: int) -> DocumentAddress:
        address = address_in(db(), self.company.id, address_id)
        if address is None:
            raise NotFound
        return address

    def _render(self, page: str, **shown: object) -> str:
        return render_template(
            f"accounts/document_addresses/{page}.html",
            company=self.company,
            layout=f"layouts/{'page' if self.folder == 'own' else 'staff'}.html",
            href=self.href,
            back_label="Account" if self.folder == "own" else self.company.name,
            **shown,
        )


def _row(each: DocumentAddress) -> AddressRow:
    words = f"{DELIVERIES[each.delivery]}: {kinds_words(each.kinds).lower()}"
    return AddressRow(
        each.id, each.email, words, each.attach_pdf, each.pay_link, each.confirmed_at is not None
    )
