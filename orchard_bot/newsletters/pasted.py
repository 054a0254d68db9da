"""Whether a text that somebody pasted may be a newsletter. A glance, before anything is read."""

from __future__ import annotations

import re

LEAST_CHARACTERS = 150
LEAST_LINES = 3
LEAST_DAYS = 2
_DAY = re.compile(
    r"\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|\d{1,2}/\d{1,2}\b)",
    re.IGNORECASE,
)


def looks_like_newsletter(text: str) -> bool:
    """Long, in several lines, with several days in it."""
    if len(text) < LEAST_CHARACTERS or text.count("\n") + 1 < LEAST_LINES:
        return False
    return len(_DAY.findall(text)) >= LEAST_DAYS
