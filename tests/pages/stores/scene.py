"""What the tests of store pages start from."""

from __future__ import annotations

from portal.foundation.clock import utcnow
from portal.orders.models.drafts import Draft, DraftLine
from tests.builders import Build
from tests.page import PageClient


class Scene:
    """A company with a draft, and two stores with different stock of it."""

    def __init__(self, build: Build) -> None:
        self.near = build.store("Dock Street", code="DOC-01", city="Albany")
        self.far = build.store("Quarry Road", code="QUA-01", city="Troy", latitude=44.0)
        self.company = build.company("Harbour Painting", home_store_id=self.near.id)
        self.buyer = build.user(self.company)
        self.wall, self.brush = build.variant(name="Evenwall, 1 gal"), build.variant(name="Sash brush")
        build.stock(self.near, self.wall, 5)
        build.stock(self.near, self.brush, 1)
        build.stock(self.far, self.wall, 50)
        build.stock(self.far, self.brush, 50)
        draft = build._add(
            Draft(
                company_id=self.company.id,
                owner_user_id=self.buyer.id,
                subject_user_id=self.buyer.id,
                created_at=utcnow(),
                updated_at=utcnow(),
            )
        )
        for position, (variant, quantity) in enumerate([(self.wall, 5), (self.brush, 4)]):
            build._add(
                DraftLine(
                    draft_id=draft.id,
                    company_id=self.company.id,
                    position=position,
                    variant_id=variant.id,
                    quantity=quantity,
                )
            )


def names(client: PageClient) -> list[str]:
    """Headings of the page's cards."""
    assert client.page is not None
    return ["".join(each.itertext()).strip() for each in client.page.iter("h2")]
