"""Fields for money, keys and amounts beside invoices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from wtforms import TextAreaField
from wtforms.validators import Optional

from portal.foundation.errors import Rejected
from portal.foundation.secrets.handles import handle
from portal.web.amount_rows import RowsForm
from portal.web.forms import KeyedForm, MoneyField, PortalForm


@dataclass(frozen=True)
class Bill:
    id: int
    currency: str = "USD"


class Payment(RowsForm):
    amount = MoneyField("Amount")


Send = Callable[..., Payment]


@pytest.fixture
def send() -> Iterator[Send]:
    """The form as a browser sends it."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="x", WTF_CSRF_ENABLED=False)
    contexts = []

    def post(**data: str) -> Payment:
        context = app.test_request_context(method="POST", data=data)
        context.push()
        contexts.append(context)
        return Payment()

    yield post
    for context in reversed(contexts):
        context.pop()


def test_money_is_minor_units(send: Send) -> None:
    """Seen failing without the filter for white space and NUL."""
    assert send(amount="\x00 1,234.50 ").amount.minor("USD") == 123_450
    assert send(amount="1234").amount.minor("JPY") == 1_234


@pytest.mark.parametrize("typed", ["", "ten", "1.234", "9" * 41])
def test_what_is_no_amount_is_refused_on_its_field(send: Send, typed: str) -> None:
    """Seen failing when the refusal named no field."""
    form = send(amount=typed)
    with pytest.raises(Rejected) as refused:
        form.amount.minor("USD")
    assert refused.value.field == "amount"
    form.refuse(refused.value)
    assert form.amount.errors == [refused.value.message]


def test_an_amount_may_be_left_out(send: Send) -> None:
    """Seen failing when an empty field was zero."""
    assert send(amount=" ").amount.minor_or_none("USD") is None
    assert send(amount="0").amount.minor_or_none("USD") == 0
    form = send()
    form.amount.fill(5, "USD")
    assert form.amount.data == "0.05"


@pytest.mark.parametrize("key", ["", "short", "payment:form:aaaaaaaaaaaaaaaa", "a" * 81])
def test_a_key_that_was_not_made_here_is_refused(send: Send, key: str) -> None:
    """Seen failing with any key taken: one with ":" can claim a fact of the books."""
    with pytest.raises(Rejected, match="incomplete"):
        send(key=key).one_key()


def test_a_form_carries_its_key(send: Send) -> None:
    """Seen failing when every form had the same key."""
    form, other = send(), send()
    form.fresh_key()
    other.fresh_key()
    assert form.key.data
    assert form.key.data != other.key.data
    assert send(key=form.key.data).one_key() == form.key.data
    assert issubclass(RowsForm, KeyedForm)


def test_rows_are_read_by_document(send: Send) -> None:
    """Empty ones and zero leave the document out. Seen failing with an empty field taken for an error, and with a
    zero kept."""
    bills = [Bill(1), Bill(2), Bill(3), Bill(4, "JPY"), Bill(5)]
    typed = {1: " 10.00\x00", 2: "", 3: "0", 4: "1.5", 9: "7"}
    values = {f"amount_{handle('document', which)}": text for which, text in typed.items()}
    form = send()
    form.read_rows(values, bills)
    assert form.rows.parts == {1: 1_000}
    assert form.rows.texts == {1: "10.00", 2: "", 3: "0", 4: "1.5", 5: ""}
    assert list(form.rows.errors) == [4]
    with pytest.raises(Rejected, match="Correct the amounts"):
        form.check_rows()


def test_rows_can_be_filled_in(send: Send) -> None:
    """Seen failing when a document without a part showed 0.00."""
    form = send()
    form.fill_rows({1: 1_050, 2: 0}, [Bill(1), Bill(2)])
    assert (form.rows.texts, form.rows.total_minor) == ({1: "10.50", 2: ""}, 1_050)
    form.check_rows()


def test_a_refusal_lands_beside_its_document(send: Send) -> None:
    """Seen failing when it went above the form, and when any field with an underscore was taken for a row."""
    form = send()
    form.refuse(Rejected("too_much", "At most $5.00", field="amount_7"))
    form.refuse(Rejected("amount", "Enter the amount that came.", field="amount"))
    form.refuse(Rejected("rest", "Not this.", field="reason_7"))
    assert form.rows.errors == {7: "At most $5.00"}
    assert form.amount.errors == ["Enter the amount that came."]
    assert form.form_errors == ["Not this."]


def test_a_field_holds_to_its_length() -> None:
    """A line end counts as one character. Seen failing when only browsers held to it."""

    class Noted(PortalForm):
        note = TextAreaField("Note", render_kw={"maxlength": "5"})
        named = TextAreaField("Name", [Optional()], render_kw={"maxlength": "5"})

    app = Flask(__name__)
    app.config.update(SECRET_KEY="x", WTF_CSRF_ENABLED=False)
    with app.test_request_context(method="POST", data={"note": "ab\r\ncd", "named": "abcdef"}):
        form = Noted()
        assert not form.validate()
        assert form.note.data == "ab\ncd"
        assert form.errors == {"named": ["Keep this within 5 characters; it has 6."]}
