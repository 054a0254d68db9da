"""The process in which one document is read: first it ties its own hands, then it opens what a stranger wrote.

``python -I -m orchard_bot.newsletters.worker``: a job on standard input, the answer on standard output.
"""

from __future__ import annotations

import sys
import warnings

import msgspec

from orchard_bot.community.newsletter import Refusal
from orchard_bot.confinement import Limits, tie_hands
from orchard_bot.newsletters.paragraphs import UnreadableDocument
from orchard_bot.newsletters.reading import read
from orchard_bot.newsletters.work import EXTRA, Answer, unpacked

MEMORY = 768 * 1024 * 1024
"""Bytes of address space. The libraries themselves take some 150 MB of it."""
CPU_SECONDS = 15
LIMITS = Limits(memory=MEMORY, cpu_seconds=CPU_SECONDS)


def answer(given: bytes) -> Answer:
    """What the document in ``given`` announces, or why it cannot be read. Any error becomes an answer."""
    job, data = unpacked(given)
    try:
        return Answer(newsletter=read(data, job.name, job.school, job.kind))
    except UnreadableDocument as error:
        return Answer(refusal=error.why, says=str(error))
    except ModuleNotFoundError:
        says = f"The libraries that read documents are not installed. Run: pip install 'orchard-bot[{EXTRA}]'"
        return Answer(refusal=Refusal.NOT_INSTALLED, says=says)
    except MemoryError:
        return Answer(refusal=Refusal.TOO_SLOW, says="Reading this document takes too much memory. Send a shorter one.")
    except Exception as error:  # noqa: BLE001 - the border: whatever a library makes of a stranger's file is an answer
        says = f"This document cannot be read ({type(error).__name__}). Save it anew, or paste its text."
        return Answer(refusal=Refusal.BROKEN, says=says)


def main() -> None:
    """One job, one answer."""
    tie_hands(LIMITS)
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(msgspec.json.encode(answer(sys.stdin.buffer.read())))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
