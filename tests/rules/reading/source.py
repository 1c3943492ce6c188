"""The repository's own files for rules to read: listed once, parsed once."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[3]
HOLE = "{}"  # stands for what an f-string fills in
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _listed(below: tuple[str, ...]) -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *below],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (ROOT / line for line in sorted(set(listed.splitlines())))
    return tuple(path for path in paths if path.is_file())


def tracked(*below: str) -> list[Path]:
    """Files of the repository in these folders, new ones included, ignored ones not."""
    return list(_listed(below))


def relative(path: Path) -> str:
    """The path as exceptions name it."""
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return relative(self.path)

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def scoped(self) -> tuple[tuple[str, ast.AST], ...]:
        """Every node with the dotted name of the function or class around it; empty at the top."""
        return tuple(_scoped(self.tree, ""))

    @cached_property
    def functions(self) -> tuple[tuple[str, Function], ...]:
        """Every function and method with its dotted name."""
        return tuple(
            (f"{scope}.{node.name}".lstrip("."), node)
            for scope, node in self.scoped
            if isinstance(node, Function)
        )

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """String constants but docstrings; in an f-string ``{}`` stands for what is filled in."""
        docs = {id(node.value) for _, node in self.scoped if isinstance(node, ast.Expr)}
        return tuple(
            whole for _, node in self.scoped if id(node) not in docs and (whole := constant(node)) is not None
        )

    def public(self) -> list[str]:
        """Public functions at the top of the file."""
        return [n.name for n in self.tree.body if isinstance(n, Function) and not n.name.startswith("_")]


def constant(node: ast.AST) -> str | None:
    """What a string or an f-string says as far as it is constant; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (constant(part) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        return "".join(part or "" for part in parts)
    return None


def _scoped(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant):
            continue  # part of a string that is yielded whole
        yield scope, child
        inner = scope
        if isinstance(child, Function | ast.ClassDef):
            inner = f"{scope}.{child.name}".lstrip(".")
        yield from _scoped(child, inner)


@cache
def _source(path: Path) -> Source:
    return Source(path)


def sources(*below: str) -> list[Source]:
    """The Python files in these folders."""
    return [_source(path) for path in _listed(below) if path.suffix == ".py"]


def place(name: str) -> tuple[str, ...]:
    """Package parts of a module's path below ``portal/``: ``("billing", "disputes", "use_cases")``."""
    parts = name.removesuffix(".py").split("/")[1:]
    return tuple(part for part in parts if part != "__init__")


def kind_of(name: str, kinds: tuple[str, ...]) -> str | None:
    """Which of these kinds a file of a domain is, in a folder or a file of that name."""
    return next((kind for kind in kinds if kind in place(name)), None)


def parameters(function: Function) -> int:
    """How many parameters a caller can give; ``self`` and ``cls`` are not given."""
    given = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len(given) - (given[:1] in (["self"], ["cls"]))


def templates() -> list[Path]:
    """Templates of pages and mails."""
    return [path for path in tracked("templates") if re.search(r"\.(html|j2|typ)$", path.name)]
