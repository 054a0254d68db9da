"""Write the next revision: ``python -m orchard_bot.storage.migrations "add the case table"``."""

from __future__ import annotations

import sys

from orchard_bot.storage.migrations.alembic_steps import revise
from orchard_bot.storage.tables import metadata


def main(arguments: list[str]) -> int:
    """Compare ``storage/tables.py`` with the migrations and write what is missing; 2 when the message is missing."""
    if len(arguments) != 1:
        sys.stderr.write('Say in a few words what changes: python -m orchard_bot.storage.migrations "add a table"\n')
        return 2
    written = revise(arguments[0], metadata)
    if written is None:
        sys.stdout.write("The migrations already make exactly these tables. Nothing to write.\n")
    else:
        sys.stdout.write(f"Written: {written}\nRead it, then run: make format\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
