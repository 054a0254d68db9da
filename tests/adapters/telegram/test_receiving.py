"""How updates come in: by polling and by webhook, nothing lost, nothing made up, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

import httpx
import pytest

from orchard_bot.chat.events import (
    AbilitiesChanged,
    ChatMoved,
    ChatOpened,
    ChoiceMade,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessagePosted,
)
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.platform import Batch
from orchard_bot.chat.steps import SendPrivately, SendToGroup, ShowInGroup
from orchard_bot.errors import ConfigError, Gone, RateLimited, Unavailable
from orchard_telegram import TelegramPlatform
from orchard_telegram.webhook import MOST_BYTES, secret_of
from orchard_telegram.wire import ALLOWED_UPDATES
from tests.adapters.telegram.fake.faults import Fault
from tests.adapters.telegram.line import EVENING, Line, batches, events, line, served

SECRET = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as found:
        await found.platform.start()
        found.telegram.forget_updates(found.bot)
        found.telegram.state.bot(found.bot).queue.ask_for(list(ALLOWED_UPDATES))
        yield found


def something(found: Sequence[Batch]) -> bool:
    """Until there are events among them."""
    return any(batch.events for batch in found)


def quiet(found: Sequence[Batch]) -> bool:
    """Until the last of them is empty."""
    return not found[-1].events


async def texts(platform: TelegramPlatform, how_many: int) -> list[str]:
    return [event.text for event in await events(platform, MessagePosted, how_many)]


async def failure(platform: TelegramPlatform) -> Exception:
    with pytest.raises((Unavailable, ConfigError)) as caught:
        await events(platform, MessagePosted)
    return caught.value


class TestPolling:
    async def test_members_come_and_go_once_each(self, here: Line) -> None:
        await here.platform.abilities(here.chat)
        eve = here.telegram.add_user("Eve")
        here.telegram.join(eve, here.group)
        here.telegram.remove(here.group, eve)
        here.telegram.post(here.ben, here.group, "end")
        found = await batches(here.platform, something)
        kinds = [type(event) for batch in found for event in batch.events]
        assert kinds == [MemberJoined, MemberLeft, MessagePosted]

    async def test_without_admin_rights_the_lines_in_the_chat_tell(self, here: Line) -> None:
        here.telegram.demote(here.group, here.bot)
        here.telegram.join(here.telegram.add_user("Eve"), here.group)
        (joined,) = await events(here.platform, MemberJoined)
        assert joined.chat == here.chat

    async def test_requests_to_join_arrive(self, here: Line) -> None:
        eve = here.telegram.add_user("Eve")
        here.telegram.request_to_join(eve, here.group)
        assert (await events(here.platform, JoinRequested))[0].person == here.who(eve)

    async def test_a_press_arrives_with_its_token_and_is_answered_once_stored(self, here: Line) -> None:
        account = here.platform.account
        choices = (Choice("K7Q2", "Yes", 1),)
        await here.platform.perform(
            SendPrivately(key="k", account=account, person=here.who(here.anna), text="?", choices=choices)
        )
        here.telegram.press(here.anna, here.bot, "Yes")
        (made,) = await events(here.platform, ChoiceMade, acknowledge=False)
        assert (made.token, made.person) == ("K7Q2", here.who(here.anna))
        assert here.telegram.answers() == []
        assert await events(here.platform, ChoiceMade) == [made]
        assert len(here.telegram.answers()) == 1

    @pytest.mark.parametrize("fault", ["server_error", "drop"])
    async def test_a_press_that_cannot_be_answered_holds_nothing_up(
        self, here: Line, fault: Literal["server_error", "drop"]
    ) -> None:
        here.telegram.arm([Fault(fault, "answerCallbackQuery")])
        here.telegram.press_data(here.anna, here.bot, 1, "old")
        assert len(await events(here.platform, ChoiceMade)) == 1
        here.telegram.post(here.ben, here.group, "next")
        assert await texts(here.platform, 1) == ["next"]

    async def test_a_press_inside_the_group_names_what_was_shown(self, here: Line) -> None:
        step = ShowInGroup(
            key="k", chat=here.chat, person=here.who(here.ben), text="?", choices=(Choice("t", "Yes", 1),)
        )
        receipt = await here.platform.perform(step)
        here.telegram.press(here.ben, here.group, "Yes")
        (made,) = await events(here.platform, ChoiceMade)
        assert made.message == receipt.message

    async def test_what_is_shown_to_one_appears_in_the_topic_of_the_command(self, tmp_path: Path) -> None:
        async with line(tmp_path) as here:
            telegram = here.telegram
            forum = telegram.add_group("Forum", here.head, forum=True)
            for member in (here.bot, here.ben):
                telegram.add_to(forum, member)
            telegram.promote(forum, here.bot)
            topic = telegram.add_topic(forum, "Trips")
            await here.platform.start()
            telegram.post(here.ben, forum, "/report", thread=topic)
            await events(here.platform, MessagePosted)
            show = ShowInGroup(key="k", chat=here.at(forum), person=here.who(here.ben), text="Only you see this")
            await here.platform.perform(show)
            (call,) = telegram.calls("sendMessage")[-1:]
            assert int(call.parameters["message_thread_id"]) == topic
            telegram.post(here.ben, forum, "/report")
            await events(here.platform, MessagePosted)
            await here.platform.perform(show)
            assert "message_thread_id" not in telegram.calls("sendMessage")[-1].parameters

    async def test_a_group_that_moves_says_so_once_however_often_it_is_noticed(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            new = here.telegram.migrate(here.group)
            here.telegram.forget_updates(here.bot)  # lost in an outage of more than a day
            with pytest.raises(Unavailable):
                await here.platform.abilities(here.chat)
            await here.platform.perform(SendToGroup(key="k", chat=here.chat, text="hello"))
            (moved,) = await events(here.platform, ChatMoved)
            assert (moved.chat, moved.to) == (here.chat, here.at(new))
            assert (await here.platform.abilities(here.at(new))).restrict

    async def test_news_of_a_move_does_not_wait_for_the_end_of_a_long_poll(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            here.telegram.migrate(here.group)
            here.telegram.forget_updates(here.bot)
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(events(here.platform, ChatMoved))
                await here.telegram.until_polled(here.bot)
                await here.platform.perform(SendToGroup(key="k", chat=here.chat, text="hello"))
            assert len(reading.result()) == 1

    async def test_being_put_out_and_let_in_again_changes_the_abilities(self, here: Line) -> None:
        here.telegram.remove(here.group, here.bot, ban=False)
        await events(here.platform, AbilitiesChanged)
        with pytest.raises(Gone):
            await here.platform.abilities(here.chat)
        here.telegram.add_to(here.group, here.bot)
        await events(here.platform, AbilitiesChanged)
        abilities = await here.platform.abilities(here.chat)
        assert abilities.post
        assert not abilities.delete_others
        assert "Delete messages" in abilities.delete_others.grant

    async def test_pressing_start_again_after_a_block_opens_the_chat_and_asks_for_one_greeting(
        self, here: Line
    ) -> None:
        here.telegram.block(here.anna, here.bot)
        here.telegram.start(here.anna, here.bot, "larch")
        here.telegram.post(here.ben, here.group, "end")
        found = await batches(here.platform, something)
        kinds = [event for batch in found for event in batch.events]
        opened = [(event.payload, event.quietly) for event in kinds if isinstance(event, ChatOpened)]
        assert opened == [("", True), ("larch", False)]
        assert [type(event) for event in kinds] == [ChatOpened, ChatOpened, MessagePosted]

    async def test_malformed_and_unknown_updates_are_counted_or_passed_and_never_come_again(self, here: Line) -> None:
        here.telegram.push(here.bot, {"message": {"message_id": "?"}})
        here.telegram.push(here.bot, {"telepathy": {"thought": "hm"}})
        here.telegram.push(here.bot, {"message": 7}, number=False)
        here.telegram.post(here.ben, here.group, "readable")
        found = await batches(here.platform, something)
        assert sum(batch.malformed for batch in found) == 2
        assert [event.text for batch in found for event in batch.events if isinstance(event, MessagePosted)] == [
            "readable"
        ]
        here.telegram.post(here.ben, here.group, "next")
        (batch, *_) = await batches(here.platform, something)
        assert batch.malformed == 0

    async def test_one_that_has_no_number_does_not_stop_the_others(self, here: Line) -> None:
        here.telegram.push(here.bot, {"message": 7}, number=False)
        (batch,) = await batches(here.platform, bool)
        assert (list(batch.events), batch.malformed) == ([], 1)
        here.telegram.post(here.ben, here.group, "next")
        assert await texts(here.platform, 1) == ["next"]

    async def test_updates_in_the_wrong_order_come_in_the_right_one(self, here: Line) -> None:
        for number in range(5):
            here.telegram.post(here.ben, here.group, str(number))
        here.telegram.reverse_next(here.bot)
        assert await texts(here.platform, 5) == list("01234")

    async def test_duplicates_have_the_same_id(self, here: Line) -> None:
        here.telegram.post(here.ben, here.group, "hello")
        here.telegram.repeat(here.bot)
        first, second = await events(here.platform, MessagePosted, 2)
        assert first == second

    async def test_the_offset_survives_telegram_counting_anew_from_below(self, here: Line) -> None:
        here.telegram.post(here.ben, here.group, "before the silence")
        assert await texts(here.platform, 1) == ["before the silence"]
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(batches(here.platform, quiet))
            await here.telegram.until_polled(here.bot)
            here.telegram.advance(26)
        assert reading.result()
        here.telegram.state.bot(here.bot).queue.last_id -= 1_000_000
        here.telegram.post(here.ben, here.group, "after a week")
        assert await texts(here.platform, 1) == ["after a week"]

    @pytest.mark.parametrize(
        "fault",
        ["server_error", "bad_gateway", "service_unavailable", "malformed_json", "drop", "drop_after", "too_many"],
    )
    async def test_after_a_fault_nothing_is_missing(
        self,
        here: Line,
        fault: Literal["server_error", "bad_gateway", "service_unavailable", "malformed_json", "drop", "drop_after", "too_many"],
    ) -> None:  # fmt: skip
        here.telegram.post(here.ben, here.group, "one")
        here.telegram.arm([Fault(fault, "getUpdates")])
        with pytest.raises((Unavailable, RateLimited)):
            await events(here.platform, MessagePosted)
        await here.platform.start()
        assert await texts(here.platform, 1) == ["one"]

    async def test_another_poller_is_named_as_the_trouble(self, here: Line) -> None:
        async with asyncio.TaskGroup() as tasks:
            mine = tasks.create_task(failure(here.platform))
            await here.telegram.until_polled(here.bot)
            intruder = here.another()
            await intruder.start()
            theirs = tasks.create_task(failure(intruder))
            await mine
            assert "Somebody else" in str(mine.result())
            await here.platform.start()
            tasks.create_task(texts(here.platform, 1))
            await theirs
            here.telegram.post(here.ben, here.group, "mine again")
        await intruder.stop()

    async def test_a_webhook_left_over_is_removed_once(self, here: Line) -> None:
        bot = here.telegram.state.bot(here.bot)
        here.telegram.post(here.ben, here.group, "hello")
        async with served(here.platform.web()) as url:
            hooked = here.another(mode="webhook", webhook_url=url)
            await hooked.start()
            await hooked.stop()
            assert bot.webhook is not None
            assert await texts(here.platform, 1) == ["hello"]
            assert bot.webhook is None
            await hooked.start()
            assert "webhook" in str(await failure(here.platform))
            await hooked.stop()

    async def test_a_wrong_or_revoked_token_says_where_to_get_one(self, here: Line) -> None:
        here.telegram.revoke_token(here.bot)
        error = await failure(here.platform)
        assert isinstance(error, ConfigError)
        assert "@BotFather" in error.fix
        with pytest.raises(ConfigError) as caught:
            await here.platform.start()
        assert here.card.token not in f"{caught.value} {caught.value.__cause__}"
        with pytest.raises(Unavailable):
            await here.platform.abilities(here.chat)

    async def test_a_server_that_is_away_is_unavailable_and_comes_back(self, here: Line) -> None:
        await here.telegram.go_down()
        with pytest.raises(Unavailable):
            await here.platform.start()
        await here.telegram.come_up()
        await here.platform.start()
        here.telegram.post(here.ben, here.group, "back")
        assert await texts(here.platform, 1) == ["back"]

    async def test_stopping_while_the_server_is_away_is_fine(self, here: Line) -> None:
        here.telegram.post(here.ben, here.group, "one")
        await texts(here.platform, 1)
        await here.telegram.go_down()
        await here.platform.stop()
        await here.telegram.come_up()

    async def test_the_offer_of_commands_is_made_once_and_hidden_ones_are_marked(self, here: Line) -> None:
        await here.platform.start()
        offers = [call.parameters for call in here.telegram.calls("setMyCommands")]
        assert len(offers) == 2
        commands = here.telegram.state.bot(here.bot).commands
        group = commands[("all_group_chats", 0, 0), ""]
        assert [(each["command"], each.get("is_ephemeral")) for each in group] == [
            ("report", True),
            ("rules", True),
            ("help", True),
        ]
        assert not [each for each in commands[("all_private_chats", 0, 0), ""] if each.get("is_ephemeral")]


class TestEphemeralSetting:
    @pytest.mark.parametrize("version", ["10.0", "10.2"])
    async def test_insisting_on_it_needs_a_server_that_has_it(
        self, here: Line, version: Literal["10.0", "10.2"]
    ) -> None:
        here.telegram.set_api_version(version)
        with pytest.raises(ConfigError):
            await here.another(ephemeral="on").start()

    async def test_it_can_be_switched_off(self, here: Line) -> None:
        off = here.another(ephemeral="off")
        await off.start()
        assert not (await off.abilities(here.chat)).private_reply_in_group
        await off.stop()

    @pytest.mark.parametrize("fault", ["server_error", "too_many"])
    async def test_a_server_that_does_not_say_is_asked_again(
        self, here: Line, fault: Literal["server_error", "too_many"]
    ) -> None:
        again = here.another()
        here.telegram.arm([Fault(fault, "sendMessage")])
        with pytest.raises((Unavailable, RateLimited)):
            await again.start()
        await again.start()
        assert (await again.abilities(here.chat)).private_reply_in_group
        await again.stop()


@pytest.fixture
async def hook(tmp_path: Path) -> AsyncIterator[tuple[Line, str]]:
    async with line(tmp_path) as here:
        doors: list[TelegramPlatform] = []

        async def door(scope: object, receive: object, send: object) -> None:
            await doors[0].web()(scope, receive, send)  # type: ignore[arg-type]

        async with served(door) as url:
            here.platform = here.another(mode="webhook", webhook_url=url)
            doors.append(here.platform)
            here.telegram.forget_updates(here.bot)
            yield here, f"{url}/"
            await here.platform.stop()


def update(number: int = 1) -> bytes:
    chat, sender = {"id": 5, "type": "private"}, {"id": 5, "first_name": "A"}
    return json.dumps(
        {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "from": sender}}
    ).encode()


async def call(url: str, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {SECRET: secret}
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(url, content=body, headers=headers)).status_code


class TestWebhook:
    async def test_an_update_stays_with_telegram_until_it_is_stored(self, hook: tuple[Line, str]) -> None:
        here, _ = hook
        await here.platform.start()
        here.telegram.post(here.ben, here.group, "hello")
        assert len(await events(here.platform, MessagePosted, acknowledge=False)) == 1
        assert here.telegram.pending(here.bot) == 1
        assert await texts(here.platform, 1) == ["hello"]
        here.telegram.post(here.ben, here.group, "next")
        assert await texts(here.platform, 1) == ["next"]
        assert here.telegram.pending(here.bot) <= 1

    async def test_what_came_while_the_bot_was_away_comes_when_it_is_back(self, hook: tuple[Line, str]) -> None:
        here, _ = hook
        await here.platform.start()
        await here.platform.stop()
        for number in range(3):
            here.telegram.post(here.ben, here.group, str(number))
        await here.platform.start()
        assert await texts(here.platform, 3) == ["0", "1", "2"]

    @pytest.mark.parametrize("secret", [None, "", "guess", "0" * 64, "ß"])
    async def test_a_forged_call_is_turned_away(self, hook: tuple[Line, str], secret: str | None) -> None:
        here, url = hook
        await here.platform.start()
        headers = [] if secret is None else [(SECRET.encode(), secret.encode("latin-1"))]
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(url, content=update(), headers=headers)
        assert answer.status_code == 403
        here.telegram.post(here.ben, here.group, "real")
        (batch, *_) = await batches(here.platform, something)
        assert [type(event) for event in batch.events] == [MessagePosted]

    async def test_a_look_from_a_browser_says_little_and_other_methods_nothing(self, hook: tuple[Line, str]) -> None:
        _, url = hook
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(url)).status_code == 200
            assert (await client.put(url)).status_code == 405

    async def test_a_body_beyond_all_measure_is_refused(self, hook: tuple[Line, str]) -> None:
        here, url = hook
        await here.platform.start()
        assert await call(url, b"x" * (MOST_BYTES + 1), secret_of(here.card.token)) == 413

    async def test_while_the_bot_is_not_connected_telegram_is_asked_to_call_again(self, hook: tuple[Line, str]) -> None:
        here, url = hook
        assert await call(url, update(), secret_of(here.card.token)) == 503

    async def test_stopping_lets_nobody_wait(self, hook: tuple[Line, str]) -> None:
        here, url = hook
        await here.platform.start()
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(call(url, update(), secret_of(here.card.token)))
            (found,) = await events(here.platform, MessagePosted, acknowledge=False)
            assert found.private
            await here.platform.stop()
        assert waiting.result() == 503

    async def test_a_body_that_cannot_be_read_is_counted_and_not_sent_again(self, hook: tuple[Line, str]) -> None:
        here, url = hook
        await here.platform.start()
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(call(url, b"{", secret_of(here.card.token)))
            (batch,) = await batches(here.platform, bool)
        assert (batch.malformed, waiting.result()) == (1, 200)

    async def test_quiet_means_an_empty_batch(self, hook: tuple[Line, str]) -> None:
        here, _ = hook
        await here.platform.start()
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(batches(here.platform, bool))
            while not here.telegram.state.clock._sleepers:  # noqa: ASYNC110 - the fake's clock tells nobody who waits
                await asyncio.sleep(0)
            here.telegram.advance(26)
        (batch,) = reading.result()
        assert list(batch.events) == []

    async def test_an_address_that_telegram_refuses_is_the_operators_to_mend(self, here: Line) -> None:
        platform = here.another(mode="webhook", webhook_url="https://bot.example.org/telegram")
        with pytest.raises(ConfigError) as caught:
            await platform.start()
        assert "public https" in caught.value.fix

    async def test_telegram_away_while_the_webhook_is_set_means_try_again(self, hook: tuple[Line, str]) -> None:
        here, _ = hook
        here.telegram.arm([Fault("server_error", "setWebhook")])
        with pytest.raises(Unavailable):
            await here.platform.start()

    async def test_time_is_telegrams_own(self, hook: tuple[Line, str]) -> None:
        here, _ = hook
        await here.platform.start()
        here.telegram.post(here.ben, here.group, "hello")
        assert (await events(here.platform, MessagePosted))[0].at == EVENING
