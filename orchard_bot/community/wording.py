"""Every sentence the bot says, by key. Public entries may be said in a group; private ones to one person only."""

from __future__ import annotations

from collections.abc import Mapping

from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.errors import OrchardError


class UnknownWording(OrchardError):
    """There is no such sentence, or it lacks a field. Compare ``orchard_bot/wording.toml`` with its use."""


class Wording:
    """The catalogue: two sections, ``public`` and ``private``, each a flat table of dotted keys."""

    def __init__(self, public: Mapping[str, str], private: Mapping[str, str]) -> None:
        self._public = dict(public)
        self._private = dict(private)

    def public(self, key: str, **fields: object) -> PublicText:
        """A sentence that a whole group may read."""
        return PublicText(self._filled(self._public, key, fields), source=key)

    def private(self, key: str, **fields: object) -> PrivateText:
        """A sentence for one person."""
        return PrivateText(self._filled(self._private, key, fields))

    def label(self, key: str, **fields: object) -> str:
        """The words on a choice."""
        return self._filled(self._private, f"choice.{key}", fields)

    def with_more(self, public: Mapping[str, str], private: Mapping[str, str]) -> Wording:
        """The same catalogue with a feature's own sentences. An operator's wording for the same key wins."""
        return Wording({**public, **self._public}, {**private, **self._private})

    def is_public(self, key: str) -> bool:
        """Whether ``key`` names an entry that may be said in a group."""
        return key in self._public

    @staticmethod
    def _filled(section: Mapping[str, str], key: str, fields: Mapping[str, object]) -> str:
        try:
            # format_map, not format: a field's own braces are never read as a template.
            return section[key].format_map({name: str(value) for name, value in fields.items()})
        except KeyError as missing:
            raise UnknownWording(f"The wording has no entry or field {missing} (asked for {key!r}).") from None
