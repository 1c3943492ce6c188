"""One verb per effect: ``record_…`` writes a touchpoint, ``mail_…`` queues a letter, ``log_event``, ``flash``."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.mentions import local_names
from tests.rules.reading.source import Source, place, sources

# What writes the effect, and how the functions that call it are named.
VERBS = {
    "portal.touchpoints.recording.record": "record_",
    "portal.foundation.mail.send": "mail_",
    "portal.foundation.mail.post": "mail_",
    "portal.foundation.mail.post_all": "mail_",
}
NOT_A_VERB = re.compile(r"_?(note|tell|tell_\w+)$")


def callers(source: Source) -> Iterator[tuple[str, str]]:
    """Functions that write an effect, with the verb that each should begin with."""
    local = {name: VERBS[target] for name, target in local_names(source).items() if target in VERBS}
    for scope, node in source.scoped:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in local:
            yield scope, local[node.func.id]


@rule(
    "verbs",
    todo="a function that writes a touchpoint is called record_<fact>, one that queues a mail mail_<letter>. Give the "
    "effect a function of that name, in the noun's facts.py, letters.py or use case",
)
def effects_by_another_name() -> Found:
    return Counter(
        f"{source.name}: {scope}"
        for source in sources("portal")
        if place(source.name)[:1] not in [("foundation",), ("touchpoints",)]
        for scope, verb in callers(source)
        if not scope.split(".")[-1].lstrip("_").startswith(verb)
    )


def test_an_effect_is_named_by_its_verb() -> None:
    """Seen failing with ``record(session, Event(…))`` in ``open_dispute``, and with ``send(…)`` in ``announce``."""
    hold("verbs")


@rule(
    "vague_verbs",
    todo="tell and note say nothing: record_… writes a touchpoint, mail_… a letter, log_event an order's history, "
    "flash the next page's message, report_difference what staff must look at",
)
def vague_verbs() -> Found:
    return Counter(
        f"{source.name}: {name}"
        for source in sources("portal")
        for name, _ in source.functions
        if NOT_A_VERB.match(name.split(".")[-1])
    )


def test_nothing_is_called_tell_or_note() -> None:
    """Seen failing with ``_tell``, ``tell_paid`` and ``note``."""
    hold("vague_verbs")
