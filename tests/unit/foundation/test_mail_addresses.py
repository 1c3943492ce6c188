"""Mail addresses in any alphabet, and headers that are one address whatever the name."""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from email.utils import getaddresses
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.config import ConfigError
from portal.foundation.smtp import check_sender, compose, message_id
from portal.foundation.smtp.addresses import BadAddress, known_form, needs_smtputf8, read_address, wire_form
from portal.intake import cells
from portal.worker.mail_failures import TRIES, TRIES_OF_FAULTS, tries_of, words_of

SENDER = ("Brushwork Supply", "orders@brushwork.example")


@pytest.mark.parametrize(
    ("typed", "stored", "local", "domain"),
    [
        ("Ana.Ruiz+1@Example.COM", "ana.ruiz+1@example.com", "ana.ruiz+1", "example.com"),
        ("o'brien@example.com", "o'brien@example.com", "o'brien", "example.com"),
        ("name@bücher.example", "name@bücher.example", "name", "xn--bcher-kva.example"),
        ("name@BÜCHER.example", "name@bücher.example", "name", "xn--bcher-kva.example"),
        ("name@xn--bcher-kva.example", "name@bücher.example", "name", "xn--bcher-kva.example"),
        (
            "info@malerei-müller.example",
            "info@malerei-müller.example",
            "info",
            "xn--malerei-mller-4ob.example",
        ),
        ("x@straße.example", "x@straße.example", "x", "xn--strae-oqa.example"),
        ("joergö@example.com", "joergö@example.com", "joergö", "example.com"),
        ("名前@例え.example", "名前@例え.example", "名前", "xn--r8jz45g.example"),
    ],
)
def test_one_address_has_one_form(typed: str, stored: str, local: str, domain: str) -> None:
    """Seen failing with the domain kept as it was typed: the mail could not be made."""
    for spelling in (typed, normalize("NFD", typed), f" {typed} "):
        assert read_address(spelling) == stored
        assert known_form(spelling) == stored
        assert cells.email(normalize("NFC", typed)) == stored
    assert wire_form(stored) == (local, domain)
    assert needs_smtputf8(stored) is not local.isascii()


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "a@b..example",
            "a@-b.example",
            "a@b.example\u200b",
        ),
        *("a@xn--a.example", "a,b@c.example", "a@b.example, c@d.example", "<a@b.example>", "a\n@b.example"),
        *(
            "a" * 65 + "@b.example",
            "a@" + "b" * 64 + ".example",
            "a@" + ".".join(["b" * 60] * 5) + ".example",
        ),
    ],
)
def test_what_is_no_address_is_refused_where_it_is_typed_and_where_it_is_imported(typed: str) -> None:
    with pytest.raises(BadAddress):
        read_address(typed)
    with pytest.raises(cells.Wrong):
        cells.email(typed)
    assert known_form(typed) == typed.strip().lower()


def _read(name: str, address: str) -> tuple[list[str], list[tuple[str, str]]]:
    message = compose(key="k", sender=SENDER, to=(name, address), subject="s", body="b")
    written = message.as_bytes()
    modern = message_from_bytes(written, policy=policy.default)["To"].addresses
    old = message_from_bytes(written, policy=policy.compat32)["To"]
    return [each.addr_spec for each in modern], getaddresses([old])


@pytest.mark.parametrize(
    "name",
    [
        'Núñez "Nick" O\'Brien, Jr.',
        "Müller, GmbH; \\ back",
        "ö" * 120,
        "x, y <evil@x.example>, z",
        '"quoted"',
        "日本語 株式会社 東京, 支店",
        "Ünïcödé " * 14 + ", Jr.",
        "a@b.example",
        "(comment) é",
        "line\r\nBcc: evil@x.example",
        "é: x;",
        "",
    ],
)
def test_a_name_never_makes_a_second_address(name: str) -> None:
    """Seen failing with ``=?utf-8?…?= "Nick" O'Brien, Jr. <a@…>``, which is two addresses."""
    modern, old = _read(name, "info@malerei-müller.example")
    assert modern == ["info@xn--malerei-mller-4ob.example"]
    assert [address for _, address in old] == modern


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=120))
def test_nor_does_any_other_name(name: str) -> None:
    modern, old = _read(name, "ana@example.com")
    assert modern == ["ana@example.com"]
    assert [address for _, address in old] == modern


def test_an_id_is_plain_whatever_the_senders_domain() -> None:
    assert message_id("k", "orders@bücher.example").endswith("@xn--bcher-kva.example>")


def test_mails_come_from_an_address() -> None:
    for good in ("orders@brushwork.example", "orders@bücher.example", "orders@localhost"):
        check_sender(good)
    for bad in ("", "orders", "@x.example", "a b@x.example", "a@x.example, b@x.example", "orders@"):
        with pytest.raises(ConfigError, match="PORTAL_MAIL_FROM"):
            check_sender(bad)


REFUSED = smtplib.SMTPRecipientsRefused


@pytest.mark.parametrize(
    ("error", "tries", "words"),
    [
        (ConnectionRefusedError(), TRIES, "our mail server did not answer"),
        (TimeoutError(), TRIES, "our mail server did not answer"),
        (smtplib.SMTPServerDisconnected("x"), TRIES, "our mail server did not answer"),
        (smtplib.SMTPDataError(451, b"a@b.example"), TRIES, "our mail server refused it (code 451)"),
        (REFUSED({"a": (451, b"later")}), TRIES, "at the moment"),
        (REFUSED({"a": (550, b"nobody")}), 1, "there is no such address"),
        (smtplib.SMTPNotSupportedError("x"), 1, "takes no letters like"),
        (UnicodeEncodeError("ascii", "ö", 0, 1, "x"), TRIES_OF_FAULTS, "a fault of this portal"),
        (KeyError("x"), TRIES_OF_FAULTS, "a fault of this portal"),
    ],
)
def test_every_error_has_its_tries_and_its_words(error: Exception, tries: int, words: str) -> None:
    assert tries_of(error) == tries
    assert words in words_of(error)
    assert "b.example" not in words_of(error)
