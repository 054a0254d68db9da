"""What goes to the process that reads a document, and what comes back from it."""

from __future__ import annotations

from importlib.util import find_spec

import msgspec
from msgspec import Struct

from orchard_bot.community.newsletter import Newsletter, Refusal
from orchard_bot.newsletters.reading import School

EXTRA = "newsletter"
LIBRARIES = ("bs4", "dateutil", "docx", "feedparser", "holidays", "httpcore", "icalendar", "pypdf")
_LENGTH = 4


class Job(Struct, frozen=True, kw_only=True):
    """A document to read; its bytes follow."""

    name: str
    kind: str
    """The media type, or empty."""
    school: School


class Answer(Struct, frozen=True, kw_only=True):
    """What it announces; or why it was not read, in words for an operator besides."""

    newsletter: Newsletter | None = None
    refusal: Refusal | None = None
    says: str = ""


def packed(job: Job, data: bytes) -> bytes:
    """The job and the document in one."""
    head = msgspec.json.encode(job)
    return len(head).to_bytes(_LENGTH, "big") + head + data


def unpacked(given: bytes) -> tuple[Job, bytes]:
    """What ``packed`` made."""
    end = _LENGTH + int.from_bytes(given[:_LENGTH], "big")
    return msgspec.json.decode(given[_LENGTH:end], type=Job), given[end:]


def lacking() -> tuple[str, ...]:
    """The libraries of the extra ``newsletter`` that are not installed."""
    return tuple(name for name in LIBRARIES if find_spec(name) is None)
