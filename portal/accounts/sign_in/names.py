"""What may be a person's name: words that others read as they were typed. Pure rules."""

from __future__ import annotations

import re
import unicodedata

# Pages put a person's part in brackets after the name; a name must not claim one.
_CLAIM = re.compile(
    r"(?:[(\[{<,]|\s[–—-])\s*(our\s+)?(sales\s+rep|rep|support|store|staff|admin|administrator|company\s+admin|seller|counterpart)"
    r"\b",
    re.IGNORECASE,
)
# Control characters, invisible and direction-changing ones, private use, lone surrogates, line and paragraph separators.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


_ADDRESS = re.compile(r"[(\[{<][^)\]}>]*@")  # pages tell people of one name apart by it


def name_problem(name: str) -> str | None:
    """Why this cannot be a person's name, as a sentence for its field; None if it can."""
    if any(unicodedata.category(each) in _UNSEEN for each in name):
        return "Use letters only: there is an invisible character in this name."
    if not any(each.isalnum() for each in name):
        return "Enter a name with letters."
    plain = unicodedata.normalize("NFKC", name)
    if _CLAIM.search(plain) or _ADDRESS.search(plain):
        return "Enter the name alone, without what the person does here."
    return None
