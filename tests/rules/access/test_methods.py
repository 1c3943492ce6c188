"""HEAD is answered like GET."""

from __future__ import annotations

import ast

from tests.rules.reading.source import sources

PLACE = "portal/web/transaction.py"


def compares_the_method(node: ast.AST) -> bool:
    """``request.method == "GET"`` and its relatives: what only one method passes is wrong for HEAD."""
    if not isinstance(node, ast.Compare) or ast.unparse(node.left) != "request.method":
        return False
    return any(isinstance(part, ast.Constant) and part.value in ("GET", "HEAD") for part in ast.walk(node))


def test_nobody_asks_for_get_alone() -> None:
    """``only_reads()`` is asked instead. Seen failing with ``request.method == "GET"`` in ``sign_in/views/reset.py``."""
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in sources("portal")
        if source.name != PLACE
        for _, node in source.scoped
        if compares_the_method(node)
    ]
    assert wrong == [], "ask portal.web.transaction.only_reads(): HEAD is answered like GET"
