"""What happens in real rooms arrives whole, in order and once: gaps, restarts, invitations, moves, private rooms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchard_bot.chat.events import (
    AbilitiesChanged,
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
from orchard_bot.chat.refs import ChatRef, MessageRef
from tests.adapters.matrix.listening import heard, until
from tests.adapters.matrix.scene import chat, class_group, message, ref
from tests.adapters.matrix.stagehand import text
from tests.adapters.matrix.synapse import needs_synapse

pytestmark = needs_synapse


async def test_a_new_device_reads_nothing_that_was_written_before_it_came(tmp_path: Path) -> None:
    async with class_group(tmp_path, started=False) as scene:
        for number in range(3):
            scene.says(scene.anna, f"long ago {number}")
        await scene.platform.start()
        scene.says(scene.anna, "now")
        assert [one.text for one in await heard(scene.platform, MessagePosted)] == ["now"]


async def test_a_long_absence_leaves_no_gap(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        scene.says(scene.anna, "before")
        await heard(scene.platform, MessagePosted)
        await scene.platform.stop()
        for number in range(130):  # more than two answers to /sync hold
            scene.says(scene.anna, str(number))
        carl = scene.stagehand.add_person("carl")
        scene.stagehand.join(carl, scene.room)
        scene.stagehand.leave(carl, scene.room)
        for number in range(130, 240):
            scene.says(scene.anna, str(number))
        revived = scene.another()
        await revived.start()
        found = await until(revived, lambda events: len([e for e in events if isinstance(e, MessagePosted)]) >= 240)
        assert [one.text for one in found if isinstance(one, MessagePosted)] == [str(number) for number in range(240)]
        assert [type(one) for one in found if not isinstance(one, MessagePosted)] == [MemberJoined, MemberLeft]
        await revived.stop()


async def test_a_room_that_the_bot_comes_into_begins_when_it_comes(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        other = scene.stagehand.make_room(scene.anna)
        scene.says(scene.anna, "not for the bot", other)
        scene.stagehand.call(scene.anna, "POST", f"rooms/{other}/invite", {"user_id": scene.bot})
        await heard(scene.platform, AbilitiesChanged)
        scene.says(scene.anna, "hello bot", other)
        assert [one.text for one in await heard(scene.platform, MessagePosted)] == ["hello bot"]


async def test_who_comes_into_a_new_room_while_the_bot_is_away_is_not_overlooked(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        await scene.platform.stop()
        other = scene.stagehand.make_room(scene.anna, preset="public_chat")
        scene.stagehand.join(scene.bot, other)
        carl = scene.stagehand.add_person("carl")
        scene.stagehand.join(carl, other)
        revived = scene.another()
        await revived.start()
        assert await revived.is_member(chat(other), ref(carl)) is True
        [joined] = await heard(revived, MemberJoined)
        assert (joined.person, joined.chat) == (ref(carl), chat(other))
        await revived.stop()


async def test_who_may_invite_the_bot_is_the_operators_to_say(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        session = scene.platform._session
        assert session is not None
        assert session._welcome("@somebody:localhost")
        assert not session._welcome("@somebody:elsewhere.example")
        open_house = scene.another(invited_by=["*"], store=str(tmp_path / "other"))
        await open_house.start()
        assert open_house._session is not None
        assert open_house._session._welcome("@somebody:elsewhere.example")
        await open_house.stop()


async def test_a_red_flag_under_a_message_reports_it(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        unkind = scene.says(scene.owner, "Some of you cannot drive")
        await heard(scene.platform, MessagePosted)
        shown = {"rel_type": "m.annotation", "event_id": unkind, "key": "\U0001f6a9"}
        flag = scene.stagehand.send(scene.anna, scene.room, {"m.relates_to": shown}, type="m.reaction")
        [report] = await heard(scene.platform, MessagePosted)
        assert (report.text, report.message.id) == ("/report", flag)
        assert report.reply_to is not None
        assert (report.reply_to.text, report.reply_to.message) == (
            "Some of you cannot drive",
            MessageRef(report.chat, unkind),
        )


async def test_comings_and_goings_and_who_did_it(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        people = [scene.stagehand.add_person(name) for name in ("ben", "carl", "dora")]
        for who in people:
            scene.stagehand.join(who, scene.room)
        ben, carl, dora = people
        scene.stagehand.leave(ben, scene.room)
        for act, who in (("kick", carl), ("ban", dora)):
            scene.stagehand.call(scene.owner, "POST", f"rooms/{scene.room}/{act}", {"user_id": who})
        came = await heard(scene.platform, MemberJoined, 3)
        assert [(one.person, one.name) for one in came] == [(ref(who), who.split("-")[0][1:].title()) for who in people]


async def test_leaving_says_who_was_put_out_and_by_whom(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        ben, carl = scene.stagehand.add_person("ben"), scene.stagehand.add_person("carl")
        for who in (ben, carl):
            scene.stagehand.join(who, scene.room)
        await heard(scene.platform, MemberJoined, 2)
        scene.stagehand.leave(ben, scene.room)
        scene.stagehand.call(scene.owner, "POST", f"rooms/{scene.room}/ban", {"user_id": carl})
        left = await heard(scene.platform, MemberLeft, 2)
        assert [(one.person, one.removed_by) for one in left] == [(ref(ben), None), (ref(carl), ref(scene.owner))]
        assert await scene.platform.is_member(scene.chat, ref(ben)) is False


async def test_a_knock_is_a_wish_to_be_let_in(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        scene.stagehand.set(scene.owner, scene.room, "m.room.join_rules", {"join_rule": "knock"})
        max_ = scene.stagehand.add_person("max")
        scene.stagehand.call(max_, "POST", f"knock/{scene.room}", {})
        [asked] = await heard(scene.platform, JoinRequested)
        assert (asked.person, asked.name, asked.chat) == (ref(max_), "Max", scene.chat)


async def test_deletions_name_the_message_and_who_did_it(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.anna, "oops")
        scene.stagehand.redact(scene.owner, scene.room, event)
        [gone] = await heard(scene.platform, MessageDeleted)
        assert (gone.message, gone.by) == (message(scene.room, event), ref(scene.owner))


async def test_nobody_changes_anothers_words(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.anna, "I said this")
        relation = {"rel_type": "m.replace", "event_id": event}
        for who in (scene.owner, scene.anna):
            new = text(f"by {who}")
            content = text("*", **{"m.new_content": new, "m.relates_to": relation})
            scene.stagehand.send(who, scene.room, content)
        [edited] = await heard(scene.platform, MessageEdited)
        assert edited.text == f"by {scene.anna}"


async def test_an_answer_quotes_the_words_as_they_are_by_now(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.anna, "befor")
        new: dict[str, Any] = {
            "m.new_content": text("before"),
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        scene.says(scene.anna, "* before", **new)
        answers: dict[str, Any] = {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}
        scene.says(scene.owner, "/report", **answers)
        *_, answer = await heard(scene.platform, MessagePosted, 2)
        assert answer.reply_to is not None
        assert (answer.reply_to.author, answer.reply_to.text) == (ref(scene.anna), "before")
        assert answer.reply_to.author_name == "Anna"


async def test_a_link_sent_in_private_brings_the_message_along(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.owner, "That new teaching assistant is useless")
        room = scene.opens(scene.anna)
        scene.says(scene.anna, f"https://matrix.to/#/{scene.room}/{event}?via=localhost", room)
        stranger = scene.stagehand.add_person("stranger")
        theirs = scene.opens(stranger)
        scene.says(stranger, f"https://matrix.to/#/{scene.room}/{event}", theirs)
        found = await heard(scene.platform, MessagePosted, 3)
        [mine] = [one for one in found if one.author == ref(scene.anna)]
        assert mine.private
        assert mine.forwarded is not None
        assert mine.forwarded.message == message(scene.room, event)
        assert (mine.forwarded.author, mine.forwarded.text) == (ref(scene.owner), mine.text)
        [not_theirs] = [one for one in found if one.author == ref(stranger)]
        assert not_theirs.forwarded is None
        assert not_theirs.text.startswith("https://matrix.to")


async def test_a_private_room_opens_and_a_keycap_is_an_answer(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        [opened] = await heard(scene.platform, ChatOpened)
        assert (opened.person, opened.chat, opened.quietly) == (ref(scene.anna), chat(room), False)
        event = scene.says(scene.anna, "hello", room)
        reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "2\ufe0f\u20e3"}}
        scene.stagehand.send(scene.anna, room, reaction, type="m.reaction")
        shown = {"rel_type": "m.annotation", "event_id": scene.says(scene.anna, "hello all"), "key": "3\ufe0f\u20e3"}
        scene.stagehand.send(scene.anna, scene.room, {"m.relates_to": shown}, type="m.reaction")  # for all to see
        scene.says(scene.anna, "last")
        found = await until(
            scene.platform, lambda events: {"hello", "last"} <= {getattr(e, "text", "") for e in events}
        )
        [choice] = [one for one in found if isinstance(one, ChoiceMade)]
        assert (choice.person, choice.number, choice.message) == (ref(scene.anna), 2, message(room, event))


async def test_who_writes_before_the_bot_has_come_in_is_answered_and_not_greeted(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        scene.says(scene.anna, "/rules", room)
        opened, posted = await until(scene.platform, lambda events: len(events) >= 2)
        assert isinstance(opened, ChatOpened)
        assert opened.quietly
        assert isinstance(posted, MessagePosted)
        assert (posted.private, posted.text) == (True, "/rules")


async def test_a_room_with_a_third_person_is_private_no_more(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        await heard(scene.platform, ChatOpened)
        carl = scene.stagehand.add_person("carl")
        scene.stagehand.call(scene.anna, "POST", f"rooms/{room}/invite", {"user_id": carl})
        scene.says(scene.anna, "are we alone?", room)
        [posted] = await heard(scene.platform, MessagePosted)
        assert not posted.private


async def test_a_replaced_room_is_followed_where_only_the_invited_may_enter(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        scene.stagehand.set(scene.owner, scene.room, "m.room.join_rules", {"join_rule": "invite"})
        upgraded = scene.stagehand.call(scene.owner, "POST", f"rooms/{scene.room}/upgrade", {"new_version": "12"})
        new = upgraded["replacement_room"]
        scene.stagehand.call(scene.owner, "POST", f"rooms/{new}/invite", {"user_id": scene.bot})
        [moved] = await heard(scene.platform, ChatMoved)
        assert (moved.chat, moved.to) == (scene.chat, chat(new))
        scene.says(scene.owner, "here now", new)
        assert [one.chat for one in await heard(scene.platform, MessagePosted)] == [chat(new)]


async def test_rights_are_watched(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        assert (await scene.platform.abilities(scene.chat)).delete_others
        levels = scene.stagehand.get(scene.owner, scene.room, "m.room.power_levels")
        scene.stagehand.set(
            scene.owner, scene.room, "m.room.power_levels", {**levels, "users": {**levels["users"], scene.bot: 0}}
        )
        [changed] = await heard(scene.platform, AbilitiesChanged)
        assert changed.chat == scene.chat
        lost = await scene.platform.abilities(scene.chat)
        assert not lost.delete_others
        assert "power level 50" in lost.delete_others.why
        assert "give the bot's account the level 50" in lost.delete_others.grant
        assert lost.post


async def test_what_is_broken_is_counted_and_costs_nothing_else(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        scene.line.malformed(3)
        scene.says(scene.anna, "fine")
        async for batch in scene.platform.batches():
            assert [one.text for one in batch.events if isinstance(one, MessagePosted)] == ["fine"]
            assert batch.malformed == 3
            await batch.acknowledge()
            break


async def test_a_dead_line_is_taken_up_again_and_nothing_is_lost(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        texts: list[str] = []
        for number in range(3):
            scene.says(scene.anna, str(number))
            scene.line.disconnect()
            texts += [one.text for one in await heard(scene.platform, MessagePosted)]
            scene.line.disconnect()
        assert texts == ["0", "1", "2"]


async def test_the_doctor_says_what_is_in_the_way(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        space = scene.stagehand.make_room(scene.owner, creation_content={"type": "m.space"}, invite=[scene.bot])
        await until(scene.platform, lambda events: scene.platform._session.directory.inside(space) is not None)  # type: ignore[union-attr]
        nowhere = ChatRef("matrix", "home", "!nowhere")
        account, here, is_space, missing = await scene.platform.examine([scene.chat, chat(space), nowhere])
        assert (account.ok, account.says) == (True, "rooms it is in: 2; private chats: 0.")
        assert here.ok
        assert (is_space.ok, missing.ok) == (False, False)
        assert "space" in is_space.says
        assert "Invite the bot's account" in missing.fix
