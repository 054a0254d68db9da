"""Matrix's events in our words, one by one, and what is too strange to be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from orchard_bot.chat.events import (
    AbilitiesChanged,
    Attachment,
    ChatMoved,
    ChatOpened,
    ChoiceMade,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_matrix import wire
from orchard_matrix.rooms import Room
from orchard_matrix.translate import Found, Place, Translation, Unreadable, text_now

BOT, ANNA, BEN = "@bot:school.example", "@anna:school.example", "@ben:school.example"
TRANSLATION = Translation("home", BOT)
AT = datetime(2026, 1, 14, 19, 30, tzinfo=UTC)


def event(type: str, content: dict[str, Any], sender: str = ANNA, **more: Any) -> wire.Event:
    """An event that happened at ``AT``."""
    id = more.pop("event_id", "$one")
    at = int(AT.timestamp() * 1000)
    return wire.event_in(
        {"type": type, "content": content, "sender": sender, "event_id": id, "origin_server_ts": at, **more}
    )


def message(body: object, sender: Any = ANNA, **content: Any) -> wire.Event:
    """A message."""
    return event("m.room.message", {"msgtype": "m.text", "body": body, **content}, sender)


def member(user: str, membership: str, sender: str = "", **more: Any) -> wire.Event:
    """A change of membership."""
    content = {"membership": membership, **more}
    return event("m.room.member", content, sender or user, state_key=user)


def room(*people: str, direct: bool = False) -> Room:
    """A group, or a private room."""
    made = Room("!room")
    made.direct = direct
    for user in (BOT, *people):
        made.apply(member(user, "join", displayname=user[1:5].strip(":").title()))
    return made


def read(one: wire.Event, where: Room | None = None, before: str = "leave", found: Found | None = None) -> Any:
    """What the adapter makes of it."""
    return TRANSLATION.read(one, where or room(ANNA, BEN), before, found)


def quoted(one: wire.Event, where: Room | None = None, text: str = "then") -> Found:
    """Something that was looked up."""
    return Found(one, where or room(ANNA, BEN), text)


def test_a_message_has_its_author_place_and_time() -> None:
    posted = read(message("Morning all"))
    assert isinstance(posted, MessagePosted)
    assert posted.chat == ChatRef("matrix", "home", "!room")
    assert posted.message == MessageRef(posted.chat, "$one")
    assert (posted.author, posted.author_name) == (PersonRef("matrix", ANNA), "Anna")
    assert (posted.text, posted.at, posted.private, posted.id.native) == ("Morning all", AT, False, "$one")


def test_the_bot_itself_and_what_has_been_taken_back_say_nothing() -> None:
    assert read(message("mine", BOT)) is None
    gone = event("m.room.message", {}, unsigned={"redacted_because": {}})
    assert read(gone) is None
    assert read(event("m.room.topic", {"topic": "PE"}, state_key="")) is None
    assert read(event("m.poll.start", {})) is None


@pytest.mark.parametrize(
    "broken",
    [
        message(7),
        event("m.room.message", {}),
        message("x", sender="anna"),
        event("m.room.message", {"body": "x"}, event_id="one"),
        event("m.room.redaction", {}),
        event("m.room.member", {"membership": "join"}, state_key="anna"),
        message("*", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$first"}}),
    ],
)
def test_what_says_too_little_is_unreadable(broken: wire.Event) -> None:
    with pytest.raises(Unreadable):
        read(broken, found=quoted(message("first")))


def test_nothing_happens_in_a_space() -> None:
    space = room(ANNA)
    space.kind = "m.space"
    assert read(message("hello"), space) is None


def test_of_a_picture_only_what_was_written_about_it_is_read() -> None:
    assert read(message("IMG_1.jpg", msgtype="m.image")).text == ""
    assert read(message("IMG_1.jpg", msgtype="m.image", filename="IMG_1.jpg")).text == ""
    assert read(message("Lost coat!", msgtype="m.image", filename="IMG_1.jpg")).text == "Lost coat!"
    assert read(event("m.sticker", {"body": "thumbs up"})).text == "thumbs up"


def test_an_answer_is_read_without_the_lines_that_it_quotes() -> None:
    answers = {"m.relates_to": {"m.in_reply_to": {"event_id": "$first"}}}
    posted = read(message("> <@ben:x> first\n> second\n\nI agree", **answers), found=quoted(message("first", BEN)))
    assert posted.text == "I agree"
    assert posted.reply_to.author == PersonRef("matrix", BEN)
    assert (posted.reply_to.author_name, posted.reply_to.text, posted.reply_to.own) == ("Ben", "then", False)
    assert read(message("> only a quote", **answers)).text == ""
    assert read(message("I agree", **answers)).text == "I agree"
    assert read(message("> a greater-than sign")).text == "> a greater-than sign"


def test_an_answer_to_what_cannot_be_had_still_names_it() -> None:
    posted = read(message("/report", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$first"}}}))
    assert posted.reply_to.message == MessageRef(posted.chat, "$first")
    assert posted.reply_to.author is None


@pytest.mark.parametrize(
    "relation",
    [
        {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True, "m.in_reply_to": {"event_id": "$last"}},
        {"m.in_reply_to": {"event_id": 7}},
        {"m.in_reply_to": {"event_id": "last"}},
        {"m.in_reply_to": "$last"},
        "$last",
    ],
)
def test_what_is_no_answer_points_at_nothing(relation: object) -> None:
    one = message("in a thread", **{"m.relates_to": relation})
    assert TRANSLATION.points_at(one, room(ANNA)) is None
    assert read(one).reply_to is None


def test_an_answer_inside_a_thread_is_one() -> None:
    relation = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$last"}}
    assert TRANSLATION.points_at(message("x", **{"m.relates_to": relation}), room(ANNA)) == Place("!room", "$last")


def test_what_an_event_points_at() -> None:
    where, alone = room(ANNA, BEN), room(ANNA, direct=True)
    change = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$first"}}
    assert TRANSLATION.points_at(message("*", **change), where) == Place("!room", "$first")
    assert TRANSLATION.points_at(message("*", BOT, **change), where) is None
    assert TRANSLATION.points_at(event("m.reaction", {}), where) is None
    link = message("look: https://matrix.to/#/!class/$that?via=school.example thanks")
    assert TRANSLATION.points_at(link, alone) == Place("!class", "$that")
    assert TRANSLATION.points_at(link, where) is None
    uri = message("matrix:roomid/class:school.example/e/that?via=school.example")
    assert TRANSLATION.points_at(uri, alone) == Place("!class:school.example", "$that")
    for other in ("https://matrix.to/#/!class", "https://matrix.to/#/@anna:x", "matrix:roomid/class/f/that", "no link"):
        assert TRANSLATION.points_at(message(other), alone) is None


def test_a_link_to_what_its_sender_may_read_is_a_forward() -> None:
    alone, elsewhere = room(ANNA, direct=True), room(BEN)
    for where, forwarded in ((room(ANNA, BEN), True), (elsewhere, False)):
        posted = read(message("https://matrix.to/#/!class/$that"), alone, found=quoted(message("x", BEN), where))
        assert (posted.forwarded is not None) == forwarded
        assert (posted.text == "then") == forwarded
        assert posted.reply_to is None


def test_an_edit_is_its_authors_alone() -> None:
    change = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$first"}, "m.new_content": {"body": "now"}}
    original = event("m.room.message", {"body": "then"}, ANNA, event_id="$first")
    edited = read(message("* now", **change), found=quoted(original))
    assert isinstance(edited, MessageEdited)
    assert (edited.message.id, edited.text, edited.id.native) == ("$first", "now", "$one")
    assert read(message("* now", BEN, **change), found=quoted(original)) is None
    assert read(message("* now", **change)) is None
    assert read(message("* now", **change), found=quoted(event("m.reaction", {}))) is None


def test_a_deletion_is_read_in_both_forms() -> None:
    for one in (event("m.room.redaction", {"redacts": "$that"}), event("m.room.redaction", {}, redacts="$that")):
        deleted = read(one)
        assert isinstance(deleted, MessageDeleted)
        assert (deleted.message.id, deleted.by) == ("$that", PersonRef("matrix", ANNA))


@pytest.mark.parametrize(("key", "number"), [("1\u20e3", 1), ("2\ufe0f\u20e3", 2), ("\U0001f51f", 10)])
def test_a_keycap_in_private_is_an_answer(key: str, number: int) -> None:
    relation = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$that", "key": key}}
    chosen = read(event("m.reaction", relation), room(ANNA, direct=True))
    assert isinstance(chosen, ChoiceMade)
    assert (chosen.number, chosen.person, chosen.name) == (number, PersonRef("matrix", ANNA), "Anna")
    assert chosen.message == MessageRef(chosen.chat, "$that")
    assert read(event("m.reaction", relation), room(ANNA, BEN)) is None


def test_a_red_flag_in_a_group_is_a_report_of_the_message() -> None:
    content = {"m.relates_to": {"key": "\U0001f6a9\ufe0f", "event_id": "$that", "rel_type": "m.annotation"}}
    flag, where = event("m.reaction", content), room(ANNA, BEN)
    assert TRANSLATION.points_at(flag, where) == Place("!room", "$that")
    reported = read(flag, where, found=quoted(message("Unkind", BEN), where, "Unkind"))
    assert isinstance(reported, MessagePosted)
    assert (reported.text, reported.message.id, reported.private) == ("/report", "$one", False)
    assert reported.reply_to is not None
    assert (reported.reply_to.author, reported.reply_to.text) == (PersonRef("matrix", BEN), "Unkind")
    unknown = read(flag, where)
    assert unknown.reply_to is not None
    assert (unknown.reply_to.message, unknown.reply_to.author) == (MessageRef(unknown.chat, "$that"), None)


def test_a_red_flag_elsewhere_or_at_nothing_says_nothing() -> None:
    content = {"m.relates_to": {"key": "\U0001f6a9", "event_id": "$that"}}
    alone = room(ANNA, direct=True)
    assert TRANSLATION.points_at(event("m.reaction", content), alone) is None
    assert read(event("m.reaction", content), alone) is None
    assert TRANSLATION.points_at(event("m.reaction", content, BOT), room(ANNA, BEN)) is None
    assert read(event("m.reaction", {"m.relates_to": {"key": "\U0001f6a9", "event_id": 7}})) is None


def test_other_reactions_say_nothing() -> None:
    alone = room(ANNA, direct=True)
    for key in ("👍", 7):
        assert read(event("m.reaction", {"m.relates_to": {"key": key, "event_id": "$that"}}), alone) is None
    for target in ("that", 7):
        with pytest.raises(Unreadable):
            read(event("m.reaction", {"m.relates_to": {"key": "1\u20e3", "event_id": target}}), alone)


def test_coming_going_and_asking() -> None:
    joined = read(member(ANNA, "join"), before="invite")
    assert isinstance(joined, MemberJoined)
    assert (joined.person, joined.name) == (PersonRef("matrix", ANNA), "Anna")
    assert read(member(ANNA, "join"), before="join") is None  # a new name or picture
    left = read(member(ANNA, "leave"), before="join")
    assert isinstance(left, MemberLeft)
    assert left.removed_by is None
    for membership in ("leave", "ban"):
        out = read(member(ANNA, membership, BEN), before="join")
        assert isinstance(out, MemberLeft)
        assert out.removed_by == PersonRef("matrix", BEN)
    assert read(member(ANNA, "leave", BEN), before="knock") is None
    assert read(member(ANNA, "invite", BEN)) is None
    asked = read(member(ANNA, "knock"))
    assert isinstance(asked, JoinRequested)
    assert read(member(ANNA, "knock"), before="knock") is None


def test_the_bots_own_standing_changes_its_abilities() -> None:
    assert isinstance(read(member(BOT, "join"), before="invite"), AbilitiesChanged)
    assert isinstance(read(member(BOT, "leave", BEN), before="join"), AbilitiesChanged)
    assert read(member(BOT, "join"), before="join") is None
    assert isinstance(read(event("m.room.power_levels", {}, state_key="")), AbilitiesChanged)
    assert read(event("m.room.power_levels", {}, state_key=""), room(ANNA, direct=True)) is None


def test_a_private_room_is_opened_by_a_person() -> None:
    theirs = room(ANNA, direct=True)
    theirs.creators = frozenset({ANNA})
    opened = read(member(BOT, "join"), theirs, "invite")
    assert isinstance(opened, ChatOpened)
    assert (opened.person, opened.name, opened.quietly) == (PersonRef("matrix", ANNA), "Anna", False)
    assert read(member(BOT, "leave"), theirs, "join") is None
    own = room(ANNA, direct=True)
    own.creators = frozenset({BOT})
    assert read(member(BOT, "join"), own, "leave") is None
    again = read(member(ANNA, "join"), own, "invite")
    assert isinstance(again, ChatOpened)
    assert again.quietly
    assert read(member(ANNA, "leave"), own, "join") is None


def test_programs_in_private_are_not_answered() -> None:
    assert read(message("beep", msgtype="m.notice"), room(ANNA, direct=True)) is None
    assert read(message("beep", msgtype="m.notice")).text == "beep"


def test_files_are_handed_on_in_private_alone() -> None:
    plain = {"msgtype": "m.file", "filename": "n.pdf", "url": "mxc://x/y", "info": {"mimetype": "a/b", "size": 9}}
    assert read(message("n.pdf", **plain)).attachments == ()
    alone = room(ANNA, direct=True)
    [file] = read(message("n.pdf", **plain), alone).attachments
    assert file == Attachment(id="mxc://x/y", name="n.pdf", kind="a/b", size=9)
    odd = {"msgtype": "m.file", "filename": 7, "url": "mxc://x/y", "info": {"mimetype": 7, "size": "9"}}
    assert read(message("n.pdf", **odd), alone).attachments == (Attachment(id="mxc://x/y"),)
    bare = {"msgtype": "m.file", "url": "mxc://x/y"}
    assert read(message("n.pdf", **bare), alone).attachments == (Attachment(id="mxc://x/y", name="n.pdf"),)
    sealed = {"url": "mxc://x/y", "key": {"k": "K"}, "iv": "I", "hashes": {"sha256": "H"}}
    [file] = read(message("n.pdf", msgtype="m.file", file=sealed), alone).attachments
    assert msgspec.json.decode(file.id) == {"url": "mxc://x/y", "key": "K", "iv": "I", "hash": "H"}
    for broken in ({"url": "mxc://x/y"}, None):
        with pytest.raises(Unreadable):
            read(message("n.pdf", msgtype="m.file", file=broken), alone)


def test_pictures_in_a_group_are_handed_on_and_broken_ones_are_none() -> None:
    plain = {
        "msgtype": "m.image",
        "filename": "a.png",
        "url": "mxc://x/y",
        "info": {"mimetype": "image/png", "size": 9},
    }
    [picture] = read(message("Look", **plain)).pictures
    assert picture == Attachment(id="mxc://x/y", name="a.png", kind="image/png", size=9)
    as_file = read(message("a.png", **{**plain, "msgtype": "m.file"}))
    assert as_file.attachments == as_file.pictures == (picture,)
    [untold] = read(message("a.png", msgtype="m.image", url="mxc://x/y")).pictures
    assert untold.kind == "image/*"
    sealed = {"url": "mxc://x/y", "key": {"k": "K"}, "iv": "I", "hashes": {"sha256": "H"}}
    [secret] = read(message("a.png", msgtype="m.image", file=sealed)).pictures
    assert msgspec.json.decode(secret.id) == {"url": "mxc://x/y", "key": "K", "iv": "I", "hash": "H"}
    assert read(message("a.png", msgtype="m.image")).attachments == ()
    assert read(message("a.mp4", **{**plain, "msgtype": "m.video"})).attachments == ()
    assert read(message("a.png", **plain), room(ANNA, direct=True)).attachments == ()


def test_a_room_that_goes_on_elsewhere() -> None:
    old = room(ANNA)
    old.apply(event("m.room.tombstone", {"replacement_room": "!new"}, state_key="", event_id="$end"))
    assert old.moved is not None
    moved = TRANSLATION.moved(old, old.moved)
    assert isinstance(moved, ChatMoved)
    assert (moved.chat.id, moved.to.id, moved.id.native, moved.at) == ("!room", "!new", "$end", AT)


def test_the_words_as_they_are_now() -> None:
    first = message("then")
    newer = message("* now", **{"m.new_content": {"body": "now"}})
    assert text_now(first) == "then"
    assert text_now(first, newer) == "now"
    assert text_now(first, message("* no", BEN, **{"m.new_content": {"body": "no"}})) == "then"
    assert text_now(first, message("odd")) == "then"
    assert text_now(event("m.room.message", {})) == ""
