"""Choosing the open invoices that money or credit is for, on the pages on which an amount is typed beside each.

What was typed is read as any open invoice of the company, whichever were shown; rows with an amount stay in sight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import request

from portal.billing.invoices.queries.choice import SHOWN, OpenPage, documents_named, documents_of, open_page
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.invoices.remittance import Mention, mentions_in
from portal.billing.settlement.forms import ChoiceForm
from portal.billing.settlement.split import spread
from portal.foundation.amounts import amount_field, parse_amount
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor
from portal.web.transaction import db, today

LOOKS = ("show", "take", "suggest")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose invoices are chosen, by the company's id, and in which currency.

    :ivar branches: names by id of a parent's branches, whose invoices can be chosen, too.
    """

    id: int
    currency: str
    name: str = ""
    branches: Mapping[int, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        """The companies in the order in which their invoices are shown."""
        return [self.id, *self.branches]


@dataclass(frozen=True, slots=True)
class Group:
    """The invoices of one company; ``name`` is empty where there is only that one."""

    name: str
    documents: Sequence[OpenDocument]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown to choose from: rows with an amount first, then a page of the others."""

    chosen: Sequence[OpenDocument]
    listed: OpenPage
    whose: Whose

    @property
    def documents(self) -> list[OpenDocument]:
        """Everything beside which an amount can be typed."""
        ids = {each.id for each in self.chosen}
        return [*self.chosen, *(each for each in self.listed.documents if each.id not in ids)]

    @property
    def groups(self) -> list[Group]:
        """The same company by company."""
        if not self.whose.branches:
            return [Group("", self.documents)] if self.documents else []
        names = {self.whose.id: self.whose.name, **self.whose.branches}
        found = [
            Group(name, [each for each in self.documents if each.company_id == id])
            for id, name in names.items()
        ]
        return [each for each in found if each.documents]

    @property
    def words(self) -> str:
        """``61 to 120 of 131 invoices``."""
        first, count = (self.listed.page - 1) * SHOWN, self.listed.count
        return f"{first + 1:,} to {first + len(self.listed.documents):,} of {count:,} invoices"


def step_of() -> str:
    """Which button was pressed; empty for the one that does it."""
    step = request.form.get("step", "")
    return step if step in LOOKS or step.startswith("page-") else ""


def read_typed(form: ChoiceForm, company: Whose) -> list[OpenDocument]:
    """Read the amounts that came with the form; the invoices that have one.

    :raises NotFound: for an amount beside another company's invoice.
    """
    ids = form.ids_in(request.form)
    documents = documents_of(db(), company.ids, ids)
    if len(documents) != len(set(ids)):
        raise NotFound
    form.read_rows(request.form, documents)
    return documents


def shown_choice(
    form: ChoiceForm, company: Whose, chosen: Sequence[OpenDocument], saved: Callable[[OpenDocument], int]
) -> Choice:
    """What to choose from after what was pressed, or by the query of the address. New rows show the discount of paying
    early."""
    asked = form.wanted(request.values.get("step", ""), request.values.get("page", ""))
    choice = Choice(chosen, open_page(db(), company.ids, company.currency, asked, today()), company)
    for each in choice.documents:
        minor = saved(each) if each.id not in form.rows.discount_texts else 0
        if minor:
            form.rows.discount_texts[each.id] = amount_field(minor, each.currency)
    return choice


def take_named(
    form: ChoiceForm,
    company: Whose,
    chosen: Sequence[OpenDocument],
    saved: Callable[[OpenDocument], int],
    money_minor: int | None,
) -> list[OpenDocument]:
    """Fill in the invoices that the box names, after those that have an amount: with the amount beside the number, or with
    what settles it as far as the money reaches. What does not fit stays in the box, and the field says why.

    :param money_minor: None while it is not known: then each is settled.
    """
    known = documents_named(db(), company.ids, form.numbers.data or "")
    named = [(each, *_judged(each, known, company)) for each in mentions_in(form.numbers.data or "", known)]
    before = {each.id for each in chosen}
    fits = {each.id: (each, said) for said, each, _ in named if each and each.id not in before}
    parts = _amounts(form, fits, saved, money_minor)
    new = [each for each, _ in fits.values()]
    form.add_rows(parts, new, {each.id: saved(each) for each in new})
    for document, said in fits.values():
        if document.id not in parts:
            form.rows.texts[document.id] = said.amount
    wrong = [(said, problem) for said, _, problem in named if problem]
    form.numbers.data = "\n".join(said.text for said, _ in wrong)
    form.numbers.errors = [*form.numbers.errors, *(problem for _, problem in wrong)]
    return [*chosen, *new]


def read_again(form: ChoiceForm, company: Whose, chosen: Sequence[OpenDocument]) -> list[OpenDocument]:
    """The invoices that have an amount or an error, after something was refused: what the box named is among them."""
    ids = {each.id for each in chosen} | set(form.rows.texts)
    return documents_of(db(), company.ids, sorted(ids))


def fold_in(form: ChoiceForm, taken: Callable[[], list[OpenDocument]]) -> list[OpenDocument]:
    """Take what is still in the box before going on.

    :raises Rejected: on ``numbers`` if some of it does not fit.
    """
    documents = taken()
    if form.numbers.errors:
        raise Rejected("numbers", "Correct the numbers that do not fit, or take them out of the box.")
    return documents


def _judged(said: Mention, known: dict[str, OpenDocument], company: Whose) -> tuple[OpenDocument | None, str]:
    """The open invoice, or why there is none to put anything onto."""
    key = "".join(each for each in said.word if each.isalnum()).upper()
    document = known.get(key)
    if document is None:
        return None, f"{said.word}: there is no invoice of this number."
    if document.kind != "invoice":
        return None, f"{document.number} is a credit memo, not an invoice."
    if document.currency != company.currency:
        return None, f"{document.number} is in {document.currency}."
    if document.open_minor <= 0:
        return None, f"{document.number} is paid already."
    if document.free_minor <= 0:
        return None, f"A payment for {document.number} is under way."
    return document, ""


def _amounts(
    form: ChoiceForm,
    fits: dict[int, tuple[OpenDocument, Mention]],
    saved: Callable[[OpenDocument], int],
    money_minor: int | None,
) -> dict[int, int]:
    """Minor units for each; an amount that cannot be read is an error of its row."""
    parts: dict[int, int] = {}
    plain: list[tuple[int, int]] = []
    for id, (document, said) in fits.items():
        try:
            if said.amount:
                parts[id] = parse_amount(said.amount, document.currency)
            else:
                plain.append((id, document.free_minor - saved(document)))
        except ValueError as error:
            form.rows.errors[id] = str(error)
    if money_minor is None:
        return parts | dict(plain)
    left = max(0, money_minor - form.rows.total_minor - sum(parts.values()))
    reached = spread(left, plain)
    for id, minor in plain:
        if id not in reached:
            document = fits[id][0]
            form.rows.errors[id] = (
                f"Nothing is left for it; {format_minor(minor, document.currency)} settles it."
            )
    return parts | reached
