"""Whose voice it is: the bot speaks for parents, never for the school (policy: the group is independent of the school)."""

from __future__ import annotations

import re

_AS_SCHOOL = re.compile(
    r"\bon behalf of the school\b"
    r"|\b(?:we|us) (?:at|as) (?:the )?school\b"
    r"|\bthe school (?:says|said|wants|asks?|is asking|expects|warns|requires?|insists|demands|would like|reminds)\b"
    r"|\b(?:your|the) (?:headteacher|head teacher|teacher|school office) (?:says|said|wants|asks?|expects|insists|reminds)\b"
    r"|\bas (?:a|your|the) school\b",
    re.IGNORECASE,
)


def speaks_for_school(text: str) -> bool:
    """Whether ``text`` sounds as if the school itself said it."""
    return _AS_SCHOOL.search(text) is not None
