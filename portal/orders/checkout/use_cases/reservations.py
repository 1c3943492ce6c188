"""What an order takes for itself when it is placed: stock, and a place in its pickup window."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.orders.checkout.changes import Change
from portal.orders.checkout.new_order import NewOrder
from portal.orders.checkout.refusals import OutOfStock
from portal.orders.drafts.lines import Line, share_out, wanted_by_variant
from portal.orders.drafts.queries import DraftHead
from portal.stores.stock.use_cases import reserve
from portal.stores.windows.use_cases import book_window


def hold_stock(session: Session, head: DraftHead, lines: list[Line]) -> list[int]:
    """Reserve; returns what each line got. Short lines wait if the draft allows backorders."""
    draft = head.draft
    wants = wanted_by_variant(lines)
    short = reserve(session, store_id=draft.store_id or 0, wants=wants, partial=draft.allow_backorder)
    shares = share_out(lines, {**wants, **short})
    if short and not draft.allow_backorder:
        changes = [
            Change(line.id, f"{line.name}: {_only(share)} of {line.quantity:,}.")
            for line, share in zip(lines, shares, strict=True)
            if share < line.quantity
        ]
        raise OutOfStock(head.store.name if head.store else "the store", changes)
    return shares


def _only(share: int) -> str:
    return f"only {share:,}" if share else "none"


def book_its_window(session: Session, order: NewOrder) -> None:
    """Take a place in the pickup window, if the order names one."""
    store = order.head.store
    if order.window_start is not None and store is not None:
        book_window(
            session, store_id=order.store_id, starts_at=order.window_start, capacity=store.window_capacity
        )
