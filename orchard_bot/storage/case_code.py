"""Short codes that people read and type: to ask how a case stands, to link two platforms."""

from __future__ import annotations

import secrets
from collections.abc import Callable

# No vowels and nothing that looks like one, so that no word comes out; nothing that is mistaken for something else.
ALPHABET = "CDHJMNPQRTVWX679"
LENGTH = 5


def new_code(is_taken: Callable[[str], bool], length: int = LENGTH) -> str:
    """A random code that is not taken yet."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if not is_taken(code):
            return code
