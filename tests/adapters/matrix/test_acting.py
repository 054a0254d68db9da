"""What the bot does in real rooms is done once, as far as its level reaches, and nobody else reads what is private."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nio.crypto.attachments import encrypt_attachment

from orchard_bot.chat.events import AbilitiesChanged, Attachment, ChatOpened, MessagePosted
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    TakeButtonsAway,
)
from orchard_bot.errors import Gone, NotAllowed, NotReachable, RateLimited, Unavailable
from tests.adapters.matrix.eyes import Eyes
from tests.adapters.matrix.listening import heard, until
from tests.adapters.matrix.scene import Scene, class_group, message, ref
from tests.adapters.matrix.stagehand import Refused
from tests.adapters.matrix.synapse import needs_synapse
from tests.adapters.matrix.uploading import uploaded

pytestmark = needs_synapse


def shown(scene: Scene, who: str) -> list[tuple[str, str]]:
    """What somebody has on their screen: room and text."""
    seen = Eyes(scene.stagehand, who, lambda: 0).look()
    return [(one.room, one.text) for one in seen if one.deleted_at is None]


def privately(scene: Scene, key: str, words: str, to: str = "") -> SendPrivately:
    """Words for Anna alone, if nobody else is named."""
    return SendPrivately(key=key, account=scene.platform.account, person=ref(to or scene.anna), text=words)


async def test_a_lost_answer_makes_no_second_message(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        step = SendToGroup(key="k", chat=scene.chat, text="once")
        scene.line.drop_answer(2)  # the HTTP library asks a second time by itself
        with pytest.raises(Unavailable):
            await scene.platform.perform(step)
        first = await scene.platform.perform(step)
        assert await scene.platform.perform(step) == first
        assert [words for _, words in shown(scene, scene.anna)] == ["once"]
        await scene.platform.perform(SendToGroup(key="k", chat=scene.chat, text="an old key, after a new beginning"))
        assert len(shown(scene, scene.anna)) == 2


async def test_the_server_may_ask_for_patience_or_be_unwell(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        step = SendToGroup(key="k", chat=scene.chat, text="patience")
        scene.line.rate_limited(7)
        with pytest.raises(RateLimited) as limit:
            await scene.platform.perform(step)
        assert limit.value.retry_after == 7
        scene.line.unavailable()
        with pytest.raises(Unavailable):
            await scene.platform.perform(step)
        await scene.platform.perform(step)
        assert [words for _, words in shown(scene, scene.anna)] == ["patience"]


async def test_a_pinned_post_is_pinned_beside_what_was(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        first = await scene.platform.perform(SendToGroup(key="1", chat=scene.chat, text="rules", pin=True))
        second = await scene.platform.perform(SendToGroup(key="2", chat=scene.chat, text="dates", pin=True))
        assert first.message is not None
        assert second.message is not None
        pinned = scene.stagehand.get(scene.anna, scene.room, "m.room.pinned_events")["pinned"]
        assert pinned == [first.message.id, second.message.id]


async def test_a_private_room_is_used_again_and_never_with_somebody_else_in_it(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        await heard(scene.platform, ChatOpened)
        receipt = await scene.platform.perform(privately(scene, "1", "for Anna"))
        assert receipt.message is not None
        assert receipt.message.chat.id == room
        carl = scene.stagehand.add_person("carl")
        scene.stagehand.call(scene.anna, "POST", f"rooms/{room}/invite", {"user_id": carl})
        scene.stagehand.join(carl, room)  # and the bot has not heard of it yet
        other = await scene.platform.perform(privately(scene, "2", "for Anna alone"))
        assert other.message is not None
        assert other.message.chat.id != room
        assert "for Anna alone" in [words for _, words in shown(scene, scene.anna)]
        assert "for Anna alone" not in [words for _, words in shown(scene, carl)]
        with pytest.raises(Refused):
            scene.stagehand.call(scene.anna, "POST", f"rooms/{other.message.chat.id}/invite", {"user_id": carl})


async def test_a_private_room_of_the_bots_making_is_found_again_after_a_restart(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        first = await scene.platform.perform(privately(scene, "1", "one"))
        await scene.platform.stop()
        revived = scene.another()
        await revived.start()
        second = await revived.perform(privately(scene, "2", "two"))
        await revived.stop()
        assert first.message is not None
        assert second.message is not None
        assert first.message.chat == second.message.chat


async def test_who_leaves_the_private_room_hears_nothing_until_they_open_another(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        await heard(scene.platform, ChatOpened)
        scene.stagehand.leave(scene.anna, room)
        scene.says(scene.anna, "in the group")
        await heard(scene.platform, MessagePosted)
        with pytest.raises(NotReachable):
            await scene.platform.perform(privately(scene, "1", "psst"))
        scene.opens(scene.anna)
        await heard(scene.platform, ChatOpened)
        await scene.platform.perform(privately(scene, "2", "psst"))
        assert [words for _, words in shown(scene, scene.anna) if words == "psst"] == ["psst"]


async def test_nobody_of_that_name_is_not_reachable(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        for nobody in ("no such person", "@nobody:localhost"):
            with pytest.raises(NotReachable):
                await scene.platform.perform(privately(scene, "1", "hello", nobody))


async def test_deleting_takes_away_every_version_of_the_words(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.anna, "her name is Jo")
        new: dict[str, Any] = {
            "m.new_content": {"msgtype": "m.text", "body": "her name is Jo S."},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        newer = scene.says(scene.anna, "*", **new)
        step = DeletePosting(key="1", message=message(scene.room, event), author=ref(scene.anna))
        await scene.platform.perform(step)
        for one in (event, newer):
            left = scene.stagehand.call(scene.owner, "GET", f"rooms/{scene.room}/event/{one}")
            assert "body" not in left["content"]
            assert "m.new_content" not in left["content"]
        with pytest.raises(Gone):
            await scene.platform.perform(step)
        with pytest.raises(Gone):
            await scene.platform.perform(DeletePosting(key="2", message=message(scene.room, "$nothing"), author=None))


async def test_only_its_own_words_can_be_changed(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        event = scene.says(scene.anna, "mine")
        with pytest.raises(NotAllowed):
            await scene.platform.perform(EditMessage(key="1", message=message(scene.room, event), text="yours"))
        with pytest.raises(Gone):
            await scene.platform.perform(EditMessage(key="1", message=message(scene.room, "nothing"), text="x"))
        own = await scene.platform.perform(SendToGroup(key="2", chat=scene.chat, text="bot's"))
        assert own.message is not None
        assert await scene.platform.perform(TakeButtonsAway(key="3", message=own.message)) == own
        await scene.platform.perform(DeletePosting(key="4", message=own.message, author=None))
        with pytest.raises(Gone):
            await scene.platform.perform(EditMessage(key="5", message=own.message, text="late"))


async def test_a_mute_ends_by_itself_and_gives_back_the_level_that_was(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        levels = scene.stagehand.get(scene.owner, scene.room, "m.room.power_levels")
        helped = {**levels, "users": {**levels["users"], scene.anna: 10}}
        scene.stagehand.set(scene.owner, scene.room, "m.room.power_levels", helped)
        for hours in (1, 24):  # a second decision makes it longer
            until_when = scene.clock.now() + timedelta(hours=hours)
            await scene.platform.perform(
                RestrictMember(key=f"{hours}", chat=scene.chat, person=ref(scene.anna), until=until_when)
            )
        with pytest.raises(Refused, match="M_FORBIDDEN"):
            scene.says(scene.anna, "muted")
        await scene.platform.stop()
        scene.clock.advance(timedelta(hours=23))
        revived = scene.another()
        await revived.start()
        await heard(revived, AbilitiesChanged)
        with pytest.raises(Refused):
            scene.says(scene.anna, "still muted")
        scene.clock.advance(timedelta(hours=2))
        await heard(revived, AbilitiesChanged)
        assert scene.says(scene.anna, "back")
        users = scene.stagehand.get(scene.owner, scene.room, "m.room.power_levels")["users"]
        assert users[scene.anna] == 10
        assert revived.device.mutes() == []
        await revived.stop()


async def test_a_mute_can_be_taken_back_and_somebody_with_a_higher_level_is_out_of_reach(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        soon = scene.clock.now() + timedelta(hours=1)
        for until_when in (soon, None, None):
            await scene.platform.perform(
                RestrictMember(key="1", chat=scene.chat, person=ref(scene.anna), until=until_when)
            )
        assert scene.says(scene.anna, "here")
        with pytest.raises(NotAllowed):
            await scene.platform.perform(RestrictMember(key="2", chat=scene.chat, person=ref(scene.owner), until=soon))


async def test_somebody_put_out_may_come_back(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        await scene.platform.perform(RemoveMember(key="1", chat=scene.chat, person=ref(scene.anna)))
        with pytest.raises(Refused):
            scene.says(scene.anna, "out")
        scene.stagehand.join(scene.anna, scene.room)
        assert scene.says(scene.anna, "back")


async def test_who_knocks_is_let_in_or_not(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        scene.stagehand.set(scene.owner, scene.room, "m.room.join_rules", {"join_rule": "knock"})
        wanted, unwanted = scene.stagehand.add_person("max"), scene.stagehand.add_person("mallory")
        for who in (wanted, unwanted):
            scene.stagehand.call(who, "POST", f"knock/{scene.room}", {})
        await until(scene.platform, lambda events: len(events) >= 2)
        for who, admit in ((wanted, True), (wanted, True), (unwanted, False)):
            await scene.platform.perform(AnswerJoinRequest(key="1", chat=scene.chat, person=ref(who), admit=admit))
        assert scene.stagehand.join(wanted, scene.room)
        with pytest.raises(Refused):
            scene.stagehand.join(unwanted, scene.room)


async def test_without_a_level_the_bot_is_refused_and_knows_it(tmp_path: Path) -> None:
    async with class_group(tmp_path, level=0) as scene:
        event = scene.says(scene.anna, "unkind")
        may = await scene.platform.abilities(scene.chat)
        for ability in (may.delete_others, may.restrict, may.remove, may.answer_joins, may.pin, may.hide_commands):
            assert not ability
            assert "Room settings, Roles and permissions" in ability.grant
        with pytest.raises(NotAllowed):
            await scene.platform.perform(
                DeletePosting(key="1", message=message(scene.room, event), author=ref(scene.anna))
            )
        with pytest.raises(NotAllowed):
            await scene.platform.perform(RemoveMember(key="2", chat=scene.chat, person=ref(scene.anna)))
        posted = await scene.platform.perform(SendToGroup(key="3", chat=scene.chat, text="posted", pin=True))
        assert posted.message is not None
        with pytest.raises(NotReachable):
            await scene.platform.perform(ShowInGroup(key="4", chat=scene.chat, person=ref(scene.anna), text="psst"))


async def test_a_picture_in_the_group_can_be_read(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        sealed, keys = encrypt_attachment(b"a picture")
        file = {**keys, "url": uploaded(scene, sealed)}
        content = {"msgtype": "m.image", "body": "Look", "filename": "a.png", "file": file}
        scene.stagehand.send(scene.anna, scene.room, content)
        [posted] = await heard(scene.platform, MessagePosted)
        [picture] = posted.pictures
        assert posted.text == "Look"
        assert await scene.platform.fetch(picture, 1000) == b"a picture"


async def test_a_file_sent_in_private_can_be_read(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        room = scene.opens(scene.anna)
        address = uploaded(scene, b"Newsletter 12")
        content = {"msgtype": "m.file", "body": "n.txt", "filename": "n.txt", "url": address, "info": {"size": 13}}
        scene.stagehand.send(scene.anna, room, content)
        [posted] = await heard(scene.platform, MessagePosted)
        [file] = posted.attachments
        assert (file.name, file.size, posted.text) == ("n.txt", 13, "")
        assert await scene.platform.fetch(file, 1000) == b"Newsletter 12"
        with pytest.raises(NotAllowed):
            await scene.platform.fetch(file, 5)
        for nothing in ("mxc://localhost/nothing", "mxc:", "{}"):
            with pytest.raises(Gone):
                await scene.platform.fetch(Attachment(id=nothing), 1000)
