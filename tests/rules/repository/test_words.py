"""Plain American English with the field's words: phrases that read as translated stay out of code and documents.

Comments, docstrings, documents and templates are read. CONTRIBUTING.md says which words to write.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.rules.reading.source import ROOT, tracked

PHRASES = {
    r"for whom may not": "if the actor lacks the permission",
    r"\bso many (days|minutes|requests|samples|units)\b": "N days",
    r"\bany more\b(?! than| lines| of)": "no longer",
    r"\bstands? in (the (worklist|ledger|touchpoint log|list)|no list|`)": "is listed in, is in, is kept in",
    r"\bstands? here\b": "is listed here, is kept here",
    r"\bby itself\b": "automatically",
    r"\banew\b": "again, a new one",
    r"\bbears? being\b": "is idempotent",
    r"\bfor nothing\b(?! else)": "if there is none",
    r"\bnever in a circle\b|\bin a circle\b": "a fixed lock order prevents deadlocks",
    r"\bis (ours|theirs) no more\b|\bis no more\b": "no longer",
    r"\blet(s)? go of\b": "release",
    r"\bin so far\b": "as far as",
    r"\bstays untold\b": "is never revealed",
}
MIDDLE_OF_FSTRING = getattr(
    tokenize, "FSTRING_MIDDLE", tokenize.STRING
)  # a kind of its own since Python 3.12
FOLDERS = ("portal", "templates", "docs", "sandbox", "bench", "README.md", "CHANGELOG.md", "SECURITY.md")


def said(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a document or template, or the comments and texts of code."""
    text = path.read_text()
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.COMMENT, tokenize.STRING, MIDDLE_OF_FSTRING}:
            yield from enumerate(token.string.splitlines(), token.start[0])


def test_no_phrase_reads_as_translated() -> None:
    """Seen failing with ":raises NotFound: for whom may not." and "jobs bear being done twice"."""
    found = []
    for path in tracked(*FOLDERS):
        if path.suffix not in {".py", ".md", ".html", ".j2"}:
            continue
        for number, line in said(path):
            for phrase, better in PHRASES.items():
                if re.search(phrase, line):
                    where = f"{path.relative_to(ROOT)}:{number}"
                    found.append(f"{where}: {better!r} instead of {line.strip()[:90]!r}")
    assert found == [], "\n".join(found)
