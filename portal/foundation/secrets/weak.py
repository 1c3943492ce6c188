"""Whether a secret that somebody set is one that others would guess. Pure rules; nothing repeats the secret."""

from __future__ import annotations

# What people write in place of a secret, and what documents print.
_SAMPLES = (
    "your",
    "change",
    "example",
    "sample",
    "secret",
    "password",
    "replace",
    "placeholder",
    "insert",
    "default",
    "insecure",
    "development",
    "production",
    "counterpart",
    "generate",
    "dummy",
    "please",
    "this-is",
    "this_is",
    "thisis",
    "xxxx",
    "...",
    "…",
)
_RUNS = ("0123456789abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_RUN = 6  # as many neighbors in a row are no accident
FEWEST_CHARACTERS = 8  # different ones: hexadecimal digits have 16, decimal ones 10
_PIECE, _MOST_REPEATED = 3, 0.3


def is_guessable(secret: str) -> bool:
    """True for few different characters, repeated words, runs of the alphabet or the keyboard, and sample phrases."""
    plain = secret.lower()
    return (
        len(set(secret)) < FEWEST_CHARACTERS
        or any(word in plain for word in _SAMPLES)
        or any(_runs(plain, run) for run in _RUNS)
        or _repeated(plain) > _MOST_REPEATED
    )


def _runs(plain: str, run: str) -> bool:
    pieces = [run[start : start + _RUN] for start in range(len(run) - _RUN + 1)]
    return any(piece in plain or piece[::-1] in plain for piece in pieces)


def _repeated(plain: str) -> float:
    """Which part of its pieces of three characters came before: of a random text next to none."""
    pieces = [plain[start : start + _PIECE] for start in range(len(plain) - _PIECE + 1)]
    return 1 - len(set(pieces)) / max(1, len(pieces))
