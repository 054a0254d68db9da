"""``/concern``: whom at school a parent may turn to, for what. The bot passes nothing on."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.code_of_conduct import Contact
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit


def on_concern(request: Request, unit: Unit) -> None:
    """The contacts of the code of conduct, in its order: the nearest first."""
    request.hide_command(unit)
    words = unit.house.words
    parts = [words.private("concern.intro").value]
    parts += [_contact(contact, unit) for contact in unit.house.code.contacts]
    parts.append(words.private("concern.close").value)
    unit.answer(request, PrivateText("\n\n".join(parts)))


def _contact(contact: Contact, unit: Unit) -> str:
    words = unit.house.words
    text = words.private("concern.contact", name=contact.name, concern=contact.concern, how=contact.how).value
    return text if contact.email is None else f"{text}\n{contact.email}"


FEATURE = Feature(
    name="concern",
    commands=(Command("concern", on_concern, summary="concern.summary", roles=frozenset(Role)),),
)
