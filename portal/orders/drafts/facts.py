"""The touchpoints of a draft: each change is a fact of its own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from portal.orders.drafts.work import Work
from portal.touchpoints.kind import Touch, fact, view
from portal.touchpoints.recording import Event, record


def record_draft(
    work: Work,
    what: Touch,
    *,
    variant_id: int | None = None,
    key: str | None = None,
    order_id: int | None = None,
    value_minor: int | None = None,
    currency: str | None = None,
) -> None:
    """Record a fact about a draft; without a key it is one that may happen again.

    :param value_minor: amount in minor units of ``currency``.
    """
    draft = work.draft
    event = Event(
        what,
        actor=work.actor,
        now=work.now,
        key=key or f"{what.kind.name}:{draft.id}:{uuid4().hex}",
        account_id=draft.company_id,
        store_id=draft.store_id,
        value_minor=value_minor,
        currency=currency,
        links={"draft_id": draft.id, "variant_id": variant_id, "order_id": order_id},
    )
    record(work.session, event)


@fact(
    "product_added",
    stage="select",
    task="order",
    says="Added to a draft",
    meaning="A line came into a draft, or its quantity went up",
    detail="line",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAdded(Touch):
    """A line came into a draft, or its quantity went up."""

    sku: str | None = None
    quantity: int | None = None
    quantity_before: int | None = None
    line_no: int | None = None
    colour_number: str | None = None
    source: str | None = None
    lines: int | None = None
    draft_id: int | None = None


@fact(
    "product_removed",
    stage="select",
    task="order",
    says="Took out of a draft",
    meaning="A line left a draft, or its quantity went down",
    detail="line",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRemoved(Touch):
    """A line left a draft, or its quantity went down."""

    sku: str | None = None
    quantity: int | None = None
    quantity_before: int | None = None
    line_no: int | None = None
    colour_number: str | None = None
    source: str | None = None
    lines: int | None = None
    draft_id: int | None = None


@view(
    "draft_viewed",
    stage="select",
    task="order",
    says="Looked at a draft",
    meaning="A draft, or the list of them, was shown",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class DraftViewed(Touch):
    """A draft, or the list of them, was shown."""

    lines: int | None = None
    drafts: int | None = None


@fact(
    "list_saved",
    stage="select",
    task="order",
    says="Saved a draft",
    meaning="A draft was named, parked, resumed or discarded, or a list saved",
    actions={
        "park": "Parked a draft",
        "resume": "Went on with a draft",
        "rename": "Named a draft",
        "discard": "Discarded a draft",
        "restore": "Restored a discarded draft",
        "copy": "Took over a colleague's draft",
        "save": "Saved a draft",
        "split": "Split a draft in two",
        "merge": "Put a draft together again",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ListSaved(Touch):
    """A draft was named, parked, resumed or discarded, or a list saved."""

    lines: int | None = None
    action: str | None = None
    draft_id: int | None = None


@fact(
    "approval_requested",
    stage="purchase",
    task="order",
    says="Asked for approval",
    meaning="A draft waits for an approver",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequested(Touch):
    """A draft waits for an approver."""

    lines: int | None = None
    rule: str | None = None
    draft_id: int | None = None
