"""Where actors may be made, and where their kind may be asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.accounts.sight import SIGHT
from tests.rules.test_files import ROOT, tracked

KINDS = {*SIGHT, "system", "anonymous", "api"}
MAKERS = {"portal/foundation/actor.py", "portal/accounts/actors.py"}
# In files of data, a person's kind is a cell to be checked.
ASKERS = ("portal/accounts/", "portal/touchpoints/", "portal/exchange/")


def _sources() -> Iterator[tuple[str, Path]]:
    for path in tracked("portal"):
        if path.suffix == ".py":
            yield str(path.relative_to(ROOT)), path


def makes_an_actor(tree: ast.AST) -> bool:
    """Calls ``Actor(…)``, by its name or as an attribute of a module."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(
        (isinstance(each, ast.Name) and each.id == "Actor")
        or (isinstance(each, ast.Attribute) and each.attr == "Actor")
        for each in calls
    )


def asks_for_a_kind(tree: ast.AST) -> bool:
    """Compares ``….kind`` with a kind of actor, or looks it up in a dictionary or set of them."""
    for node in ast.walk(tree):
        below = list(ast.walk(node)) if isinstance(node, ast.Compare | ast.Subscript | ast.Match) else []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            below = [each for argument in node.args for each in ast.walk(argument)]
            if any(_is_kind_of_actor(each) for each in below):
                return True
        reads = any(isinstance(each, ast.Attribute) and each.attr == "kind" for each in below)
        names = any(isinstance(each, ast.Constant) and each.value in KINDS for each in below)
        if reads and (names or any(_is_kind_of_actor(each) for each in below)):
            return True
    return False


def _is_kind_of_actor(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Attribute) and node.attr == "kind"):
        return False
    owner = node.value.func if isinstance(node.value, ast.Call) else node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return name in {"actor", "who", "approver", "requester", "payer"}


def test_actors_are_made_in_one_module() -> None:
    """Seen failing with an ``Actor(…)`` in ``approving.py``."""
    assert {name for name, path in _sources() if makes_an_actor(ast.parse(path.read_text()))} == MAKERS


def test_the_kind_of_an_actor_is_asked_for_in_accounts_and_touchpoints_only() -> None:
    """Seen failing with ``actor().kind == "admin"`` in ``board.py`` and with ``CHANNELS.get(seen.actor.kind)`` in
    ``touch.py``. Elsewhere: permissions, or the predicates of ``portal/accounts/sight.py``."""
    asking = {name for name, path in _sources() if asks_for_a_kind(ast.parse(path.read_text()))}
    elsewhere = {name for name in asking if not name.startswith(ASKERS)}
    assert elsewhere - {"portal/foundation/actor.py"} == set()


def test_the_rule_sees_each_way_of_asking() -> None:
    """Seen failing with a rule that knew comparisons with one string only."""
    for code in (
        'actor.kind == "rep"',
        'user.kind not in {"support", "admin"}',
        "WORDS[actor().kind]",
        "WORDS.get(seen.actor.kind, 1)",
        'person.kind != "customer"',
    ):
        assert asks_for_a_kind(ast.parse(code)), code
    for code in ('invoice.kind == "credit_memo"', "record(actor_kind=actor.kind)", "each.kind in TAKEN"):
        assert not asks_for_a_kind(ast.parse(code)), code


BOTH_ROWS = re.compile(r"company_id in \(\w+\.id, \w+\.parent_id\)|Membership\.company_id\.in_\(")
# Names people of the company and of its parent, those who left, too; it grants nothing.
NAMES_PEOPLE = {"portal/desk/activity/queries.py"}


def test_which_row_decides_is_asked_in_one_place() -> None:
    """Seen failing with seven copies of the rule, each of which let a person locked out of a branch in by its parent."""
    found = {name for name, path in _sources() if BOTH_ROWS.search(path.read_text())}
    assert found == NAMES_PEOPLE, "ask portal/accounts/sight.py"
