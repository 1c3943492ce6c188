"""The page on which a draft is worked on, as all its actions answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from flask import redirect, render_template, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.credit import CreditAccount
from portal.foundation.secrets.handles import read_handle
from portal.orders.approvals.queries import approval_status
from portal.orders.approvals.rows import ApprovalStatus
from portal.orders.credit_rescue.queries import SplitParent, split_from
from portal.orders.drafts.differences import Difference, differences
from portal.orders.drafts.facts import DraftViewed
from portal.orders.drafts.forms import DRAFT, AddForm, DraftInput, NameForm, PasteForm, RemovedLine
from portal.orders.drafts.lines import Line, total_of
from portal.orders.drafts.queries import DraftHead, head_of, stocked_lines
from portal.orders.drafts.work import is_own
from portal.orders.models.drafts import LeftOut
from portal.orders.models.orders import Order
from portal.web.sessions import actor, visit
from portal.web.touch import viewed
from portal.web.transaction import db, today

Answer = str | tuple[str, int] | Response
LINE = f"{DRAFT}/lines/<handle(line):line_id>"


@dataclass(frozen=True, kw_only=True)
class DraftPage:
    """What the page shows. ``head`` is None before the first line; ``mine``: the reader works on it."""

    head: DraftHead | None
    lines: list[Line]
    currency: str
    store_name: str | None
    mine: bool
    is_mine_for_another: bool  # a rep's own, begun for somebody else than the one acted for now
    may_change: bool
    typed: DraftInput
    undo: RemovedLine | None
    parent: SplitParent | None
    credit: CreditAccount | None
    approval: ApprovalStatus | None

    @cached_property
    def notes(self) -> dict[int, list[Difference]]:
        """By line: what differs from last time."""
        return {
            line.id: differences(line, currency=self.currency, store_name=self.store_name)
            for line in self.lines
        }

    def mark(self, line: Line) -> str:
        """Stands for everything that the row of a line shows; the form sends it back with what is changed."""
        typed = self.typed
        shown = (
            line,
            self.notes[line.id],
            self.store_name,
            typed.quantities.get(line.id, str(line.quantity)),
            typed.problems.get(line.id),
            typed.colours.get(line.id, line.colour_number or ""),
            typed.off_colour.get(line.id),
        )
        return blake2b(repr(shown).encode(), digest_size=6).hexdigest()

    @property
    def different(self) -> int:
        return sum(1 for each in self.notes.values() if each)

    @property
    def blocked(self) -> int:
        """How many lines cannot be ordered."""
        return sum(1 for line in self.lines if line.problem)

    @property
    def total_minor(self) -> int:
        return total_of(self.lines)

    @property
    def left_out(self) -> list[LeftOut]:
        """What a reorder could not take over."""
        return [each for each in self.head.draft.left_out if "raw" not in each] if self.head else []

    @property
    def wrong(self) -> list[LeftOut]:
        """Lines of a pasted list that could not be read."""
        return [each for each in self.head.draft.left_out if "raw" in each] if self.head else []

    @cached_property
    def add_form(self) -> AddForm:
        return self.typed.add or AddForm(formdata=None)

    @cached_property
    def paste_form(self) -> PasteForm:
        """Wrong lines come back in the box, ready to be corrected."""
        return PasteForm(formdata=None, pasted="\n".join(each["raw"] for each in self.wrong))

    @cached_property
    def name_form(self) -> NameForm | None:
        return NameForm(formdata=None, name=self.head.draft.name) if self.head else None


def show_draft(draft_id: int, typed: DraftInput) -> Answer:
    """The page of a draft, with what was refused on it."""
    head = head_of(db(), actor(), draft_id)
    if head.draft.state == "placed":
        number = db().scalar(select(Order.number).where(Order.draft_id == draft_id))
        return redirect(url_for("orders.detail", number=number))
    return draft_page(head, typed)


def store_of(head: DraftHead | None) -> tuple[int | None, str | None]:
    """The store whose stock counts: the draft's, once one was chosen for it; until then that of the context bar."""
    seen = visit()
    if head is not None and head.store is not None and (head.draft.checkout_at or seen.store_id is None):
        return head.store.id, head.store.name
    return seen.store_id, seen.store_name


def draft_page(head: DraftHead | None, typed: DraftInput) -> Answer:
    """The page of a draft, or of the one that the first line will make."""
    page = read_page(head, typed)
    body = render_template("orders/drafts/draft.html", page=page)
    return (body, 422) if typed.is_refused else body


def read_page(head: DraftHead | None, typed: DraftInput) -> DraftPage:
    """What the page shows."""
    store_id, store_name = store_of(head)
    lines = _lines(head, store_id) if head is not None else []
    mine = head is None or is_own(head.draft, actor())
    own = head if mine else None
    return DraftPage(
        head=head,
        lines=lines,
        currency=head.company.currency if head else visit().currency,
        store_name=store_name,
        mine=mine,
        is_mine_for_another=not mine and head is not None and head.draft.owner_user_id == actor().user_id,
        may_change=mine and _may_change(head),
        typed=typed,
        undo=_undo_of(head),
        parent=split_from(db(), own.draft) if own else None,
        credit=credit_of(db(), own.company.id) if own and lines else None,
        approval=_approval(own) if own else None,
    )


def _may_change(head: DraftHead | None) -> bool:
    return actor().can("drafts:write") and (head is None or head.draft.state != "discarded")


def _lines(head: DraftHead, store_id: int | None) -> list[Line]:
    lines = stocked_lines(
        db(), company_id=head.company.id, draft_id=head.id, today=today(), store_id=store_id
    )
    viewed(
        DraftViewed(lines=len(lines)),
        account_id=head.company.id,
        store_id=store_id,
        links={"draft_id": head.id},
    )
    return lines


def _approval(head: DraftHead) -> ApprovalStatus | None:
    """The state of its approval, once it has gone on to pickup or delivery: before that nobody was asked."""
    if head.draft.checkout_at is None or head.draft.state == "discarded":
        return None
    return approval_status(db(), actor(), head.id)


def _undo_of(head: DraftHead | None) -> RemovedLine | None:
    """What was just removed from this draft, offered once."""
    kept: RemovedLine | None = session.get("removed")
    if (
        head is None
        or kept is None
        or read_handle("draft", kept.get("draft")) != head.id
        or kept.get("offered")
    ):
        return None
    session["removed"] = {**kept, "offered": True}
    return kept
