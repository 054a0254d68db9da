"""The keys of the databases of these tests."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from orchard_bot.storage.keyring import Keyring

KEYS = Keyring.of(urlsafe_b64encode(b"the same key in every process...").decode())
