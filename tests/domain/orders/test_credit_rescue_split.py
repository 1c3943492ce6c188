"""A draft that credit does not cover: split in two and put together again, and asking the approvers."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.orders.credit_rescue.use_cases.credit_requests import request_credit
from portal.orders.credit_rescue.use_cases.split import merge, split
from portal.orders.drafts.work import own_draft
from portal.orders.models.drafts import Draft, DraftLine
from tests.builders import NOW
from tests.placing import together
from tests.shop import TODAY, Shop


def lines_of(session: Session, draft_id: int) -> list[tuple[int, int, int]]:
    rows = session.execute(
        select(DraftLine.position, DraftLine.variant_id, DraftLine.quantity)
        .where(DraftLine.draft_id == draft_id)
        .order_by(DraftLine.position)
    )
    return [(row.position, row.variant_id, row.quantity) for row in rows]


def ids_of(session: Session, draft_id: int) -> list[int]:
    return list(
        session.scalars(
            select(DraftLine.id).where(DraftLine.draft_id == draft_id).order_by(DraftLine.position)
        )
    )


@pytest.fixture
def draft_id(shop: Shop) -> int:
    wishes = [
        (shop.build.variant(price="10"), 4),
        (shop.build.variant(price="20"), 6),
        (shop.build.variant(), 1),
    ]
    return shop.draft(wishes, po_number="7731", note="Gate code 4471", pickup_person="Lee")


def test_split_and_merged_it_is_what_it_was(shop: Shop, session: Session, draft_id: int) -> None:
    before = lines_of(session, draft_id)
    first, second, third = ids_of(session, draft_id)
    rest = split(session, actor=shop.actor, now=NOW, draft_id=draft_id, keep={first: 4, second: 2, third: 0})
    session.commit()
    (one, two, three) = (variant for _, variant, _ in before)
    assert [each[1:] for each in lines_of(session, draft_id)] == [(one, 4), (two, 2)]
    assert [each[1:] for each in lines_of(session, rest.id)] == [(two, 4), (three, 1)]
    assert (rest.state, rest.split_from_id, rest.name) == ("parked", draft_id, "Rest of an order")
    assert (rest.po_number, rest.note, rest.pickup_person) == ("7731", "Gate code 4471", "Lee")
    assert (rest.checkout_at, rest.window_start) == (None, None)
    merge(session, actor=shop.actor, now=NOW, draft_id=draft_id, rest_id=rest.id)
    session.commit()
    assert lines_of(session, draft_id) == before
    assert lines_of(session, rest.id) == []
    assert session.get_one(Draft, rest.id).state == "discarded"
    with pytest.raises(Rejected, match="nothing left to put back"):
        merge(session, actor=shop.actor, now=NOW, draft_id=draft_id, rest_id=rest.id)
    actions = session.scalars(text("select props->>'action' from touchpoint order by recorded_us")).all()
    assert actions == ["split", "merge"]


@pytest.mark.parametrize(
    ("keep", "code"),
    [((4, 6, 1), "nothing"), ((0, 0, 0), "nothing"), ((5, 0, 0), "changed"), ((4, 6), "changed")],
)
def test_what_cannot_be_split(
    shop: Shop, session: Session, draft_id: int, keep: tuple[int, ...], code: str
) -> None:
    chosen = dict(zip(ids_of(session, draft_id), keep, strict=False))
    with pytest.raises(Rejected) as refused:
        split(session, actor=shop.actor, now=NOW, draft_id=draft_id, keep=chosen)
    assert refused.value.code == code


def test_packs_stay_whole(shop: Shop, session: Session) -> None:
    draft_id = shop.draft([(shop.build.variant(pack_size=4), 8)])
    (line,) = ids_of(session, draft_id)
    with pytest.raises(Rejected, match="packs of 4"):
        split(session, actor=shop.actor, now=NOW, draft_id=draft_id, keep={line: 3})


def test_a_colleague_splits_nothing(shop: Shop, session: Session, draft_id: int) -> None:
    other = shop.build.actor(shop.build.user(shop.company), shop.company)
    for deed in (
        lambda: split(session, actor=other, now=NOW, draft_id=draft_id, keep={}),
        lambda: merge(session, actor=other, now=NOW, draft_id=draft_id, rest_id=draft_id),
        lambda: request_credit(session, actor=other, now=NOW, today=TODAY, draft_id=draft_id),
    ):
        with pytest.raises(NotFound):
            deed()


def test_only_what_was_split_off_is_put_back(shop: Shop, session: Session, draft_id: int) -> None:
    other = shop.draft([(shop.build.variant(), 1)])
    with pytest.raises(Rejected, match="nothing left to put back"):
        merge(session, actor=shop.actor, now=NOW, draft_id=other, rest_id=draft_id)


@pytest.mark.slow
def test_split_twice_at_once_loses_nothing(
    shop: Shop, sessions: sessionmaker[Session], session: Session, draft_id: int
) -> None:
    """The second waits for the first and finds another draft. Seen failing without FOR UPDATE on the draft."""
    first, second, third = ids_of(session, draft_id)
    before = sum(quantity for *_, quantity in lines_of(session, draft_id))
    session.rollback()

    def one() -> int:
        with sessions() as own, own.begin():
            keep = {first: 1, second: 0, third: 1}
            return split(own, actor=shop.actor, now=NOW, draft_id=draft_id, keep=keep).id

    results = together(*[one] * 6)
    assert sum(isinstance(each, int) for each in results) == 1, results
    assert sum(isinstance(each, Rejected) for each in results) == 5, results
    assert session.scalar(text("select sum(quantity) from draft_line")) == before


def test_the_approvers_are_asked_once_about_a_total(shop: Shop, session: Session, draft_id: int) -> None:
    build, company = shop.build, shop.company
    boss = build.user(company, "company_admin", name="Ann Lee")
    build.user(company, "viewer")
    gone = build.user(company, "approver", name="Gone")
    session.execute(text("update app_user set disabled_at = now() where id = :id"), {"id": gone.id})
    rep = build.rep(company, name="Sam Reyes", phone="+1 518 555 0177")
    session.execute(text("update credit_account set limit_minor = 10000, used_minor = 5000"))
    session.commit()
    for asked in (True, False):
        assert (
            request_credit(
                session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id, pay_path="/pay"
            )
            is asked
        )
        session.commit()
    mail = session.scalars(select(OutboundMail)).one()
    assert (mail.kind, mail.to_email) == ("credit_ask", boss.email)
    assert (mail.data["total"], mail.data["available"], mail.data["missing"]) == (
        "$201.20",
        "$50.00",
        "$151.20",
    )
    assert mail.data["reps"] == [{"name": "Sam Reyes", "phone": rep.phone, "email": rep.email}]
    assert mail.data["draft_path"] == f"/drafts/{handle('draft', draft_id)}"
    draft = own_draft(session, shop.actor, draft_id)
    assert (draft.asked_at, draft.asked_names, draft.asked_minor) == (NOW, "Ann Lee", 20_120)
    assert session.scalars(text("select name from touchpoint")).all() == ["approval_requested"]


def test_with_nobody_to_ask_it_says_so(shop: Shop, session: Session, draft_id: int) -> None:
    with pytest.raises(Rejected, match="nobody else"):
        request_credit(session, actor=shop.actor, now=NOW, today=TODAY, draft_id=draft_id)
