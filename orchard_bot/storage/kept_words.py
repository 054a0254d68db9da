"""How long something is kept, in words: the names in the tables' ``kept`` become days."""

from __future__ import annotations

import re
from datetime import timedelta

from orchard_bot.features.house import Retention


def kept_in_words(kept: str, retention: Retention) -> str:
    """``"`cases` after it is settled"`` becomes "365 days after it is settled"; a table's name stays as it is."""

    def days(found: re.Match[str]) -> str:
        period: timedelta | None = getattr(retention, found[1], None)
        return f"{period.days} days" if period is not None else found[1]

    return re.sub(r"`(\w+)`", days, kept)
