"""The steps from one database schema to the next: numbered files in ``versions``, each naming the one before it.

After a change in ``storage/tables.py``: ``python -m orchard_bot.storage.migrations "what changes"``.
The numbers are in the file names, so that a start with nothing to do need not load Alembic.
"""

from __future__ import annotations

import re
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def revisions(versions: Path = VERSIONS) -> tuple[str, ...]:
    """The revisions this version of the bot knows, oldest first: ``("0001", "0002")``."""
    names = (re.match(r"(\d{4})_\w+\.py$", file.name) for file in versions.iterdir())
    return tuple(sorted(name[1] for name in names if name))


def head(versions: Path = VERSIONS) -> str | None:
    """The revision the database must have; None while there is no migration at all."""
    return (None, *revisions(versions))[-1]
