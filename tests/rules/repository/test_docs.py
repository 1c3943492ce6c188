"""What can be set, called and recorded is described, and nothing else is."""

from __future__ import annotations

import re

import click
import pytest

from portal.cli import cli
from tests.rules.reading.source import ROOT, tracked

DOCS = ROOT / "docs"
SETTING = re.compile(r"\b(PORTAL_[A-Z_]*[A-Z]|DATABASE_URL|TEST_DATABASE_URL|CHROMIUM)\b")
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
READERS = ("portal", "sandbox", "bench", "tests", ".ci", "Makefile", "bootstrap.py")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_setting_is_described_and_read() -> None:
    read: set[str] = set()
    for path in tracked(*READERS):
        if path.suffix in {".py", ""}:
            read |= set(SETTING.findall(path.read_text()))
    described = set(ROW.findall((DOCS / "settings.md").read_text()))
    assert read - described == set(), "read, but not in docs/settings.md"
    assert described - read == set(), "in docs/settings.md, but read by nobody"


def commands(group: click.Group, before: str = "portal") -> dict[str, click.Command]:
    found = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{before} {name}")
        else:
            found[f"{before} {name}"] = command
    return found


@pytest.mark.parametrize("name", sorted(commands(cli)))
def test_every_command_has_help_and_is_described(name: str) -> None:
    command = commands(cli)[name]
    assert command.help
    assert len(command.help) > 20
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name != "kind":
            assert parameter.help, f"{name} {parameter.opts}"
    told = "\n".join(
        (DOCS / page).read_text() for page in ("operations.md", "settings.md", "data-formats.md")
    )
    assert re.search(rf"{name}\b", told + (ROOT / "README.md").read_text()), f"{name} is in no document"


def test_every_command_in_the_documents_exists() -> None:
    names = set(commands(cli)) | {"portal", "portal touchpoints"}
    for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for said in re.findall(r"`(?:\.venv/bin/)?(portal(?: [a-z][a-z-]+)+)", path.read_text()):
            words = said.split()
            assert any(" ".join(words[:n]) in names for n in (3, 2)), f"{path.name}: {said}"


def test_every_make_target_is_told_and_does_something() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert targets <= phony
    for path in re.findall(r"\.ci/\S+\.py|bootstrap\.py", makefile):
        assert (ROOT / path).is_file(), path
    for module in re.findall(r"-m ((?:bench|tests)\S*)", makefile):
        assert (ROOT / module.replace(".", "/")).exists() or (
            ROOT / f"{module.replace('.', '/')}.py"
        ).is_file()


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in LINK.findall(path.read_text()):
            if not target.startswith(("http", "mailto:")) and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_a_decision_has_a_number_of_its_own() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))
    assert all(re.match(r"\d{4}-[a-z-]+\.md$", name) for name in names)
    assert len({name[:4] for name in names}) == len(names)
