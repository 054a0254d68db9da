"""What people do on Signal becomes events: by ids that last, and never a name or number in one of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from orchard_bot.chat.events import (
    AbilitiesChanged,
    Attachment,
    ChoiceMade,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_signal.translate import GroupChanged, Translation, Unreadable
from orchard_signal.wire import Group, envelope_in

OWN = "00000000-0000-0000-0000-0000000000ff"
ANNA = "00000000-0000-0000-0000-000000000001"
BEN = "00000000-0000-0000-0000-000000000002"
GROUP = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
AT = 1_795_000_000_123
TRANSLATION = Translation("home", OWN, {ANNA: "Anna", BEN: "Ben"})
IN_GROUP: dict[str, Any] = {"groupInfo": {"groupId": GROUP, "type": "DELIVER", "revision": 4}}


def read(source: str | None = ANNA, **fields: Any) -> Event | GroupChanged | None:
    """What the envelope says."""
    envelope = {"source": source, "sourceUuid": source, "sourceName": "Anna", "timestamp": AT, **fields}
    return TRANSLATION.read(envelope_in(msgspec.json.encode({"envelope": envelope, "account": "+447700900999"})))


def data(at: int = AT, **fields: Any) -> dict[str, Any]:
    """A data message."""
    return {"timestamp": at, "message": None, "expiresInSeconds": 0, **fields}


def test_a_message_in_the_group_is_known_by_its_author_and_time() -> None:
    event = read(dataMessage=data(message="Morning", **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.chat == ChatRef("signal", "home", GROUP)
    assert event.message.id == f"{ANNA}:{AT}"
    assert (event.author, event.author_name) == (PersonRef("signal", ANNA), "Anna")
    assert (event.text, event.private, event.reply_to) == ("Morning", False, None)
    assert int(event.at.timestamp() * 1000) == AT


def test_a_private_message_is_in_the_chat_with_its_author() -> None:
    event = read(dataMessage=data(message="psst"))
    assert isinstance(event, MessagePosted)
    assert event.private
    assert event.chat.id == ANNA


def test_a_photo_without_words_is_a_message_without_words() -> None:
    event = read(dataMessage=data(attachments=[{"contentType": "image/jpeg", "id": "x"}], **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.text == ""


def test_files_are_described_and_broken_ones_cost_nobody_the_message() -> None:
    picture = {"contentType": "image/jpeg", "id": "a.jpg", "filename": "cake.jpg", "size": 9, "width": 1}
    odd = [{"id": None}, {"id": 7}, {"contentType": None, "id": "b"}]
    event = read(dataMessage=data(message="Look", attachments=[picture, *odd], **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.attachments == (Attachment(id="a.jpg", name="cake.jpg", kind="image/jpeg", size=9), Attachment(id="b"))
    assert event.pictures == event.attachments[:1]
    edit = {"targetSentTimestamp": AT, "dataMessage": data(message="Oh", attachments=[picture], **IN_GROUP)}
    changed = read(editMessage=edit)
    assert isinstance(changed, MessageEdited)
    assert len(changed.pictures) == 1


def test_what_is_meant_to_be_seen_once_is_left_alone() -> None:
    event = read(dataMessage=data(attachments=[{"contentType": "image/jpeg", "id": "x"}], viewOnce=True, **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.attachments == ()


def test_who_is_addressed_stands_in_the_text() -> None:
    mentions = [{"name": "Ben", "uuid": BEN, "start": 0, "length": 1}, {"uuid": BEN, "start": 4, "length": 1}]
    event = read(dataMessage=data(message="\ufffc and \ufffc!", mentions=mentions))
    assert isinstance(event, MessagePosted)
    assert event.text == "@Ben and @…!"


@pytest.mark.parametrize(("author", "own"), [(BEN, False), (OWN, True)])
def test_a_quote_names_the_message_that_it_answers(author: str, own: bool) -> None:
    quote = {"id": AT - 5, "author": author, "authorUuid": author, "text": "earlier"}
    event = read(dataMessage=data(message="/report", quote=quote, **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.reply_to is not None
    assert event.reply_to.message is not None
    assert event.reply_to.message.id == f"{author}:{AT - 5}"
    assert (event.reply_to.author, event.reply_to.own) == (PersonRef("signal", author), own)
    assert event.reply_to.text == "earlier"


def test_a_quote_of_somebody_unknown_names_nobody() -> None:
    event = read(dataMessage=data(message="/report", quote={"id": AT - 5, "author": "+447700900001"}, **IN_GROUP))
    assert isinstance(event, MessagePosted)
    assert event.reply_to is not None
    assert (event.reply_to.message, event.reply_to.author) == (None, None)


def test_an_edit_keeps_the_message_and_is_told_apart_by_its_time() -> None:
    edit = {"targetSentTimestamp": AT - 9, "dataMessage": data(message="better", **IN_GROUP)}
    event = read(editMessage=edit)
    assert isinstance(event, MessageEdited)
    assert event.message.id == event.id.native == f"{ANNA}:{AT - 9}"
    assert (event.id.revision, event.text) == (AT, "better")


def test_an_author_takes_a_message_back() -> None:
    event = read(dataMessage=data(remoteDelete={"timestamp": AT - 9}, **IN_GROUP))
    assert isinstance(event, MessageDeleted)
    assert (event.message.id, event.by) == (f"{ANNA}:{AT - 9}", PersonRef("signal", ANNA))


def test_an_admin_takes_anothers_message_away() -> None:
    gone = {"targetSentTimestamp": AT - 9, "targetAuthorUuid": BEN}
    event = read(dataMessage=data(adminDelete=gone, **IN_GROUP))
    assert isinstance(event, MessageDeleted)
    assert (event.message.id, event.by) == (f"{BEN}:{AT - 9}", PersonRef("signal", ANNA))


def reaction(emoji: str, **more: Any) -> dict[str, Any]:
    """An emoji on what the bot said."""
    return {"emoji": emoji, "targetAuthorUuid": OWN, "targetSentTimestamp": AT - 9, "isRemove": False, **more}


@pytest.mark.parametrize(("emoji", "number"), [("1\ufe0f\u20e3", 1), ("9\u20e3", 9), ("\U0001f51f", 10)])
def test_a_keycap_on_the_bots_private_words_is_an_answer(emoji: str, number: int) -> None:
    event = read(dataMessage=data(reaction=reaction(emoji)))
    assert isinstance(event, ChoiceMade)
    assert (event.number, event.person) == (number, PersonRef("signal", ANNA))
    assert event.message is not None
    assert event.message.id == f"{OWN}:{AT - 9}"


@pytest.mark.parametrize(
    "fields",
    [
        {"dataMessage": data(reaction=reaction("👍"))},
        {"dataMessage": data(reaction=reaction("1\u20e3", isRemove=True))},
        {"dataMessage": data(reaction=reaction("1\u20e3", targetAuthorUuid=BEN))},
        {"dataMessage": data(reaction=reaction("1\u20e3"), **IN_GROUP)},
        {"dataMessage": data(pollCreate={"question": "Cake?"}, **IN_GROUP)},
        {"dataMessage": data(expiresInSeconds=3600, isExpirationUpdate=True)},
        {"receiptMessage": {"when": AT}},
        {"typingMessage": {"action": "STARTED"}},
        {"syncMessage": {"sentMessage": data(message="from another device")}},
        {"source": OWN, "dataMessage": data(message="my own words", **IN_GROUP)},
    ],
)
def test_what_is_of_no_interest_is_passed_over(fields: dict[str, Any]) -> None:
    assert read(**fields) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"source": None, "dataMessage": data(message="who?")},
        {"source": "+447700900001", "dataMessage": data(message="a number is no id")},
        {"dataMessage": data(at=-1, message="before time")},
        {"dataMessage": data(at=10**17, message="after time")},
        {"dataMessage": data(adminDelete={"targetSentTimestamp": AT}, **IN_GROUP)},
    ],
)
def test_what_cannot_be_understood_says_so(fields: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(**fields)


def group(*members: str, requesting: tuple[str, ...] = (), member: bool = True) -> Group:
    """The class group with these people."""
    return Group(
        id=GROUP, member=member, members=frozenset(members), admins=frozenset(), requesting=frozenset(requesting)
    )


def test_a_changed_group_is_looked_at_to_see_what_is_new() -> None:
    change = read(dataMessage=data(groupInfo={"groupId": GROUP, "type": "UPDATE", "revision": 5}))
    assert isinstance(change, GroupChanged)
    told = TRANSLATION.compared(group(OWN, ANNA), group(OWN, BEN, requesting=(ANNA,)), change)
    assert [type(one) for one in told] == [MemberJoined, MemberLeft, JoinRequested, AbilitiesChanged]
    assert len({one.id for one in told}) == 4
    joined, left, asked, _ = told
    assert isinstance(joined, MemberJoined)
    assert isinstance(left, MemberLeft)
    assert isinstance(asked, JoinRequested)
    assert [one.person.id for one in (joined, left, asked)] == [BEN, ANNA, ANNA]
    assert (joined.name, asked.name) == ("Ben", "Anna")
    assert told == TRANSLATION.compared(group(OWN, ANNA), group(OWN, BEN, requesting=(ANNA,)), change)


def test_a_bot_that_was_removed_says_of_nobody_that_they_left() -> None:
    change = read(dataMessage=data(groupInfo={"groupId": GROUP, "type": "UPDATE", "revision": 6}))
    assert isinstance(change, GroupChanged)
    told = TRANSLATION.compared(group(OWN, ANNA), group(member=False), change)
    assert [type(one) for one in told] == [AbilitiesChanged]
