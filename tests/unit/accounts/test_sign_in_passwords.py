"""Passwords: any spelling of the same letters, the same work for everybody, and nothing that is easily guessed."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from argon2 import PasswordHasher

from portal.accounts.sign_in import passwords
from portal.accounts.sign_in.guessable import check_quality
from portal.foundation.errors import Rejected
from portal.foundation.secrets.hashes import Parameters
from portal.intake import cells

TYPED = "Größe und épée ﬁ"
NAMES = ["Ngozi Okafor", "Okafor & Daughters", "Brushwork Supply", "orders.brushwork.example"]


@pytest.mark.parametrize("chosen", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_spelling_of_the_same_letters_fits(chosen: str, typed: str) -> None:
    """Seen failing with bytes hashed as they came: a phone sends ö as two characters."""
    stored = passwords.hash_password(normalize(chosen, TYPED))
    assert passwords.verify(stored, normalize(typed, TYPED))
    assert not passwords.needs_rehash(stored, normalize(typed, TYPED))
    assert not passwords.verify(stored, normalize(typed, TYPED).upper())


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_hash_of_other_bytes_still_fits_and_is_renewed(form: str) -> None:
    typed = normalize(form, TYPED)
    stored = passwords.HASHER.hash(typed)
    assert passwords.verify(stored, typed)
    assert passwords.needs_rehash(stored, typed)


def _work(monkeypatch: pytest.MonkeyPatch, stored: str | None, typed: str, like: str | None) -> list[str]:
    done: list[str] = []
    real = PasswordHasher.verify

    def counted(self: PasswordHasher, hash: str, password: str) -> bool:
        done.append(hash.rsplit("$", 2)[0])
        return real(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not passwords.verify(stored, typed, like=like)
    monkeypatch.undo()
    return done


@pytest.mark.parametrize("typed", ["wrong", "würong"])
def test_nobody_costs_what_somebody_costs(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """Seen failing with today's parameters for every unknown address: imported ones took six times as long."""
    imported = PasswordHasher(time_cost=3, memory_cost=64, parallelism=4).hash("x")
    somebodys = _work(monkeypatch, imported, typed, None)
    assert set(somebodys) == {"$argon2id$v=19$m=64,t=3,p=4"}
    assert _work(monkeypatch, None, typed, imported) == somebodys


@pytest.mark.parametrize(
    "broken", ["junk", "", "$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQxMjM0$" + "A" * 43]
)
def test_a_hash_that_cannot_be_checked_costs_what_nobodys_does(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Seen failing with 4 GiB asked for nine times, and with no work at all."""
    done = _work(monkeypatch, broken, "wrong", None)
    assert len(done) == 1
    assert Parameters.of(passwords.hash_password("x")) == Parameters.of(
        f"{done[0]}$" + "A" * 22 + "$" + "A" * 43
    )


def _imported(memory: int, passes: int, lanes: int) -> str:
    return f"$argon2id$v=19$m={memory},t={passes},p={lanes}$c29tZXNhbHQxMjM0${'A' * 43}"


@pytest.mark.parametrize(
    ("parameters", "taken"),
    [
        ((19_456, 2, 1), True),
        ((65_536, 3, 4), True),
        ((131_072, 5, 1), True),
        ((131_072, 6, 1), False),
        ((131_073, 1, 1), False),
        ((262_144, 4, 4), False),
        ((1_048_576, 20, 16), False),
        ((65_536, 3, 17), False),
        ((7, 1, 1), False),
        ((8, 0, 1), False),
    ],
)
def test_an_import_takes_what_a_sign_in_can_afford(parameters: tuple[int, int, int], taken: bool) -> None:
    """Seen failing with 1 GiB and twenty passes taken: half a minute for each try."""
    if taken:
        assert cells.argon2id(_imported(*parameters)) == _imported(*parameters)
    else:
        with pytest.raises(cells.Wrong, match="not an argon2id hash that a sign-in can afford"):
            cells.argon2id(_imported(*parameters))


@pytest.mark.parametrize(
    "weak",
    [
        *("1234567890", "qwertyuiop", "iloveyou1234", "letmein12345", "paint-the-town", "Paint the Town!"),
        *(
            "abcdefghijkl",
            "zyxwvutsrq",
            "1qaz2wsx3edc",
            "asdfghjkl;",
            "poiuytrewq",
            "!@#$%^&*()",
            "qwertzuiop",
        ),
        *("aaaaaaaaaaaa", "abcabcabcabc", "password123", "P@ssw0rd2026", "pässwörd1234", "Winter2025!!"),
        *("l-e-t-m-e-i-n-1", "11223344556677", "2026-11-30!!", "counterpart1", "ｐａｓｓｗｏｒｄ１２３"),
        *("Ngozi-Okafor!", "ngoziokafor12", "okaforanddaughters", "Okafor2026!", "BrushworkSupply1"),
        *("owner@demo.example", "ownerdemoexample", "OWNER@DEMO.EXAMPLE1", "brushwork2026"),
    ],
)
def test_what_others_would_try_first_is_refused(weak: str) -> None:
    """Seen failing with three words in the list."""
    with pytest.raises(Rejected) as no:
        check_quality(weak, email="owner@demo.example", names=NAMES)
    assert (no.value.code, no.value.field) == ("password_guessable", "password")


@pytest.mark.parametrize(
    "good",
    ["a long new phrase", "green-anvil-42", "correct-horse-battery-staple", "xkqjzvbnwp", "Größe und épée"],
)
def test_a_few_words_together_are_good(good: str) -> None:
    check_quality(good, email="owner@demo.example", names=NAMES)


def test_length_is_counted_as_the_letters_are_hashed() -> None:
    with pytest.raises(Rejected, match="at least 10"):
        check_quality(normalize("NFD", "äöüäöüäöü"), email="a@b.example")
    with pytest.raises(Rejected, match="at most 200"):
        check_quality("quiet ladders " * 15, email="a@b.example")
