"""Use cases and pages that no test mentions, and nouns without tests."""

from __future__ import annotations

from functools import cache
from itertools import chain

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.addresses import addresses, app, reached, routes
from tests.rules.reading.mentions import closure, mentioned, mentions
from tests.rules.reading.nouns import noun_of, noun_of_test, nouns
from tests.rules.reading.source import place, sources


@cache
def used_by_use_cases() -> frozenset[str]:
    """What use cases mention of each other: parts of a whole that is tested as one."""
    return frozenset(
        chain.from_iterable(
            mentioned(source) for source in sources("portal") if "use_cases" in place(source.name)
        )
    )


@cache
def used_by_tested_views() -> frozenset[str]:
    """What the views behind the addresses that page tests send something to mention."""
    sent = set().union(*(addresses(source, posted=True) for source in sources("tests/pages")))
    rules = reached([address for address, _ in routes()], sent)
    views: dict[str, set[str]] = {}
    for address, endpoint in routes():
        if address in rules:
            view = app().view_functions[endpoint]
            views.setdefault(view.__module__, set()).add(view.__name__)
    return frozenset(
        chain.from_iterable(
            mentioned(source, within=closure(source, views[module]))
            for source in sources("portal")
            if (module := ".".join(("portal", *place(source.name)))) in views
        )
    )


@rule(
    "use_cases_without_test",
    todo="a public use case that no test of its noun calls, neither itself nor through the view that a page test "
    "sends to. Write one (tests/domain/<domain>/test_<noun>….py), or make the function private",
)
def use_cases_without_test() -> Found:
    found = {}
    for source in sources("portal"):
        module, noun = place(source.name), noun_of(source.name)
        if "use_cases" not in module:
            continue
        tests = [test for test in mentions() if noun is None or noun_of_test(test) == noun]
        used = used_by_use_cases().union(used_by_tested_views(), *(mentions()[test] for test in tests))
        for function in source.public():
            if ".".join(("portal", *module, function)) not in used:
                found[f"{source.name}: {function}"] = 1
    return found


def test_every_use_case_is_called_by_a_test_of_its_noun() -> None:
    """Seen failing with a public function added to a file of use cases, and with its test named for another noun."""
    hold("use_cases_without_test")


@rule("nouns_without_test", todo="a noun without tests. Name them tests/<kind>/<domain>/test_<noun>….py")
def nouns_without_test() -> Found:
    tested = {noun_of_test(test) for test in mentions() if "/test_" in test}
    return {f"portal/{domain}/{noun}": 1 for domain, noun in nouns() if (domain, noun) not in tested}


def test_every_noun_has_tests() -> None:
    """Seen failing with ``portal/orders/lists/queries.py`` added."""
    hold("nouns_without_test")


def test_a_noun_knows_its_tests() -> None:
    """Seen failing when any name that begins like the noun was taken, when a group's folder named the noun, and without
    the groups of page tests."""
    assert noun_of("portal/billing/disputes/use_cases.py") == ("billing", "disputes")
    assert noun_of("portal/billing/payments/use_cases/start.py") == ("billing", "payments")
    assert noun_of("portal/billing/models/payments.py") is None
    assert noun_of("portal/web/answers/downloads.py") is None
    assert noun_of_test("tests/domain/billing/test_tax_shares.py") == ("billing", "tax")
    assert noun_of_test("tests/pages/billing/tax/test_pages.py") == ("billing", "tax")
    assert noun_of_test("tests/domain/billing/documents/test_tax.py") == ("billing", "tax")
    assert noun_of_test("tests/domain/billing/credit/test_credit_memos.py") == ("billing", "credit_memos")
    assert noun_of_test("tests/pages/billing/documents/test_worklist.py") == ("billing", "worklist")
    assert noun_of_test("tests/domain/billing/test_taxis.py") is None
    assert noun_of_test("tests/domain/orders/test_tax.py") is None


@rule(
    "pages_without_test",
    todo="a page that no page test fetches. Write one in tests/pages: client.get(…) checks its HTML as well",
)
def pages_without_test() -> Found:
    sent = set().union(*(addresses(source) for source in sources("tests/pages")))
    rules = [address for address, _ in routes("GET")]
    return dict.fromkeys(set(rules) - reached(rules, sent), 1)


def test_every_page_is_fetched_by_a_page_test() -> None:
    """Seen failing with a GET route added to a blueprint."""
    hold("pages_without_test")
