"""The pages: valid, escaped, closed to everything foreign, and the buttons behind the scenes."""

from __future__ import annotations

import pytest
import requests
import stripe

from tests.sandbox.stripe.standing import Browser, Receiver, Sandbox, session_params, words


def test_the_page_lets_nothing_foreign_in_but_the_way_back(
    client: stripe.StripeClient, browser: Browser
) -> None:
    params = session_params()
    params["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    page = browser.get(client.v1.checkout.sessions.create(params).url)
    assert "&lt;script&gt;alert(1)" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("form-action 'self' http://portal.example")
    assert "X-Back" not in page.headers


def test_addresses_that_belong_to_nothing(sandbox: Sandbox, browser: Browser) -> None:
    for path in ("/c/pay/cs_test_none", "/challenge/pi_none"):
        assert browser.get(sandbox.url + path).status_code == 404
        assert browser.post(sandbox.url + path).status_code == 404


def test_behind_the_scenes(
    client: stripe.StripeClient, sandbox: Sandbox, browser: Browser, receiver: Receiver
) -> None:
    backstage = f"{sandbox.url}/_sandbox"
    assert "None yet." in browser.get(f"{backstage}/").text
    session = client.v1.checkout.sessions.create(session_params(90_000))
    browser.pay_by_bank(session.url, "000123456789")
    assert browser.post(f"{backstage}/do/advance", days="4").status_code == 303
    charge = client.v1.charges.list().data[0]
    assert charge.status == "succeeded"
    browser.post(f"{backstage}/do/dispute", charge=charge.id)
    page = browser.get(f"{backstage}/")
    assert "900.00 USD" in words(page.text)
    assert "disputed" in page.text
    dispute = client.v1.disputes.list().data[0]
    browser.post(f"{backstage}/do/close", dispute=dispute.id, verdict="won")
    assert client.v1.disputes.retrieve(dispute.id).status == "won"
    again = browser.post(f"{backstage}/do/close", dispute=dispute.id, verdict="won")
    assert again.status_code == 422
    assert "already closed" in again.text
    browser.post(f"{backstage}/do/fault", kind="error_500", match="", times="3")
    assert "3 more times" in browser.get(f"{backstage}/").text
    browser.post(f"{backstage}/do/clear")
    assert "None is switched on." in browser.get(f"{backstage}/").text


@pytest.mark.parametrize("path", ["/static/pay.css", "/static/icon.svg"])
def test_what_the_pages_load(sandbox: Sandbox, path: str) -> None:
    assert requests.get(sandbox.url + path, timeout=5).ok
