"""What Telegram sends, in our words. Every update here is JSON as the Bot API writes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.events import (
    AbilitiesChanged,
    Attachment,
    ChatMoved,
    ChatOpened,
    ChoiceMade,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_telegram.translate import Translation
from orchard_telegram.wire import Update, updates_from

NOW = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
SENT = datetime(2026, 9, 16, 18, 0, tzinfo=UTC)
UNIX = int(SENT.timestamp())
BOT, ANNA, BEN = 7000000001, 5000000001, 5000000002
GROUP = -1001234567890

anna = {"id": ANNA, "is_bot": False, "first_name": "Anna", "last_name": "Ø", "language_code": "en"}
ben = {"id": BEN, "is_bot": False, "first_name": "Ben"}
bot = {"id": BOT, "is_bot": True, "first_name": "Orchard", "username": "OrchardBot"}
other_bot = {"id": 99, "is_bot": True, "first_name": "Weather"}
group = {"id": GROUP, "type": "supergroup", "title": "Larch class"}
channel = {"id": -1009, "type": "channel", "title": "School news"}
private = {"id": ANNA, "type": "private", "first_name": "Anna"}

GROUP_REF = ChatRef("telegram", "home", str(GROUP))
PRIVATE_REF = ChatRef("telegram", "home", str(ANNA))
ANNA_REF, BEN_REF = PersonRef("telegram", str(ANNA)), PersonRef("telegram", str(BEN))


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 41, "date": UNIX, "chat": group, "from": anna, "text": "Hello"} | fields


def read(kind: str, payload: dict[str, Any], number: int = 1000) -> Update:
    received = updates_from([json.dumps({"update_id": number, kind: payload}).encode()])
    assert not received.malformed
    return received.updates[0]


def events(
    kind: str, payload: dict[str, Any], *, told: frozenset[int] = frozenset(), number: int = 1000
) -> list[Event]:
    return Translation("home", BOT, "OrchardBot", told).events(read(kind, payload, number), NOW)


def posted(**fields: Any) -> MessagePosted:
    (event,) = events("message", message(**fields))
    assert type(event) is MessagePosted
    return event


def answered(**original: Any) -> Quoted:
    quoted = posted(text="/report", reply_to_message=message(message_id=40, **{"from": ben}) | original).reply_to
    assert quoted is not None
    return quoted


class TestMessages:
    def test_a_message_in_a_group(self) -> None:
        event = posted()
        assert event.chat == GROUP_REF
        assert event.message == MessageRef(GROUP_REF, "41")
        assert (event.author, event.author_name) == (ANNA_REF, "Anna Ø")
        assert (event.text, event.at, event.private, event.impersonal) == ("Hello", SENT, False, False)
        assert (event.reply_to, event.forwarded, event.album) == (None, None, None)
        assert str(event.id) == "telegram/home/1000/0"

    def test_a_message_to_the_bot_is_private(self) -> None:
        event = posted(chat=private)
        assert event.private
        assert event.chat == PRIVATE_REF

    def test_the_words_below_a_photo_are_its_text(self) -> None:
        assert posted(text="", caption="Sports day", photo=[{"file_id": "x"}]).text == "Sports day"

    def test_a_photo_without_words_is_a_message_without_text(self) -> None:
        assert posted(text="", photo=[{"file_id": "x"}]).text == ""

    def test_a_photo_in_a_group_is_named_in_its_largest_size(self) -> None:
        sizes = [{"file_id": "s", "file_size": 9}, {"file_id": "l", "file_size": 99}]
        assert posted(text="", photo=sizes).pictures == (Attachment(id="l", kind="image/jpeg", size=99),)
        assert posted(text="", photo=sizes, chat=private).attachments == ()

    def test_a_picture_sent_as_a_file_is_a_picture(self) -> None:
        event = posted(text="", document={"file_id": "d", "file_name": "a.png", "mime_type": "image/png"})
        assert event.pictures == (Attachment(id="d", name="a.png", kind="image/png"),)

    def test_the_parts_of_an_album_say_which(self) -> None:
        assert posted(media_group_id="137").album == "137"

    def test_a_topic_is_part_of_its_group(self) -> None:
        event = posted(message_thread_id=12, is_topic_message=True)
        assert event.chat == GROUP_REF

    def test_the_same_update_again_has_the_same_id(self) -> None:
        assert events("message", message()) == events("message", message())

    def test_an_edit_keeps_the_message_and_has_its_own_id_and_time(self) -> None:
        (edit,) = events("edited_message", message(edit_date=UNIX + 60, text="Hullo"), number=1001)
        assert type(edit) is MessageEdited
        assert edit.message == posted().message
        assert edit.id != posted().id
        assert edit.id.revision == UNIX + 60
        assert int(edit.at.timestamp()) == UNIX + 60

    def test_an_edit_without_a_time_of_its_own_has_that_of_the_message(self) -> None:
        (edit,) = events("edited_message", message())
        assert edit.at == SENT

    @pytest.mark.parametrize("kind", ["message", "edited_message"])
    @pytest.mark.parametrize(
        "fields", [{"chat": channel}, {"from": None}, {"from": bot}], ids=["channel", "nobody", "own"]
    )
    def test_what_a_channel_or_nobody_or_the_bot_itself_says_is_left_out(
        self, kind: str, fields: dict[str, Any]
    ) -> None:
        payload = {name: value for name, value in (message() | fields).items() if value is not None}
        assert events(kind, payload) == []

    def test_a_private_message_from_nobody_is_left_out(self) -> None:
        payload = {name: value for name, value in message(chat=private).items() if name != "from"}
        assert events("message", payload) == []
        assert events("message", payload | {"text": "/start"}) == []

    def test_kinds_that_are_not_known_are_left_out(self) -> None:
        assert events("poll", {"id": "1", "question": "?"}) == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": group},
            {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "sender_chat": channel},
            {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": channel},
            {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
            {"from": other_bot},
        ],
        ids=["anonymous admin", "linked channel", "as a channel", "Telegram itself", "another bot"],
    )
    def test_who_is_no_person_is_impersonal(self, fields: dict[str, Any]) -> None:
        assert posted(**fields).impersonal
        assert answered(**fields).impersonal

    def test_an_anonymous_admin_goes_by_the_name_of_the_group(self) -> None:
        sender = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        assert posted(**{"from": sender, "sender_chat": group}).author_name == "Larch class"


class TestCommands:
    @pytest.mark.parametrize(
        "text", ["/report", "/report@OrchardBot", "/report@orchardbot", "/report@OrchardBot\nK7", "/"]
    )
    def test_a_command_for_this_bot_stays_as_it_is(self, text: str) -> None:
        assert posted(text=text).text == text

    def test_a_command_for_another_bot_is_only_words(self) -> None:
        assert posted(text="/report@WeatherBot now").text == " /report@WeatherBot now"

    def test_in_private_every_command_is_for_this_bot(self) -> None:
        assert posted(chat=private, text="/help@WeatherBot").text == "/help@WeatherBot"

    def test_an_ephemeral_command_goes_by_its_own_number(self) -> None:
        first = posted(message_id=0, ephemeral_message_id=3, receiver_user=bot, text="/report")
        second = posted(message_id=0, ephemeral_message_id=4, receiver_user=bot, text="/report")
        assert first.message == MessageRef(GROUP_REF, f"e{ANNA}-3")
        assert first.message != second.message

    def test_an_ephemeral_answer_is_said_to_the_bot_alone(self) -> None:
        event = posted(message_id=0, ephemeral_message_id=3, receiver_user=bot, text="It was on Tuesday")
        assert event.private
        assert event.chat == PRIVATE_REF
        assert event.message == MessageRef(GROUP_REF, f"e{ANNA}-3")

    @pytest.mark.parametrize(("text", "payload"), [("/start", ""), ("/start larch", "larch"), ("/start  a b ", "a b")])
    def test_start_is_one_opening(self, text: str, payload: str) -> None:
        (event,) = events("message", message(chat=private, text=text))
        assert isinstance(event, ChatOpened)
        assert (event.chat, event.person, event.name, event.payload) == (PRIVATE_REF, ANNA_REF, "Anna Ø", payload)

    def test_a_payload_is_cut_at_64_characters(self) -> None:
        (event,) = events("message", message(chat=private, text="/start " + "x" * 200))
        assert isinstance(event, ChatOpened)
        assert len(event.payload) == 64

    def test_words_that_only_begin_like_start_are_a_message(self) -> None:
        assert posted(chat=private, text="/started yet?").text == "/started yet?"

    def test_start_in_a_group_is_a_command_like_any_other(self) -> None:
        assert posted(text="/start@OrchardBot").text == "/start@OrchardBot"


class TestReplies:
    def test_a_reply_says_what_it_answers(self) -> None:
        assert answered() == Quoted(
            message=MessageRef(GROUP_REF, "40"), author=BEN_REF, author_name="Ben", text="Hello", posted_at=SENT
        )

    def test_a_reply_to_the_bot_says_so(self) -> None:
        assert answered(**{"from": bot}).own

    def test_a_reply_to_a_photo_has_the_words_below_it(self) -> None:
        assert answered(text="", caption="Sports day").text == "Sports day"

    def test_a_reply_to_what_a_channel_posted_names_the_channel(self) -> None:
        original = {"message_id": 40, "date": UNIX, "chat": group, "sender_chat": channel, "text": "Hello"}
        quoted = posted(reply_to_message=original).reply_to
        assert quoted == Quoted(
            message=MessageRef(GROUP_REF, "40"),
            author_name="School news",
            text="Hello",
            posted_at=SENT,
            impersonal=True,
        )

    def test_an_original_that_the_bot_may_not_see_is_not_named(self) -> None:
        quoted = posted(reply_to_message={"message_id": 40, "date": 0, "chat": group}).reply_to
        assert quoted == Quoted()

    def test_a_reply_to_something_ephemeral_names_it_by_its_own_number(self) -> None:
        shown = {"message_id": 0, "ephemeral_message_id": 9, "receiver_user": anna, "from": bot}
        assert answered(**shown).message == MessageRef(GROUP_REF, f"e{ANNA}-9")

    @pytest.mark.parametrize(
        ("parties", "whose"), [({"receiver_user": ben}, BEN), ({"from": anna, "receiver_user": bot}, ANNA), ({}, 0)]
    )
    def test_an_ephemeral_message_is_named_after_the_member_who_sees_it(
        self, parties: dict[str, Any], whose: int
    ) -> None:
        original = {"message_id": 0, "ephemeral_message_id": 9, "date": UNIX, "chat": group} | parties
        quoted = posted(reply_to_message=original).reply_to
        assert quoted is not None
        assert quoted.message == MessageRef(GROUP_REF, f"e{whose}-9")

    def test_in_a_topic_the_line_that_opens_it_is_no_answer(self) -> None:
        opening = message(message_id=12, text="", forum_topic_created={"name": "Trips", "icon_color": 1})
        event = posted(message_thread_id=12, is_topic_message=True, reply_to_message=opening)
        assert event.reply_to is None

    def test_a_reply_into_another_topic_of_the_group_names_the_message(self) -> None:
        origin = {"type": "user", "date": UNIX, "sender_user": ben}
        event = posted(external_reply={"origin": origin, "chat": group, "message_id": 30}, quote={"text": "part of it"})
        assert event.reply_to == Quoted(MessageRef(GROUP_REF, "30"), BEN_REF, "Ben", "part of it", SENT)

    @pytest.mark.parametrize("place", [{"chat": channel, "message_id": 30}, {"chat": group}, {}])
    def test_a_reply_to_another_chat_names_no_message(self, place: dict[str, Any]) -> None:
        origin = {"type": "channel", "date": UNIX, "chat": channel, "message_id": 30}
        event = posted(external_reply={"origin": origin} | place)
        assert event.reply_to == Quoted(author_name="School news", posted_at=SENT, impersonal=True)


class TestForwards:
    @pytest.mark.parametrize(
        ("origin", "quoted"),
        [
            ({"type": "user", "sender_user": ben}, Quoted(author=BEN_REF, author_name="Ben")),
            ({"type": "user", "sender_user": bot}, Quoted(author=PersonRef("telegram", str(BOT)), author_name="Orchard", own=True, impersonal=True)),
            ({"type": "hidden_user", "sender_user_name": "B."}, Quoted(author_name="B.")),
            ({"type": "chat", "sender_chat": group}, Quoted(author_name="Larch class", impersonal=True)),
            ({"type": "channel", "chat": channel, "message_id": 5}, Quoted(author_name="School news", impersonal=True)),
        ],
        ids=["somebody", "the bot", "somebody hidden", "a group", "a channel"],
    )  # fmt: skip
    def test_a_forward_says_as_much_of_its_origin_as_telegram_does(
        self, origin: dict[str, Any], quoted: Quoted
    ) -> None:
        found = posted(forward_origin=origin | {"date": UNIX - 60}).forwarded
        assert found is not None
        assert (found.author, found.author_name, found.own) == (quoted.author, quoted.author_name, quoted.own)
        assert (found.text, found.impersonal, found.message) == ("Hello", quoted.impersonal, None)
        assert found.posted_at == datetime.fromtimestamp(UNIX - 60, UTC)


def change(old: dict[str, Any], new: dict[str, Any], by: dict[str, Any] = ben, **fields: Any) -> dict[str, Any]:
    return {
        "chat": group,
        "from": by,
        "date": UNIX,
        "old_chat_member": {"user": anna} | old,
        "new_chat_member": {"user": anna} | new,
    } | fields


OUT, IN, BANNED = {"status": "left"}, {"status": "member"}, {"status": "kicked", "until_date": 0}
MUTED, MUTED_OUT = {"status": "restricted", "is_member": True}, {"status": "restricted", "is_member": False}
ADMIN, OWNER = {"status": "administrator"}, {"status": "creator"}


class TestMembers:
    @pytest.mark.parametrize("new", [IN, MUTED, ADMIN, OWNER])
    @pytest.mark.parametrize("old", [OUT, BANNED, MUTED_OUT])
    def test_whoever_was_out_and_is_in_has_joined(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        (event,) = events("chat_member", change(old, new))
        assert isinstance(event, MemberJoined)
        assert (event.chat, event.person, event.name, event.at) == (GROUP_REF, ANNA_REF, "Anna Ø", SENT)

    @pytest.mark.parametrize("new", [OUT, BANNED, MUTED_OUT])
    def test_whoever_was_in_and_is_out_has_left(self, new: dict[str, Any]) -> None:
        (event,) = events("chat_member", change(IN, new))
        assert isinstance(event, MemberLeft)
        assert (event.person, event.removed_by) == (ANNA_REF, BEN_REF)

    def test_whoever_leaves_was_removed_by_nobody(self) -> None:
        (event,) = events("chat_member", change(IN, OUT, by=anna))
        assert isinstance(event, MemberLeft)
        assert event.removed_by is None

    @pytest.mark.parametrize(("old", "new"), [(IN, ADMIN), (IN, MUTED), (OUT, BANNED)])
    def test_another_role_is_no_coming_and_no_going(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        assert events("chat_member", change(old, new)) == []

    def test_bots_neither_join_nor_leave(self) -> None:
        assert events("chat_member", change(OUT | {"user": other_bot}, IN | {"user": other_bot})) == []
        assert events("message", message(new_chat_members=[other_bot])) == []
        assert events("message", message(left_chat_member=bot)) == []

    def test_where_the_bot_is_no_admin_the_lines_in_the_chat_tell(self) -> None:
        joined = events("message", message(text="", new_chat_members=[anna, other_bot, ben]))
        assert [type(event) for event in joined] == [MemberJoined, MemberJoined]
        assert len({event.id for event in joined}) == 2
        (left,) = events("message", message(text="", left_chat_member=anna))
        assert isinstance(left, MemberLeft)
        assert left.removed_by is None
        (removed,) = events("message", message(text="", left_chat_member=ben))
        assert isinstance(removed, MemberLeft)
        assert removed.removed_by == ANNA_REF

    def test_where_telegram_tells_of_members_the_lines_in_the_chat_say_nothing_new(self) -> None:
        told = frozenset({GROUP})
        assert events("message", message(text="", new_chat_members=[anna]), told=told) == []
        assert events("message", message(text="", left_chat_member=anna), told=told) == []
        assert len(events("chat_member", change(OUT, IN), told=told)) == 1

    def test_somebody_asks_to_join(self) -> None:
        (event,) = events("chat_join_request", {"chat": group, "from": anna, "user_chat_id": ANNA, "date": UNIX})
        assert isinstance(event, JoinRequested)
        assert (event.chat, event.person, event.name, event.at) == (GROUP_REF, ANNA_REF, "Anna Ø", SENT)


class TestTheBotItself:
    @pytest.mark.parametrize(("old", "new"), [(OUT, IN), (IN, ADMIN), (ADMIN, IN), (IN, BANNED), (ADMIN, ADMIN)])
    def test_whatever_changes_about_the_bot_in_a_group_changes_its_abilities(
        self, old: dict[str, Any], new: dict[str, Any]
    ) -> None:
        (event,) = events("my_chat_member", change(old | {"user": bot}, new | {"user": bot}))
        assert isinstance(event, AbilitiesChanged)
        assert event.chat == GROUP_REF

    def test_unblocking_the_bot_opens_the_chat_again_and_asks_for_nothing(self) -> None:
        (event,) = events("my_chat_member", change(BANNED, IN, by=anna, chat=private))
        assert isinstance(event, ChatOpened)
        assert event.quietly
        assert (event.chat, event.person, event.payload) == (PRIVATE_REF, ANNA_REF, "")

    def test_blocking_the_bot_opens_nothing(self) -> None:
        assert events("my_chat_member", change(IN, BANNED, by=anna, chat=private)) == []

    @pytest.mark.parametrize(
        ("chat", "field"), [(-4321, {"migrate_to_chat_id": GROUP}), (GROUP, {"migrate_from_chat_id": -4321})]
    )
    def test_a_group_that_becomes_a_supergroup_moves_once_however_it_is_told(
        self, chat: int, field: dict[str, Any]
    ) -> None:
        (event,) = events("message", message(chat={"id": chat, "type": "group"}, text="", **field), number=chat)
        assert event == Translation("home", BOT, "OrchardBot", ()).moved(-4321, GROUP, SENT)
        assert isinstance(event, ChatMoved)
        assert (event.chat.id, event.to) == ("-4321", GROUP_REF)


def press(**fields: Any) -> dict[str, Any]:
    carrier = {"message_id": 44, "date": UNIX, "chat": private, "from": bot, "text": "What next?"}
    return {"id": "9", "from": anna, "chat_instance": "1", "data": "K7Q2", "message": carrier} | fields


class TestChoices:
    def test_a_press_in_the_private_chat(self) -> None:
        (event,) = events("callback_query", press())
        assert isinstance(event, ChoiceMade)
        assert (event.person, event.name, event.token, event.number) == (ANNA_REF, "Anna Ø", "K7Q2", None)
        assert (event.chat, event.message, event.at) == (PRIVATE_REF, MessageRef(PRIVATE_REF, "44"), NOW)

    def test_a_press_on_a_message_that_telegram_has_forgotten(self) -> None:
        (event,) = events("callback_query", press(message={"message_id": 44, "date": 0, "chat": private}))
        assert isinstance(event, ChoiceMade)
        assert event.message == MessageRef(PRIVATE_REF, "44")

    def test_a_press_below_something_ephemeral(self) -> None:
        carrier = {"message_id": 0, "ephemeral_message_id": 5, "date": UNIX, "chat": group}
        (event,) = events("callback_query", press(message=carrier))
        assert isinstance(event, ChoiceMade)
        assert (event.chat, event.message) == (GROUP_REF, MessageRef(GROUP_REF, f"e{ANNA}-5"))

    def test_a_press_without_a_message_belongs_to_the_private_chat(self) -> None:
        query = press()
        del query["message"]
        (event,) = events("callback_query", query)
        assert isinstance(event, ChoiceMade)
        assert (event.chat, event.message) == (PRIVATE_REF, None)

    @pytest.mark.parametrize("fields", [{"data": ""}, {"from": other_bot}])
    def test_a_press_that_says_nothing_is_left_out(self, fields: dict[str, Any]) -> None:
        assert events("callback_query", press(**fields)) == []


names = st.text(max_size=80)


@given(first=names, last=names, text=st.text(max_size=300))
def test_names_and_texts_come_through_as_they_are(first: str, last: str, text: str) -> None:
    sender = {"id": ANNA, "is_bot": False, "first_name": first, "last_name": last}
    found = events("message", message(chat=private, text=text, **{"from": sender}))
    (event,) = found
    if isinstance(event, MessagePosted):
        assert event.text == text
        assert event.author_name == (f"{first} {last}" if last else first)
    else:
        assert text.startswith("/start")
    assert getattr(event, "author", getattr(event, "person", None)) == ANNA_REF
