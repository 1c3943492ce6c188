"""``make figures``: how large files, functions and folders are, what tests there are, and which way imports go.

Lines count blank ones; migrations are left out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import grimp

from bench import contracts
from tests.rules.reading.nouns import noun_of_test, nouns
from tests.rules.reading.source import Source, parameters, place, sources
from tests.rules.test_sizes import MOST_PARAMETERS, siblings

TREES = ("sandbox", "bench", "tests")
MARKS = {"fmt:": r"#\s*fmt:\s*(?:skip|off)", "ignore": r"#\s*type:\s*ignore", "dicts": r"\bdict\[str, Any\]"}
SKIPS = r"mark\.(?:skip|skipif|xfail)\b|pytest\.(?:skip|xfail|importorskip)\("


def percentile(values: Sequence[int], share: int) -> int:
    """The smallest value that ``share`` percent of the values do not exceed."""
    ordered = sorted(values) or [0]
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def spread(values: Sequence[int]) -> str:
    """p50/p95/max."""
    return "/".join(str(percentile(values, share)) for share in (50, 95, 100))


def package_of(source: Source) -> str:
    """What a file is counted under: a package of ``portal``, or its tree."""
    parts = source.name.split("/")
    return parts[1] if parts[0] == "portal" and len(parts) > 2 else parts[0]


def row(name: str, files: Sequence[Source]) -> list[str]:
    """One line of the table of sizes."""
    functions = [function for source in files for _, function in source.functions]
    lengths = [(function.end_lineno or 0) - function.lineno + 1 for function in functions]
    given = [parameters(function) for function in functions]
    text = "\n".join(source.text for source in files)
    lines = [len(source.text.splitlines()) for source in files]
    return [
        name,
        f"{len(files)}",
        f"{sum(lines)}",
        spread(lines),
        f"{len(functions)}",
        spread(lengths),
        f"{percentile(given, 95)}/{max(given, default=0)}",
        f"{sum(count > MOST_PARAMETERS for count in given)}",
        *(str(len(re.findall(mark, text))) for mark in MARKS.values()),
    ]


HEAD = ["package", "files", "lines", "file lines", "functions", "function lines", "parameters", "≥ 8", *MARKS]


def sizes() -> list[list[str]]:
    """Sizes by package of ``portal`` and by tree; percentiles as p50/p95/max, of parameters p95/max."""
    by_package: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources("portal", *TREES):
        by_package[package_of(source)].append(source)
    trees = [tree for tree in ("portal", *TREES) if by_package.get(tree)]
    packages = sorted(by_package.keys() - set(trees), key=lambda name: -len(by_package[name]))
    whole = [row("portal, all", sources("portal"))]
    return [HEAD, *whole, *(row(name, by_package[name]) for name in (*packages, *trees))]


def crowds() -> list[list[str]]:
    """The fullest folders."""
    fullest = sorted(siblings().items(), key=lambda item: (-item[1], item[0]))
    return [["folder", "siblings"], *([folder, str(count)] for folder, count in fullest[:10])]


def tests_of(files: Iterable[Source]) -> int:
    """Test functions in these files."""
    return sum(
        name.split(".")[-1].startswith("test_")
        for source in files
        if source.path.name.startswith("test_")
        for name, _ in source.functions
    )


def tests() -> list[list[str]]:
    """Test functions by kind of test, then by noun where nouns have folders."""
    files = sources("tests")
    kinds: defaultdict[str, list[Source]] = defaultdict(list)
    for source in files:
        kinds[source.name.split("/")[1]].append(source)
    by_name = Counter(dict.fromkeys(nouns(), 0))
    for source in files:
        if (noun := noun_of_test(source.name)) is not None:
            by_name[noun] += tests_of([source])
    skips = sum(len(re.findall(SKIPS, source.text)) for source in files)
    by_kind = ((f"tests/{kind}", tests_of(found)) for kind, found in sorted(kinds.items()))
    return [
        ["tests", "functions"],
        *([name, str(count)] for name, count in by_kind if count),
        *(["/".join(noun), str(count)] for noun, count in sorted(by_name.items())),
        ["skips", str(skips)],
    ]


def room(module: str) -> str:
    """A noun, or a layer where layers come first; a file at the top of a package is its ground floor."""
    parts = place(module.replace(".", "/"))
    return ".".join(parts[:2]) if len(parts) > 1 else ".".join(parts)


def arrows() -> list[tuple[str, str]]:
    """Imports between modules that are made when they are loaded; what pages show of other nouns is left out, as in
    the contracts of pyproject.toml."""
    graph = grimp.build_graph("portal", exclude_type_checking_imports=True, cache_dir=None)
    return [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if not contracts.is_exempt(importer, imported)
    ]


def circles(rooms: dict[str, set[str]]) -> list[set[str]]:
    """Rooms that import each other, directly or by way of others."""
    found: list[set[str]] = []
    reach = defaultdict(set, {name: reachable(name, rooms) for name in rooms})
    for name in sorted(rooms):
        circle = {other for other in reach[name] if name in reach[other]}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def reachable(name: str, rooms: dict[str, set[str]]) -> set[str]:
    """Rooms that can be reached from one."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        for other in rooms.get(ahead.pop(), set()) - reached:
            reached.add(other)
            ahead.append(other)
    return reached


def directions() -> list[list[str]]:
    """Circles between rooms, and imports that lead to a higher layer."""
    found = arrows()
    rooms: dict[str, set[str]] = defaultdict(set)
    for importer, imported in found:
        if room(importer) != room(imported):
            rooms[room(importer)].add(room(imported))
    round_trips = circles(dict(rooms))
    upward = sorted(arrow for arrow in found if contracts.leads_up(*arrow))
    return [
        ["imports", "of modules"],
        ["circles between rooms", str(len(round_trips))],
        *(["  " + ", ".join(sorted(circle)), ""] for circle in round_trips),
        ["arrows upward", str(len(upward))],
        *([f"  {importer} → {imported}", ""] for importer, imported in upward),
    ]


def table(rows: list[list[str]]) -> str:
    """Rows under each other, numbers to the right."""
    widths = [max(len(cells[at]) for cells in rows if len(cells[at]) < 60) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in rows
    )


def main() -> None:
    """Print all figures."""
    print("\n\n".join(table(rows) for rows in (sizes(), crowds(), tests(), directions())))


if __name__ == "__main__":
    main()
