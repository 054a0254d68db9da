"""Named places where a crash would hurt most. The crash test stops the process there; otherwise they do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Failpoint: TypeAlias = Callable[[str], None]

STORED = "stored"
"""The events are committed, the platform has not been told."""
CONFIRMED = "confirmed"
"""The platform has been told."""
MID_HANDLER = "mid-handler"
"""A handler has run, its effects are not committed."""
BEFORE_SEND = "before send"
AFTER_SEND = "after send"
"""The platform has answered, the receipt is not committed."""
BEFORE_COMMIT = "before commit"
AFTER_COMMIT = "after commit"

ALL = (STORED, CONFIRMED, MID_HANDLER, BEFORE_SEND, AFTER_SEND, BEFORE_COMMIT, AFTER_COMMIT)


def none(_: str) -> None:
    """No failpoint is armed."""
