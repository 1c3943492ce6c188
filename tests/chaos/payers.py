"""Payers who pay one invoice after the other and, like people, press again when the line was cut."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from html import unescape

import requests

from tests.builders import PASSWORD
from tests.sandbox.stripe.standing import Browser

CUT = (requests.ConnectionError, requests.Timeout)
FIELD = re.compile(r'<input[^>]* name="(csrf_token|key)" value="([^"]+)"')
AMOUNT = re.compile(r'name="(amount_[^"]+)"[^>]*value="([^"]+)"')
CONTINUE = re.compile(r'href="(http://127\.0\.0\.1:\d+/c/pay/[^"]+)"')
OVER = ("Paid: ", "did not go through", "Cancelled", "has run out", "Settled with")


class Payer(threading.Thread):
    """Pays its invoices by card; ``paid`` are the numbers for which the portal said so."""

    def __init__(self, address: str, email: str, numbers: list[str], stop: threading.Event) -> None:
        super().__init__()
        self.address, self.email, self.stop = f"http://{address}", email, stop
        self._left = numbers
        self.paid: list[str] = []
        self.error: Exception | None = None
        self._http = requests.Session()
        self._card = Browser()

    def run(self) -> None:
        try:
            self._again(self._sign_in)
            while self._left and not self.stop.is_set():
                self._pay(self._left[0])
                self.paid.append(self._left.pop(0))
        except InterruptedError:
            pass
        except Exception as error:
            self.error = error

    def _pay(self, number: str) -> None:
        """Until the portal says that it is paid."""
        page = self._page(f"/payments/new?invoice={number}")
        if "is under way" in page or "paid already" in page:
            found = re.search(r'href="(/payments/[\w-]{20,})"', page)
            here = found.group(1) if found else ""
        else:
            here = self._send(number, page)
        while not self.stop.is_set():
            if here.startswith("http"):
                self._card.pay_by_card(here, "4242424242424242")
                here = ""
            page = self._page(here or f"/invoices/{number}")
            if any(word in page for word in OVER) or "Nothing is open" in page:
                return
            waits = CONTINUE.search(page)
            status = re.search(r'href="(/payments/[\w-]{20,})"', page)
            here = unescape(waits.group(1)) if waits else here or (status.group(1) if status else "")
            time.sleep(random.uniform(0.05, 0.3))
        raise InterruptedError

    def _send(self, number: str, page: str) -> str:
        """The form, the same one until it is answered; where it leads."""
        form = {name: unescape(value) for name, value in [*FIELD.findall(page), *AMOUNT.findall(page)]}
        form |= {"invoice": number, "method": "card"}

        def send() -> str:
            answer = self._http.post(f"{self.address}/payments", form, allow_redirects=False, timeout=60)
            assert answer.status_code in (303, 422), answer.text[:2000]
            if answer.status_code == 422:  # somebody's, perhaps our own, payment is under way
                found = re.search(r'href="(/payments/[\w-]{20,})"', answer.text)
                assert found is not None, answer.text[:3000]
                return found.group(1)
            return answer.headers["Location"]

        return self._again(send)

    def _page(self, path: str) -> str:
        def get() -> str:
            answer = self._http.get(f"{self.address}{path}", timeout=60)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
            return answer.text

        return self._again(get)

    def _sign_in(self) -> str:
        page = self._http.get(f"{self.address}/sign-in", timeout=60).text
        form = dict(FIELD.findall(page)) | {"email": self.email, "password": PASSWORD}
        answer = self._http.post(f"{self.address}/sign-in", form, timeout=60)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:2000]}"
        return answer.url

    def _again(self, act: Callable[[], str]) -> str:
        while True:
            if self.stop.is_set():
                raise InterruptedError
            try:
                return act()
            except CUT:
                time.sleep(random.uniform(0.02, 0.2))
