"""What several pages of the desk are tested with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal.orders.models.drafts import Draft, DraftLine
from tests.page import PageClient
from tests.placed_orders import Counter

NOW = datetime.now(UTC)


def paths(client: PageClient) -> set[str]:
    assert client.page is not None
    return {a.get("href") or "" for a in client.page.iter("a")}


def add_draft(scene: Counter, lines: int = 2, **fields: Any) -> Draft:
    session = scene.build.session
    given = {
        "owner_user_id": scene.buyer.id,
        "subject_user_id": scene.buyer.id,
        "created_at": NOW,
        "updated_at": NOW,
    }
    draft = Draft(company_id=scene.company.id, **{**given, **fields})
    session.add(draft)
    session.flush()
    for position, variant in enumerate((scene.paint, scene.tape)[:lines], 1):
        session.add(
            DraftLine(
                draft_id=draft.id,
                company_id=scene.company.id,
                position=position,
                variant_id=variant.id,
                quantity=2,
            )
        )
    session.commit()
    return draft
