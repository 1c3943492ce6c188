"""People: the demo's own eight, staff of the maker, and the customers' users. All are invented."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from functools import cache

import argon2.low_level

from sandbox.demo.stores import HOME_STORE, Store
from sandbox.demo.tables import rows

PHRASE = "paint-the-town"  # what everybody in the demo signs in with
STAFF_DOMAIN = "aldermoor.example"

# One role each, so that every kind of user can be tried.
DEMO_CUSTOMERS = (
    ("owner@demo.example", "Ngozi Okafor", "company_admin"),
    ("buyer@demo.example", "Marcus Bell", "buyer"),
    ("approver@demo.example", "Renée Lindqvist", "approver"),
    ("viewer@demo.example", "Tomasz Wójcik", "viewer"),
)
DEMO_STAFF = (
    ("rep@demo.example", "Priya Raman", "rep"),
    ("support@demo.example", "Joan Castellano", "support"),
    ("store@demo.example", "Luis Ferreira", "store"),
    ("admin@demo.example", "Hal Brennan", "admin"),
)


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    phone: str
    language: str
    time_zone: str
    kind: str
    store_code: str = ""


class Directory:
    """Hands out people with names and addresses that nobody else has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"{seed}:people")
        self.people: dict[str, Person] = {}
        self._names: set[str] = set()

    def add(self, domain: str, kind: str, store: Store, *, store_code: str = "") -> Person:
        given, family = self._name()
        local = f"{plain(given)}.{plain(family)}".replace(" ", "").replace("-", "")
        language = "es" if self.random.random() < 0.12 else "en"
        return self._keep(
            Person(
                email=f"{local}@{domain}",
                name=f"{given} {family}",
                phone=phone_in(store, self.random),
                language=language,
                time_zone=store.time_zone,
                kind=kind,
                store_code=store_code,
            )
        )

    def add_demo(self, email: str, name: str, kind: str, store: Store) -> Person:
        code = HOME_STORE if kind == "store" else ""
        phone = phone_in(store, self.random)
        self._names.add(name)
        return self._keep(Person(email, name, phone, "en", store.time_zone, kind, code))

    def _name(self) -> tuple[str, str]:
        while True:
            given, family = self.random.choice(name_list("given")), self.random.choice(name_list("family"))
            if f"{given} {family}" not in self._names:
                self._names.add(f"{given} {family}")
                return given, family

    def _keep(self, person: Person) -> Person:
        assert person.email not in self.people, person.email
        self.people[person.email] = person
        return person


@dataclass
class Staff:
    reps: list[Person]
    everyone: list[Person]


def hire(directory: Directory, stores: list[Store], reps: int) -> Staff:
    """The maker's own people: demo staff first, then more reps, support agents and store associates."""
    home = next(store for store in stores if store.code == HOME_STORE)
    demo = [directory.add_demo(email, name, kind, home) for email, name, kind in DEMO_STAFF]
    more_reps = [directory.add(STAFF_DOMAIN, "rep", home) for _ in range(reps - 1)]
    more_support = [directory.add(STAFF_DOMAIN, "support", home) for _ in range(2)]
    associates = [
        directory.add(STAFF_DOMAIN, "store", store, store_code=store.code)
        for store in stores
        for _ in range(2 if store.size >= 1 and store.code != HOME_STORE else 1)
    ]
    return Staff(reps=[demo[0], *more_reps], everyone=[*demo, *more_reps, *more_support, *associates])


@cache
def name_list(kind: str) -> tuple[str, ...]:
    """The words of one line in tables/names.txt."""
    return next(tuple(words.split(";")) for key, words in rows("names") if key == kind)


def phone_in(store: Store, source: random.Random) -> str:
    """A number with the store's area code, in the range that is kept free for fiction (555-01xx)."""
    return f"{store.phone[:5]} 555-{source.randint(100, 199):04d}"


def plain(text: str) -> str:
    """Lower case ASCII of a name, for addresses: `Señorita` becomes `senorita`."""
    text = text.lower().translate(str.maketrans("øđł", "odl"))
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@cache
def password_hash() -> str:
    """Everybody's argon2id hash. Its salt is fixed, so that the files come out the same; a demo may do that."""
    return argon2.low_level.hash_secret(
        PHRASE.encode(),
        b"aldermoor-coatings-demo",
        time_cost=argon2.DEFAULT_TIME_COST,
        memory_cost=argon2.DEFAULT_MEMORY_COST,
        parallelism=argon2.DEFAULT_PARALLELISM,
        hash_len=argon2.DEFAULT_HASH_LENGTH,
        type=argon2.low_level.Type.ID,
    ).decode()
