"""Every mail about an order can be written: its template takes what the order gives it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.acceptance import accept
from portal.orders.fulfilment.use_cases.backorders import fulfil_backorders
from portal.orders.fulfilment.use_cases.cancellation import cancel
from portal.orders.fulfilment.use_cases.delivery import change_promise, dispatch
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.fulfilment.use_cases.picks import start_picking
from portal.orders.fulfilment.use_cases.readiness import mark_ready
from portal.orders.fulfilment.use_cases.shortages import Shortage, short_pick
from portal.worker.delivery import Delivery
from tests.builders import NOW, Build
from tests.placed_orders import Counter, Want, counter


def bodies(session: Session, settings: Settings) -> dict[str, tuple[str, str]]:
    """Subject and body of each kind of mail that waits to be sent."""
    posting = Delivery(settings, session.get_bind())
    found = {}
    for mail in session.scalars(select(OutboundMail).order_by(OutboundMail.id)):
        message = posting._message(mail)
        found[mail.kind] = (str(message["Subject"]), message.get_content())
    return found


def ready(session: Session, scene: Counter, **fields: object) -> str:
    order = scene.order(Want(scene.paint, 2, backordered=1), Want(scene.tape, 3, price="3.95"), **fields)
    at = {"actor": scene.staff, "now": NOW, "number": order.number}
    accept(session, **at)
    start_picking(session, **at)
    mark_ready(session, **at)
    return order.number


def test_mails_of_a_pickup(session: Session, build: Build, settings: Settings) -> None:
    scene = counter(build, on_hand=10)
    number = ready(session, scene, po_number="PO-7731")
    at = {"actor": scene.staff, "now": NOW, "number": number}
    short_pick(session, **at, shortage=Shortage(line_no=2, units=1, reason="damaged", rest="cancel"))
    hand_over(session, **at, code="K7PQXA")
    fulfil_backorders(session, actor=scene.staff, now=NOW, store_id=scene.store.id)
    session.commit()
    mails = bodies(session, settings)
    subject, body = mails["order_ready"]
    assert subject == f"Part of order {number} is ready at Albany Central"
    for words in ("K7PQXA", "Sam Fields", "Mon to Sat 7:00 am to 6:00 pm", "+1 518 555 0100", "PO-7731"):
        assert words in body, words
    assert f"http://localhost/orders/{number}" in body
    subject, body = mails["order_short"]
    assert subject == f"1 of TAPE-1 missing on order {number}"
    assert "was damaged in the store" in body
    assert "You do not pay for it" in body
    subject, body = mails["order_restocked"]
    assert "ProLine eggshell" in body
    assert "ready by today 11:00 am" in body


def test_mails_of_a_delivery_and_of_what_is_called_off(
    session: Session, build: Build, settings: Settings
) -> None:
    scene = counter(build, on_hand=10)
    to = {"recipient": "Site office", "line1": "4 Mill Lane", "city": "Albany"}
    number = ready(session, scene, fulfilment="delivery", pickup_code=None, pickup_person="", ship_to=to)
    dispatch(session, actor=scene.staff, now=NOW, number=number)
    session.commit()
    placed = scene.order(Want(scene.tape, 1, price="3.95"))
    change_promise(
        session,
        actor=scene.staff,
        now=NOW,
        number=placed.number,
        promised_at=NOW.replace(hour=20),
        reason="The tinting machine is down.",
    )
    cancel(session, actor=scene.customer, now=NOW, number=placed.number, reason="Job moved")
    session.commit()
    mails = bodies(session, settings)
    assert "Site office, 4 Mill Lane, Albany" in mails["order_out"][1]
    assert mails["order_promise_changed"][0] == f"New time for order {placed.number}: today 4:00 pm"
    assert "The tinting machine is down." in mails["order_promise_changed"][1]
    assert mails["order_cancelled"][0] == f"Order {placed.number} is cancelled"
    assert "Reason: Job moved" in mails["order_cancelled"][1]
    for subject, body in mails.values():
        assert "\n\n\n" not in body, subject
        assert "None" not in body, subject
