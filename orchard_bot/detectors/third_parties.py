"""Taking other people out of a text that leaves the group: addresses, numbers, mentions and the names after them."""

from __future__ import annotations

import re

import phonenumbers

LEFT_OUT = "[left out]"
_MENTION = re.compile(r"@[\w.-]{2,}")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? [A-Z][\w'’-]+")


def without_third_parties(text: str) -> str:
    """``text`` with what points to other people replaced; what is left has to be read by a person before it goes out."""
    for pattern in (_EMAIL, _LINK, _MENTION, _POSTCODE, _TITLED):
        text = pattern.sub(LEFT_OUT, text)
    found = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(text, "GB")]
    for number in found:
        text = text.replace(number, LEFT_OUT)
    return text
