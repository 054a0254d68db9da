"""When, and in which language, somebody wants to hear of what the newsletter announces."""

from __future__ import annotations

from msgspec import Struct

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Community
from orchard_bot.community.consent import OptIn
from orchard_bot.community.reminder import Lead
from orchard_bot.features.unit import Unit

ENGLISH = "en"
LANGUAGES = {
    ENGLISH: "English",
    "pl": "Polski",
    "ro": "Română",
    "pt": "Português",
    "uk": "Українська",
    "ur": "اردو",
    "ar": "العربية",
}
"""By code (ISO 639-1), in their own words. Only what the bot says around an announcement is translated, by ``wording.toml``;
what the newsletter says stays as it was printed."""
_IN_ENGLISH = {
    "polish": "pl",
    "romanian": "ro",
    "portuguese": "pt",
    "ukrainian": "uk",
    "urdu": "ur",
    "arabic": "ar",
}


class Wish(Struct, frozen=True):
    """What somebody chose for their private reminders."""

    lead: Lead = Lead.GROUP
    language: str = ENGLISH

    def __str__(self) -> str:
        """As it stands in the books."""
        return self.lead.value if self.language == ENGLISH else f"{self.lead.value}/{self.language}"


def read_wish(choice: str) -> Wish:
    """What ``str`` made of it. A language that there is no more becomes English."""
    lead, _, language = choice.partition("/")
    return Wish(Lead(lead), language if language in LANGUAGES else ENGLISH)


def wish_of(person: PersonRef, community: Community, unit: Unit) -> Wish | None:
    """None where they have not said yes to private reminders."""
    choice = unit.books.consents.choices(community.id, OptIn.REMINDERS).get(person)
    return None if choice is None else read_wish(choice)


def language_called(name: str) -> str | None:
    """The code of a language by what somebody types: "pl", "Polski", "polish"."""
    named = {own.casefold(): code for code, own in LANGUAGES.items()} | {code: code for code in LANGUAGES}
    return (named | _IN_ENGLISH).get(name.strip().casefold())
