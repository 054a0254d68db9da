"""Ready-made words for unit tests: say only what the test is about, the rest has sensible values.

Everything happens in the group of class 3B on the platform ``sandbox`` unless a test says otherwise, and each event
gets an id of its own.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from msgspec.structs import replace

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import ChatOpened, ChoiceMade, EventId, MemberJoined, MessageEdited, MessagePosted
from orchard_bot.chat.intents import Choice, Say, TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING
from orchard_bot.testing.profiles import TELEGRAM, Profile

PLATFORM, ACCOUNT = "sandbox", "main"

_numbers = count(1)


def an_account(id: str = ACCOUNT, *, platform: str = PLATFORM) -> AccountRef:
    """An account of the bot."""
    return AccountRef(platform, id)


def a_person(id: str = "anna", *, platform: str = PLATFORM) -> PersonRef:
    """Somebody."""
    return PersonRef(platform, id)


def a_group(id: str = "3b", *, account: str = ACCOUNT, platform: str = PLATFORM) -> ChatRef:
    """A group that the bot is in."""
    return ChatRef(platform, account, id)


def a_private_chat(person: PersonRef | None = None, *, account: str = ACCOUNT) -> ChatRef:
    """Somebody's private chat with the bot, with the id that a ``World`` gives it."""
    who = person or a_person()
    return ChatRef(who.platform, account, f"private:{who.id}")


def a_message_ref(id: str | None = None, *, chat: ChatRef | None = None) -> MessageRef:
    """A message in the group, or in the chat given."""
    return MessageRef(chat or a_group(), id or str(next(_numbers)))


def an_event_id(native: str | None = None, *, chat: ChatRef | None = None, revision: int = 0) -> EventId:
    """A fresh event id of the chat's account."""
    where = chat or a_group()
    return EventId(where.platform, where.account, native or str(next(_numbers)), revision)


def a_message(
    text: str = "Has anybody found a blue PE bag?",
    *,
    author: PersonRef | None = None,
    chat: ChatRef | None = None,
    at: datetime = WEDNESDAY_EVENING,
    **others: Any,
) -> MessagePosted:
    """Somebody posts in the group. ``others`` are further fields of ``MessagePosted``."""
    where = chat or a_group()
    posted = MessagePosted(
        an_event_id(chat=where),
        at,
        where,
        message=a_message_ref(chat=where),
        author=author or a_person(),
        author_name="Anna",
        text=text,
    )
    return replace(posted, **others)


def a_private_message(text: str = "Hello", *, author: PersonRef | None = None, **others: Any) -> MessagePosted:
    """Somebody writes to the bot privately."""
    who = author or a_person()
    return a_message(text, author=who, chat=a_private_chat(who), private=True, **others)


def an_edit(of: MessagePosted, text: str, *, at: datetime | None = None) -> MessageEdited:
    """The author changes the message: the same ref, the next revision of its event id."""
    content = {name: getattr(of, name) for name in of.__struct_fields__}
    event_id = replace(of.id, revision=of.id.revision + 1)
    return MessageEdited(**{**content, "id": event_id, "text": text, "at": at or of.at})


def a_newcomer(
    person: PersonRef | None = None, *, chat: ChatRef | None = None, at: datetime = WEDNESDAY_EVENING
) -> MemberJoined:
    """Somebody comes into the group."""
    where = chat or a_group()
    return MemberJoined(an_event_id(chat=where), at, where, person=person or a_person("nina"), name="Nina")


def an_opened_chat(
    person: PersonRef | None = None, *, payload: str = "", at: datetime = WEDNESDAY_EVENING
) -> ChatOpened:
    """Somebody opens the private chat with the bot."""
    who = person or a_person()
    where = a_private_chat(who)
    return ChatOpened(an_event_id(chat=where), at, where, person=who, name="Anna", payload=payload)


def a_choice(number: int = 1, label: str = "Yes, please") -> Choice:
    """One thing to choose, with the token ``t<number>``."""
    return Choice(f"t{number}", label, number)


def a_press(
    choice: Choice | None = None,
    *,
    typed: bool = False,
    person: PersonRef | None = None,
    message: MessageRef | None = None,
    at: datetime = WEDNESDAY_EVENING,
) -> ChoiceMade:
    """Somebody answers an offer in their private chat: by its button, or by its number where it was ``typed``."""
    who, chosen = person or a_person(), choice or a_choice()
    where = a_private_chat(who)
    made = ChoiceMade(an_event_id(chat=where), at, where, person=who, name="Anna", message=message)
    return replace(made, number=chosen.number) if typed else replace(made, token=chosen.token)


def public_text(value: str = "Good evening, class 3B.", source: str = "test.greeting") -> PublicText:
    """Words for a whole group."""
    return PublicText(value, source)


def private_text(value: str = "Only you can read this.") -> PrivateText:
    """Words for one person."""
    return PrivateText(value)


def a_say(text: str = "Good evening, class 3B.", *, chat: ChatRef | None = None, **others: Any) -> Say:
    """The bot wants to say something in the group."""
    return replace(Say(key="say-1", chat=chat or a_group(), text=public_text(text)), **others)


def a_whisper(
    text: str = "Only you can read this.", *, person: PersonRef | None = None, **others: Any
) -> TellPrivately:
    """The bot wants to tell somebody something privately."""
    told = TellPrivately(key="tell-1", account=an_account(), person=person or a_person(), text=private_text(text))
    return replace(told, **others)


def abilities(profile: Profile = TELEGRAM, **changes: Any) -> Abilities:
    """What a platform allows in a group, with changes."""
    return replace(profile.abilities, **changes)
