"""Write the next revision: ``python -m orchard_bot.storage.migrations "add the case table"``."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import MetaData

from orchard_bot.storage.migrations import VERSIONS
from orchard_bot.storage.migrations.alembic_steps import revise


def main(arguments: list[str], metadata: MetaData, versions: Path = VERSIONS) -> str:
    """Compare the tables with the migrations and write what is missing; the answer is for the person who asked."""
    if len(arguments) != 1:
        raise SystemExit('Say in a few words what changes: python -m orchard_bot.storage.migrations "add a table"')
    written = revise(arguments[0], metadata, versions)
    if written is None:
        return "The migrations already make exactly these tables. Nothing to write."
    return f"Written: {written}\nRead it, then format it: ruff format {written}"


if __name__ == "__main__":
    from orchard_bot.storage.tables import metadata as tables

    sys.stdout.write(main(sys.argv[1:], tables) + "\n")
