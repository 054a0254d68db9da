"""What the bot knows of one configured feed between two looks at it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class FeedState(Struct, frozen=True, kw_only=True):
    """How it answered last. ``etag`` and ``last_modified`` are the server's own words (RFC 9110, 8.8)."""

    url: str
    etag: str = ""
    last_modified: str = ""
    looked_at: datetime
    moved_to: str = ""
    """Where it has moved for good, for the operator to put into the settings."""
    failing_since: datetime | None = None
    said_at: datetime | None = None
    """When the moderators heard last that it fails."""
    why: str = ""
