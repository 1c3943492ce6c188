"""What a draft would be as an order, for those who look at it before it is one: who places it, and who approves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.billing.models.credit import CreditAccount
from portal.billing.tax.rules import Taxed
from portal.billing.terms.queries import credit_and_terms
from portal.orders.checkout.day_words import spoken_day
from portal.orders.checkout.queries.po_numbers import EarlierOrder, earlier_order
from portal.orders.checkout.queries.promises import Work, queues, ready_time, work_of
from portal.orders.checkout.snapshot import encode_snapshot, terms_of
from portal.orders.checkout.terms import po_of, po_problem
from portal.orders.drafts.lines import Line, tax_of, there, total_of
from portal.orders.drafts.queries import DraftHead, add_tax, stocked_lines
from portal.orders.promise import clock_words
from portal.stores.hours.queries import schedules
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


@dataclass(frozen=True, kw_only=True)
class Review:
    """Lines with prices, stock and tax, pickup or delivery, credit. Amounts in minor units of ``currency``.

    :ivar po_problem: field and sentence, if the company's rule for PO numbers is not met.
    :ivar po_before: the order that has the same PO number already; a job's number may be on many.
    :ivar ready: when the store could have ready what is there; None for a delivery, and if nothing is there.
    """

    head: DraftHead
    lines: list[Line]
    taxed: Taxed
    may_exempt: bool
    credit: CreditAccount | None
    terms_words: str
    po_number: str
    po_problem: tuple[str, str] | None
    po_before: EarlierOrder | None
    ready: datetime | None
    now: datetime

    @property
    def currency(self) -> str:
        return self.head.company.currency

    @property
    def net_minor(self) -> int:
        return total_of(self.lines)

    @property
    def tax_minor(self) -> int:
        return tax_of(self.lines)

    @property
    def tax_words(self) -> str:
        """``Sales tax NY 8.875 %``."""
        return self.taxed.words(self.net_minor, self.tax_minor, self.currency)

    @property
    def total_minor(self) -> int:
        """With tax."""
        return self.net_minor + self.tax_minor

    @property
    def blocked(self) -> list[Line]:
        """Lines that cannot be ordered."""
        return [line for line in self.lines if line.problem]

    @property
    def short(self) -> list[Line]:
        """Lines of which the store has fewer than wanted."""
        return [line for line in self.lines if line.is_short]

    @property
    def nothing_there(self) -> bool:
        """True if the store has nothing of it, so that nothing can be promised."""
        return work_of(self.lines, there(self.lines)).is_none

    @property
    def stop(self) -> bool:
        """True if it cannot be ordered, approved or not."""
        return bool(self.blocked or self.po_problem or not self.lines)

    @property
    def shown(self) -> str:
        """For the hidden field that says what was shown."""
        return encode_snapshot(terms_of(self.head), self.lines)

    @property
    def zone(self) -> str:
        return self.head.store.time_zone if self.head.store else "UTC"

    def day_words(self, moment: datetime, starts: bool = False) -> str:
        """The day on the store's calendar; ``starts``: it begins a sentence."""
        return spoken_day(moment, self.zone, self.now, starts)

    def clock_words(self, moment: datetime) -> str:
        """The time on the store's clock."""
        return clock_words(moment, self.zone)


def _lines(head: DraftHead) -> list[Line]:
    draft = head.draft
    return stocked_lines(
        db(), company_id=head.company.id, draft_id=draft.id, today=today(), store_id=draft.store_id
    )


def read_review(head: DraftHead) -> Review:
    """The draft as the order it would be now. The same number of statements for any number of lines."""
    draft, company = head.draft, head.company
    lines = _lines(head)
    credit, terms = credit_and_terms(db(), company)
    taxed = add_tax(db(), head, lines, today=today())
    po_number = po_of(company.po_mode, draft.po_number, head.job.po_number if head.job else None)
    return Review(
        head=head,
        lines=lines,
        taxed=taxed,
        may_exempt=actor().can("payments:administer"),
        credit=credit,
        terms_words=terms.words,
        po_number=po_number,
        po_problem=po_problem(company.po_mode, po_number, head.job is not None),
        po_before=_po_before(head, po_number),
        ready=_ready(head, work_of(lines, there(lines))),
        now=now(),
    )


def _po_before(head: DraftHead, po_number: str) -> EarlierOrder | None:
    typed = head.company.po_mode != "list" and (head.job is None or head.job.po_number != po_number)
    if not typed or not po_number:
        return None
    return earlier_order(db(), company_id=head.company.id, po_number=po_number)


def _ready(head: DraftHead, work: Work) -> datetime | None:
    store = head.store
    if store is None or head.draft.fulfilment != "pickup":
        return None
    schedule, queue = schedules(db(), [store.id])[store.id], queues(db(), [store.id])[store.id]
    return ready_time(store, schedule, queue, now=now(), work=work)
