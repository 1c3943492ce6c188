"""Hostile input on real pages: ids out of range, made-up cursors, broken addresses, impossible dates, odd bodies.

Nothing of it may end in a crash (the test client would raise it), nor change anything.
"""

from __future__ import annotations

import base64
import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from portal.orders.models.drafts import DraftLine
from portal.orders.models.orders import Order
from tests.builders import Build
from tests.page import PageClient
from tests.placed_orders import Counter, counter
from tests.shop import Shop

HUGE = (2**31, 2**63, 10**30)


def cursor(*parts: object) -> str:
    """What a page of ours would call a cursor; JSON takes more than a sort key is made of."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


NESTED = base64.urlsafe_b64encode(b"[" * 60_000).decode().rstrip("=")
CURSORS = (
    "%",
    "AAAA",
    "=",
    "\u0661",
    "x" * 5000,
    NESTED,
    cursor(float("inf")),
    cursor(float("inf"), 1),
    cursor("2026-01-01T00:00:00+00:00", float("inf")),
    cursor("2026-01-01T00:00:00+00:00", 1, "\ud800"),
    cursor(1, "\ud800", 1),
    cursor("\ud800", 1),
    cursor("0001-01-01T00:00:00+14:00", 1),
    cursor("9999-12-31T23:59:59-12:00", 1),
    cursor(2**62, "not-a-uuid"),
    cursor(10**400),
    cursor("9" * 5000),
    cursor([1], {}),
    cursor(None, None),
)


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, "company_admin", name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def test_made_up_cursors_show_the_first_page(shop: Shop, client: PageClient) -> None:
    client.sign_in(shop.user.email)
    pages = (
        "/orders?after=",
        "/orders?before=",
        "/activity?after=",
        "/acting?after=",
        "/bought-before?after=",
        "/products?q=paint&after=",
        "/products?category=x&after=",
    )
    for page in pages:
        for made_up in CURSORS:
            assert client.http.get(page + made_up).status_code == 200


def test_made_up_cursors_of_staff(build: Build, client: PageClient) -> None:
    company = build.company()
    client.sign_in(build.rep(company).email)
    for page in ("/customers?after=", f"/customers/{company.code}?after="):
        for made_up in CURSORS:
            assert client.http.get(page + made_up).status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        "a" * 10_000,
        "%" * 300,
        "(" * 500,
        "\\" * 200,
        "' or 1=1 --",
        "\u202e\u0661\u0662",
        "+1" * 2000,
        "a b " * 2000,
        "\U0001f3a8" * 200,
        "_%_%" * 100,
    ],
)
def test_searches_take_anything(shop: Shop, client: PageClient, words: str) -> None:
    from urllib.parse import quote

    client.sign_in(shop.user.email)
    for page in ("/products", "/orders", "/bought-before", "/colours"):
        for name in ("q", "colour_q", "po", "job", "family", "category", "colour"):
            assert client.http.get(f"{page}?{name}={quote(words)}").status_code == 200


def test_staff_searches_take_anything(build: Build, client: PageClient) -> None:
    from urllib.parse import quote

    client.sign_in(build.user(kind="support").email)
    for words in ("a" * 10_000, "%" * 300, "\u0661" * 40, "@" * 500, "+" * 300, "\U0001f3a8" * 99, "\\"):
        for page in ("/lookup", "/customers"):
            client.get(f"{page}?q={quote(words)}")


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "2026-W01-1", "20260101", "-1", "\u0661", "x" * 9999]
)
def test_impossible_days_in_the_filter(shop: Shop, client: PageClient, day: str) -> None:
    shop.user.time_zone = "Asia/Tokyo"
    shop.build.session.commit()
    client.sign_in(shop.user.email)
    for name in ("from", "to"):
        for page in ("/orders", "/orders.csv"):
            assert client.http.get(page, query_string={name: day}).status_code in (200, 422)


@pytest.mark.parametrize("number", [str(each) for each in HUGE] + ["-1", "0", "1.5", "\u0661", "1e9"])
def test_ids_that_no_row_can_have(shop: Shop, client: PageClient, number: str) -> None:
    client.sign_in(shop.user.email)
    gets = (f"/drafts/{number}", f"/drafts/{number}/review", f"/drafts/{number}/pickup", f"/people/{number}")
    for path in gets:
        client.get(path, status=404)
    posts = (
        f"/drafts/{number}/lines",
        f"/drafts/{number}/lines/1/removal",
        f"/drafts/1/lines/{number}/removal",
        f"/drafts/{number}/placement",
        f"/drafts/{number}/parking",
        f"/drafts/{number}/copies",
        f"/drafts/{number}/restoration",
        f"/people/{number}/role",
        f"/people/{number}/lock",
        f"/people/{number}/invitation",
        f"/account/sessions/{number}/ending",
        f"/jobs/{number}/closure",
    )
    for path in posts:
        client.post(path, {"role": "viewer"}, status=404)


@pytest.mark.parametrize(
    "number", [str(each) for each in HUGE] + ["-1", "0", "1.5", "\u0661", "9" * 5000, "\x00"]
)
def test_ids_in_forms_that_no_row_can_have(
    shop: Shop, client: PageClient, session: Session, number: str
) -> None:
    paint = shop.build.variant()
    draft_id = shop.draft([(paint, 1)])
    client.sign_in(shop.user.email)
    tries = (
        ("/context", {"company_id": number}),
        ("/context", {"job_id": number}),
        ("/context", {"store_id": number}),
        ("/stores/choice", {"store": number}),
        (f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": number}),
        (f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id), "job_id": number}),
        (
            f"/drafts/{handle('draft', draft_id)}/pickup",
            {"store_id": str(shop.store.id), "fulfilment": "delivery", "address_id": number},
        ),
        ("/drafts/current/lines", {"variant_id": number}),
        ("/drafts/current/lines", {"sku": number}),
        (f"/drafts/{handle('draft', draft_id)}/lines", {f"quantity-{number}": "1"}),
        ("/bought-before/lines", {"pick": f"{number}:", f"quantity-{number}:": "1"}),
        ("/bought-before/lines", {"pick": f"{paint.id}:{number}", f"quantity-{paint.id}:{number}": "1"}),
    )
    for path, form in tries:
        assert client.post(path, form, status=None).status_code in (302, 303, 404, 422), (path, form)
    assert session.scalar(select(func.count()).select_from(Order)) == 0


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1.5", "1e3", "\u0663", "9" * 10, "9" * 5000, "2147483648", "", " "]
)
def test_quantities_that_are_none(shop: Shop, client: PageClient, session: Session, quantity: str) -> None:
    paint = shop.build.variant("P-1")
    draft_id = shop.draft([(paint, 7)])
    line = session.scalars(select(DraftLine)).one()
    client.sign_in(shop.user.email)
    answer = client.post(
        f"/drafts/{handle('draft', draft_id)}/lines",
        {f"quantity-{handle('line', line.id)}": quantity},
        status=None,
    )
    session.expire_all()
    left = session.scalars(select(DraftLine.quantity)).all()
    assert (answer.status_code == 422 and left == [7]) or (quantity == "0" and left == [])
    if quantity.strip():
        client.post("/drafts/current/lines", {"sku": "P-1", "quantity": quantity}, status=422)


def test_sums_stay_within_what_can_be_ordered(shop: Shop, client: PageClient, session: Session) -> None:
    shop.build.variant("P-1")
    client.sign_in(shop.user.email)
    client.post("/drafts/current/lines", {"sku": "P-1", "quantity": "100000"})
    client.post("/drafts/current/lines", {"sku": "P-1", "quantity": "1"}, status=422)
    client.post("/drafts/current/pasted-lines", {"pasted": "P-1 100000\n" * 200}, status=422)
    assert session.scalars(select(DraftLine.quantity)).all() == [100_000]


def test_a_referrer_that_is_no_address(shop: Shop, client: PageClient) -> None:
    client.sign_in(shop.user.email)
    for broken in ("http://[", "http://localhost:port/x", "//", "http://localhost/\\evil", "\u00e9://"):
        client.get("/context", headers={"Referer": broken})
        client.get("/context", headers={"HX-Current-URL": broken})
        answer = client.http.get("/orders", headers={"HX-Current-URL": broken, "HX-Request": "true"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: y=2",
        "///evil.example",
        "/ /evil.example",
        "https:evil.example",
        "/\u2028/evil.example",
        " //evil.example",
        "/\x7f/evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(shop: Shop, client: PageClient, onward: str) -> None:
    client.get("/sign-in")
    answer = client.post("/sign-in", {"email": shop.user.email, "password": "paint-the-town", "next": onward})
    places = [answer.headers["Location"]]
    client.get("/account")
    paint = shop.build.variant("P-1")
    for path, form in (
        ("/drafts/current/lines", {"variant_id": str(paint.id)}),
        ("/stores/choice", {"store": shop.store.code}),
        ("/context", {"job_id": ""}),
    ):
        places.append(client.post(path, {**form, "next": onward}, status=None).headers["Location"])
    for place in places:
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))
        assert not set("\r\n") & set(place)
        assert "Set-Cookie: y" not in str(answer.headers)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT"])
def test_other_methods_are_refused(shop: Shop, client: PageClient, method: str) -> None:
    client.sign_in(shop.user.email)
    for path in ("/orders", "/drafts/current", "/people", "/sign-in"):
        assert client.http.open(path, method=method).status_code in (400, 405)
        answer = client.http.get(
            path, headers={"X-HTTP-Method-Override": method}, query_string={"_method": method}
        )
        assert answer.status_code in (200, 302)


def test_head_and_options_tell_nothing(shop: Shop, client: PageClient) -> None:
    for path in ("/orders", "/people", f"/drafts/{handle('draft', 1)}/review", "/counter", "/lookup?q=x"):
        head = client.http.head(path)
        assert (head.status_code, head.headers["Location"][:14]) == (302, "/sign-in?next=")
        assert client.http.options(path).status_code == 401
    client.sign_in(shop.user.email)
    assert client.http.head("/orders").get_data() == b""


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml", "x"]
)
def test_bodies_that_are_no_form(shop: Shop, client: PageClient, kind: str) -> None:
    client.sign_in(shop.user.email)
    for body in (b"{", b"\xff\xfe", b"--x\r\n", b'{"draft_id": 1}', b"[" * 100_000):
        for path in ("/drafts/current/lines", "/context", "/sign-in", "/people/invitation"):
            assert client.http.post(path, data=body, content_type=kind).status_code in (400, 413)


def test_a_fields_megabyte_and_its_thousand_copies(shop: Shop, client: PageClient, session: Session) -> None:
    draft_id = shop.draft([(shop.build.variant("P-1"), 1)])
    client.sign_in(shop.user.email)
    long = "x" * 1_000_000
    for path, form, statuses in (
        ("/drafts/current/lines", {"sku": long}, (422,)),
        ("/drafts/current/lines", {"sku": "P-1", "colour_number": long}, (422,)),
        ("/drafts/current/lines", {"sku": "P-1", "source": long}, (302,)),
        ("/drafts/current/pasted-lines", {"pasted": long}, (302, 422)),
        ("/drafts/current/pasted-lines", {"pasted": "P-1 1\n" * 5000}, (302, 422)),
        (f"/drafts/{handle('draft', draft_id)}/name", {"name": long}, (422,)),
        (f"/drafts/{handle('draft', draft_id)}/placement", {"shown": long, "token": long}, (422,)),
        (
            f"/drafts/{handle('draft', draft_id)}/pickup",
            {"store_id": str(shop.store.id), "note": long, "po_number": long},
            (302, 422),
        ),
        ("/account/profile", {"name": long, "phone": long, "language": "en", "time_zone": "UTC"}, (422,)),
        ("/account/password", {"current": long, "password": long}, (422,)),
        ("/jobs", {"names": long}, (422,)),
        ("/people/invitation", {"email": long, "name": long, "role": "buyer"}, (422,)),
    ):
        assert client.post(path, form, status=None).status_code in statuses, path
    assert client.http.get("/orders", query_string=[("q", "a")] * 1000).status_code == 200
    session.expire_all()


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build)


@pytest.mark.parametrize("units", ["-1", "0", "1.5", "\u0661", "9" * 5000, "101", ""])
def test_the_counter_takes_no_impossible_units(scene: Counter, client: PageClient, units: str) -> None:
    order = scene.order()
    client.sign_in(scene.associate.email)
    at = f"/counter/orders/{order.number}"
    client.post(f"{at}/acceptance")
    client.post(f"{at}/picking")
    client.post(f"{at}/lines/1/shortage", {"units": units, "reason": "damaged", "rest": "cancel"}, status=422)
    client.post(f"{at}/readiness", {"line": "1", "picked-1": units}, status=422)
    client.post(f"{at}/readiness", {"line": units, f"picked-{units}": "1"}, status=None)
    client.post(f"{at}/handover", {"line": units, "choose": "1", "code": "K7PQXA"}, status=None)
    for line in ("0", "99", str(2**63)):
        client.get(f"{at}/lines/{line}/shortage", status=404)


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59", "0001-01-01T00:00", "2999-01-01T00:00", "2026-06-02", "x", "\u0661"]
)
def test_the_counter_promises_no_impossible_time(scene: Counter, client: PageClient, at: str) -> None:
    order = scene.order()
    client.sign_in(scene.associate.email)
    path = f"/counter/orders/{order.number}"
    client.post(f"{path}/promise", {"promised_at": at, "promise_reason": "Truck broke down"}, status=422)
    client.get(path)
    client.get("/counter")
