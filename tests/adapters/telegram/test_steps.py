"""What the bot does on Telegram, through the real library and the fake server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
)
from orchard_bot.errors import Gone, NotAllowed, NotReachable, RateLimited, Unavailable
from tests.adapters.telegram.fake.faults import Fault
from tests.adapters.telegram.line import EVENING, Line, line

K = "a key"
HTML = "<b>Hello</b> *you* _there_ [x](https://a.example) & more"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as found:
        await found.platform.start()
        yield found


def show(here: Line, text: str = "for you alone", **more: tuple[Choice, ...]) -> ShowInGroup:
    return ShowInGroup(key=K, chat=here.chat, person=here.who(here.ben), text=text, **more)


class TestSending:
    async def test_a_post_is_seen_by_all_exactly_as_it_is_written(self, here: Line) -> None:
        receipt = await here.platform.perform(SendToGroup(key=K, chat=here.chat, text=HTML))
        (seen,) = (each for each in here.telegram.sees(here.ben, here.group) if each.author == here.bot)
        assert seen.text == HTML
        assert receipt.message == here.posting(seen.id)
        (call,) = here.telegram.calls("sendMessage")[-1:]
        assert "parse_mode" not in call.parameters

    async def test_a_post_can_be_pinned(self, here: Line) -> None:
        await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="Rules", pin=True))
        assert [each.pinned for each in here.telegram.sees(here.ben, here.group) if each.text == "Rules"] == [True]

    @pytest.mark.parametrize("fault", ["too_many", "server_error", "drop"])
    async def test_a_post_that_cannot_be_pinned_is_not_posted_twice(
        self, here: Line, fault: Literal["too_many", "server_error", "drop"]
    ) -> None:
        here.telegram.arm([Fault(fault, "pinChatMessage", times=0)])
        await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="Rules", pin=True))
        assert here.texts(here.ben, here.group) == ["Rules"]

    async def test_private_words_come_with_their_choices_as_buttons(self, here: Line) -> None:
        choices = (Choice("t1", "Yes, please", 1), Choice("t2", "No", 2))
        step = SendPrivately(
            key=K, account=here.platform.account, person=here.who(here.anna), text=HTML, choices=choices
        )
        receipt = await here.platform.perform(step)
        seen = here.telegram.sees(here.anna, here.bot)[-1]
        assert receipt.message == here.posting(seen.id, here.anna)
        assert seen.text == HTML
        assert [[(each.label, each.data) for each in row] for row in seen.buttons] == [
            [("Yes, please", "t1")],
            [("No", "t2")],
        ]

    async def test_many_short_choices_stand_two_in_a_row(self, here: Line) -> None:
        choices = tuple(Choice(f"t{n}", f"choice {n}", n) for n in range(5))
        account = here.platform.account
        await here.platform.perform(
            SendPrivately(key=K, account=account, person=here.who(here.anna), text="?", choices=choices)
        )
        assert [len(row) for row in here.telegram.sees(here.anna, here.bot)[-1].buttons] == [2, 2, 1]

    async def test_who_never_pressed_start_is_not_reachable(self, here: Line) -> None:
        here.telegram.post(here.ben, here.group, "hello")
        step = SendPrivately(key=K, account=here.platform.account, person=here.who(here.ben), text="psst")
        with pytest.raises(NotReachable):
            await here.platform.perform(step)

    async def test_who_blocked_the_bot_or_is_no_longer_there_is_not_reachable(self, here: Line) -> None:
        step = SendPrivately(key=K, account=here.platform.account, person=here.who(here.anna), text="psst")
        here.telegram.block(here.anna, here.bot)
        with pytest.raises(NotReachable):
            await here.platform.perform(step)
        here.telegram.unblock(here.anna, here.bot)
        here.telegram.deactivate(here.anna)
        with pytest.raises(NotReachable):
            await here.platform.perform(step)

    async def test_private_words_never_go_to_a_group_even_if_a_ref_says_so(self, here: Line) -> None:
        step = SendPrivately(key=K, account=here.platform.account, person=here.who(here.group), text="psst")
        with pytest.raises(Gone):
            await here.platform.perform(step)
        assert here.texts(here.ben, here.group) == []

    async def test_a_bot_that_was_put_out_may_not_post(self, here: Line) -> None:
        here.telegram.remove(here.group, here.bot)
        with pytest.raises(NotAllowed):
            await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))

    async def test_a_post_follows_its_group_to_the_new_number(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            new = here.telegram.migrate(here.group)
            for _ in range(2):
                receipt = await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))
                assert receipt.message is not None
                assert receipt.message.chat == here.at(new)
            sent = [call.parameters["chat_id"] for call in here.telegram.calls("sendMessage")][1:]
            assert [int(chat) for chat in sent] == [here.group, new, new]


class TestShowingToOne:
    async def test_only_the_one_member_sees_it(self, here: Line) -> None:
        receipt = await here.platform.perform(show(here))
        assert here.texts(here.ben, here.group) == ["for you alone"]
        assert here.texts(here.anna, here.group) == []
        assert here.telegram.ever_shown(here.group)[-1].text != "for you alone"
        assert receipt.message is not None
        assert receipt.message.id.startswith(f"e{here.ben}-")

    async def test_it_can_be_changed_and_taken_back(self, here: Line) -> None:
        receipt = await here.platform.perform(show(here, choices=(Choice("t1", "Yes", 1),)))
        assert receipt.message is not None
        await here.platform.perform(EditMessage(key=K, message=receipt.message, text="changed"))
        assert here.texts(here.ben, here.group) == ["changed"]
        await here.platform.perform(DeletePosting(key=K, message=receipt.message, author=None))
        assert here.texts(here.ben, here.group) == []
        with pytest.raises(Gone):
            await here.platform.perform(DeletePosting(key=K, message=receipt.message, author=None))

    async def test_a_command_that_nobody_else_saw_needs_no_hiding(self, here: Line) -> None:
        command = MessageRef(here.chat, f"e{here.ben}-1")
        before = len(here.telegram.calls())
        await here.platform.perform(DeletePosting(key=K, message=command, author=here.who(here.ben)))
        assert len(here.telegram.calls()) == before

    @pytest.mark.parametrize("version", ["10.0", "10.2"])
    async def test_an_older_server_is_never_given_private_words_for_a_group(
        self, tmp_path: Path, version: Literal["10.0", "10.2"]
    ) -> None:
        async with line(tmp_path) as here:
            here.telegram.set_api_version(version)
            await here.platform.start()
            with pytest.raises(NotReachable):
                await here.platform.perform(show(here))
            assert "for you alone" not in [each.text for each in here.telegram.ever_shown(here.group)]

    async def test_a_server_that_forgot_what_it_knew_shows_it_no_second_time(self, here: Line) -> None:
        here.telegram.set_api_version("10.0")
        for _ in range(2):
            with pytest.raises(NotReachable):
                await here.platform.perform(show(here))
        shown = [each for each in here.telegram.ever_shown(here.group) if each.text == "for you alone"]
        assert [each.shown_until is not None for each in shown] == [True]
        assert not (await here.platform.abilities(here.chat)).private_reply_in_group


class TestChanging:
    async def test_a_message_of_the_bot_can_be_changed(self, here: Line) -> None:
        account = here.platform.account
        receipt = await here.platform.perform(
            SendPrivately(
                key=K, account=account, person=here.who(here.anna), text="one", choices=(Choice("t", "Yes", 1),)
            )
        )
        assert receipt.message is not None
        for _ in range(2):  # the second time nothing is left to change, and that is success
            await here.platform.perform(EditMessage(key=K, message=receipt.message, text="two"))
        seen = here.telegram.sees(here.anna, here.bot)[-1]
        assert (seen.text, seen.buttons) == ("two", ())

    async def test_what_is_gone_or_not_the_bots_own_cannot_be_changed(self, here: Line) -> None:
        theirs = here.telegram.post(here.ben, here.group, "mine")
        with pytest.raises(NotAllowed):
            await here.platform.perform(EditMessage(key=K, message=here.posting(theirs.id), text="yours"))
        with pytest.raises(Gone):
            await here.platform.perform(EditMessage(key=K, message=here.posting(999), text="yours"))
        with pytest.raises(Gone):
            await here.platform.perform(EditMessage(key=K, message=MessageRef(here.chat, "?"), text="yours"))


def delete(here: Line, message: int) -> DeletePosting:
    return DeletePosting(key=K, message=here.posting(message), author=here.who(here.ben))


class TestDeleting:
    async def test_a_members_message_goes_and_a_second_time_it_is_gone(self, here: Line) -> None:
        sent = here.telegram.post(here.ben, here.group, "oops")
        await here.platform.perform(delete(here, sent.id))
        assert "oops" not in [each.text for each in here.telegram.sees(here.anna, here.group)]
        with pytest.raises(Gone):
            await here.platform.perform(delete(here, sent.id))

    async def test_after_48_hours_the_bot_may_not(self, here: Line) -> None:
        sent = here.telegram.post(here.ben, here.group, "oops")
        here.telegram.advance(timedelta(hours=48, seconds=1).total_seconds())
        with pytest.raises(NotAllowed):
            await here.platform.perform(delete(here, sent.id))

    async def test_without_the_right_the_bot_may_not(self, here: Line) -> None:
        sent = here.telegram.post(here.ben, here.group, "oops")
        here.telegram.demote(here.group, here.bot)
        with pytest.raises(NotAllowed):
            await here.platform.perform(delete(here, sent.id))

    async def test_out_of_the_group_or_after_its_move_a_message_is_not_said_to_be_gone(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            sent = here.telegram.post(here.ben, here.group, "oops")
            here.telegram.migrate(here.group)
            with pytest.raises(NotAllowed):
                await here.platform.perform(delete(here, sent.id))
        with pytest.raises(Unavailable):
            await here.platform.perform(delete(here, sent.id))

    async def test_where_the_bot_was_put_out_a_message_is_not_said_to_be_gone(self, here: Line) -> None:
        sent = here.telegram.post(here.ben, here.group, "oops")
        here.telegram.remove(here.group, here.bot)
        with pytest.raises(NotAllowed):
            await here.platform.perform(delete(here, sent.id))


def mute(here: Line, seconds: float | None) -> RestrictMember:
    until = None if seconds is None else EVENING + timedelta(seconds=seconds)
    return RestrictMember(key=K, chat=here.chat, person=here.who(here.ben), until=until)


class TestMuting:
    @pytest.mark.parametrize(("asked", "got"), [(5, 35), (3600, 3600), (400 * 86400, 365 * 86400)])
    async def test_a_mute_always_has_an_end(self, here: Line, asked: int, got: int) -> None:
        await here.platform.perform(mute(here, asked))
        card = here.telegram.member(here.ben, here.group)
        assert (card.status, card.permissions) == ("restricted", ())
        assert card.until == int(EVENING.timestamp()) + got

    async def test_a_mute_that_would_be_over_by_now_is_not_begun(self, here: Line) -> None:
        await here.platform.perform(mute(here, -1))
        assert here.telegram.member(here.ben, here.group).status == "member"

    async def test_a_mute_can_be_ended(self, here: Line) -> None:
        await here.platform.perform(mute(here, 3600))
        await here.platform.perform(mute(here, None))
        assert here.telegram.member(here.ben, here.group).status == "member"

    async def test_an_admin_cannot_be_muted(self, here: Line) -> None:
        here.telegram.promote(here.group, here.ben)
        with pytest.raises(NotAllowed):
            await here.platform.perform(mute(here, 3600))

    async def test_in_a_basic_group_nobody_can_be_muted(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            with pytest.raises(NotAllowed):
                await here.platform.perform(mute(here, 3600))


class TestRemoving:
    @pytest.mark.parametrize("kind", ["group", "supergroup"])
    async def test_who_is_removed_may_come_back(self, tmp_path: Path, kind: str) -> None:
        async with line(tmp_path, kind=kind) as here:
            await here.platform.start()
            await here.platform.perform(RemoveMember(key=K, chat=here.chat, person=here.who(here.ben)))
            card = here.telegram.member(here.ben, here.group)
            assert not card.present
            if kind == "supergroup":
                here.telegram.join(here.ben, here.group)

    async def test_half_a_removal_is_finished_by_trying_again(self, here: Line) -> None:
        here.telegram.arm([Fault("server_error", "unbanChatMember")])
        step = RemoveMember(key=K, chat=here.chat, person=here.who(here.ben))
        with pytest.raises(Unavailable):
            await here.platform.perform(step)
        await here.platform.perform(step)
        here.telegram.join(here.ben, here.group)


class TestJoinRequests:
    @pytest.mark.parametrize("admit", [True, False])
    async def test_a_request_is_answered_once(self, here: Line, admit: bool) -> None:
        eve = here.telegram.add_user("Eve")
        here.telegram.request_to_join(eve, here.group)
        step = AnswerJoinRequest(key=K, chat=here.chat, person=here.who(eve), admit=admit)
        await here.platform.perform(step)
        assert here.telegram.member(eve, here.group).present == admit
        if admit:
            await here.platform.perform(step)  # she is in: that is what was wanted
        else:
            with pytest.raises(Gone):
                await here.platform.perform(step)

    async def test_who_asks_to_join_can_be_written_to_for_five_minutes(self, here: Line) -> None:
        eve = here.telegram.add_user("Eve")
        here.telegram.request_to_join(eve, here.group)
        step = SendPrivately(key=K, account=here.platform.account, person=here.who(eve), text="Welcome")
        await here.platform.perform(step)
        assert here.texts(eve, here.bot) == ["Welcome"]
        here.telegram.advance(301)
        with pytest.raises(NotReachable):
            await here.platform.perform(step)


class TestFaults:
    async def test_too_much_says_how_long_to_wait(self, here: Line) -> None:
        here.telegram.arm([Fault("too_many", "sendMessage", seconds=17)])
        with pytest.raises(RateLimited) as caught:
            await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))
        assert caught.value.retry_after == 17

    @pytest.mark.parametrize(
        "fault",
        ["server_error", "bad_gateway", "service_unavailable", "malformed_json", "drop", "drop_after", "unauthorized"],
    )
    async def test_no_usable_answer_means_try_again(
        self,
        here: Line,
        fault: Literal["server_error", "bad_gateway", "service_unavailable", "malformed_json", "drop", "drop_after", "unauthorized"],
    ) -> None:  # fmt: skip
        here.telegram.arm([Fault(fault, "sendMessage")])
        with pytest.raises(Unavailable):
            await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))

    async def test_a_server_that_is_away_means_try_again(self, here: Line) -> None:
        await here.telegram.go_down()
        with pytest.raises(Unavailable):
            await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))
        await here.telegram.come_up()
        await here.platform.perform(SendToGroup(key=K, chat=here.chat, text="hello"))

    @pytest.mark.parametrize("id", ["no such person", "-5", "0", "1e9", "٣"])
    async def test_an_id_that_telegram_never_gave_is_nobody(self, here: Line, id: str) -> None:
        person = PersonRef("telegram", id)
        steps: list[Step] = [
            SendPrivately(key=K, account=here.platform.account, person=person, text="hello"),
            RemoveMember(key=K, chat=here.chat, person=person),
        ]
        for step in steps:
            with pytest.raises(Gone):
                await here.platform.perform(step)
