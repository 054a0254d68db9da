"""``python -m orchard_bot.cli``: the same as ``orchard-bot``."""

from orchard_bot.cli import app

app(prog_name="orchard-bot")
