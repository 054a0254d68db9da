"""The keys of the databases of these tests."""

from __future__ import annotations

from orchard_bot.storage.keyring import Keyring

KEYS = Keyring.of()
