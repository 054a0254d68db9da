"""What the bot may do where, and what ``orchard-bot doctor`` says about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal

import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.platform import Finding
from orchard_bot.errors import ConfigError, Gone, NotAllowed, Unavailable
from tests.adapters.telegram.fake.faults import Fault
from tests.adapters.telegram.line import Line, events, line, served


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as found:
        await found.platform.start()
        found.telegram.forget_updates(found.bot)
        yield found


class TestAbilities:
    async def test_with_every_right_the_bot_may_do_what_telegram_offers(self, here: Line) -> None:
        abilities = await here.platform.abilities(here.chat)
        assert {name for name, ability in abilities.named().items() if not ability} == {"list_members", "see_deletions"}

    @pytest.mark.parametrize(
        ("right", "lacking"),
        [
            ("can_delete_messages", {"delete_others"}),
            ("can_restrict_members", {"restrict", "remove"}),
            ("can_invite_users", {"answer_joins"}),
            ("can_pin_messages", {"pin"}),
        ],
    )
    async def test_each_right_that_is_missing_is_named_with_how_to_grant_it(
        self, here: Line, right: str, lacking: set[str]
    ) -> None:
        rights = {"can_delete_messages", "can_restrict_members", "can_invite_users", "can_pin_messages"} - {right}
        here.telegram.promote(here.group, here.bot, sorted(rights))
        named = (await here.platform.abilities(here.chat)).named()
        found = {name for name, ability in named.items() if not ability} - {"list_members", "see_deletions"}
        assert found == lacking
        assert all("Administrators" in named[name].grant for name in lacking)

    async def test_a_bot_that_is_no_admin_sees_only_commands(self, here: Line) -> None:
        here.telegram.demote(here.group, here.bot)
        abilities = await here.platform.abilities(here.chat)
        assert abilities.post
        assert not abilities.see_edits
        assert not abilities.private_reply_in_group
        assert "administrator" in abilities.private_reply_in_group.grant

    async def test_without_privacy_mode_it_sees_everything(self, tmp_path: Path) -> None:
        async with line(tmp_path, privacy=False) as here:
            here.telegram.demote(here.group, here.bot)
            await here.platform.start()
            assert (await here.platform.abilities(here.chat)).see_edits

    @pytest.mark.parametrize("version", ["10.0", "10.2"])
    async def test_on_an_old_server_commands_are_hidden_by_deleting_them(
        self, tmp_path: Path, version: Literal["10.0", "10.2"]
    ) -> None:
        async with line(tmp_path) as here:
            here.telegram.set_api_version(version)
            await here.platform.start()
            assert not (await here.platform.abilities(here.chat)).private_reply_in_group
            assert (await here.platform.abilities(here.chat)).hide_commands
            here.telegram.promote(here.group, here.bot, ["can_pin_messages"])
            assert not (await here.platform.abilities(here.chat)).hide_commands

    async def test_a_basic_group_has_no_mutes_and_no_links(self, tmp_path: Path) -> None:
        async with line(tmp_path, kind="group") as here:
            await here.platform.start()
            abilities = await here.platform.abilities(here.chat)
            assert not abilities.restrict
            assert "supergroup" in abilities.restrict.grant
            assert not abilities.message_links
            assert abilities.remove

    async def test_a_muted_bot_may_not_post(self, here: Line) -> None:
        here.telegram.restrict(here.group, here.bot)
        post = (await here.platform.abilities(here.chat)).post
        assert not post
        assert post.grant

    async def test_where_only_admins_write_a_bot_that_is_none_may_not_post(self, here: Line) -> None:
        here.telegram.set_permissions(here.group, [])
        assert (await here.platform.abilities(here.chat)).post
        here.telegram.demote(here.group, here.bot)
        assert not (await here.platform.abilities(here.chat)).post

    async def test_a_private_chat_has_nobody_to_moderate(self, here: Line) -> None:
        abilities = await here.platform.abilities(here.at(here.anna))
        assert not abilities.restrict
        assert not abilities.post
        assert abilities.edit_own
        assert abilities.buttons == 12

    async def test_out_of_the_group_there_are_none(self, here: Line) -> None:
        here.telegram.remove(here.group, here.bot, ban=False)
        with pytest.raises(Gone):
            await here.platform.abilities(here.chat)


class TestMembership:
    async def test_members_are_known(self, here: Line) -> None:
        assert await here.platform.is_member(here.chat, here.who(here.ben)) is True
        assert await here.platform.is_member(here.chat, here.who(here.head)) is True

    async def test_who_left_was_removed_or_never_came_is_none(self, here: Line) -> None:
        eve = here.telegram.add_user("Eve")
        assert await here.platform.is_member(here.chat, here.who(eve)) is False
        assert await here.platform.is_member(here.chat, here.who(999)) is False
        here.telegram.leave(here.ben, here.group)
        assert await here.platform.is_member(here.chat, here.who(here.ben)) is False

    async def test_who_is_muted_is_still_there(self, here: Line) -> None:
        here.telegram.restrict(here.group, here.ben)
        assert await here.platform.is_member(here.chat, here.who(here.ben)) is True

    async def test_where_members_are_hidden_from_the_bot_it_cannot_say(self, here: Line) -> None:
        here.telegram.hide_members(here.group)
        here.telegram.demote(here.group, here.bot)
        assert await here.platform.is_member(here.chat, here.who(here.ben)) is None

    async def test_about_a_group_without_the_bot_it_does_not_guess(self, here: Line) -> None:
        with pytest.raises(NotAllowed):
            await here.platform.is_member(here.at(-1009), here.who(here.ben))
        here.telegram.remove(here.group, here.bot)
        with pytest.raises(NotAllowed):
            await here.platform.is_member(here.chat, here.who(here.ben))


def trouble(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.ok]


async def look(here: Line) -> Sequence[Finding]:
    """What the doctor hears. Time stands still on the server, so its clock is moved past the moment of listening."""
    here.telegram.forget_updates(here.bot)
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(here.platform.examine([here.chat]))
        await here.telegram.until_polled(here.bot)
        here.telegram.advance(4)
    return looking.result()


class TestDoctor:
    async def test_all_is_well(self, here: Line) -> None:
        assert trouble(await look(here)) == []

    async def test_privacy_mode_matters_where_the_bot_is_no_admin(self, here: Line) -> None:
        here.telegram.demote(here.group, here.bot)
        (finding,) = trouble(await look(here))
        assert "privacy mode" in finding.says
        assert "Add administrator" in finding.fix

    async def test_privacy_mode_switched_off_is_fine(self, tmp_path: Path) -> None:
        async with line(tmp_path, privacy=False) as here:
            here.telegram.demote(here.group, here.bot)
            await here.platform.start()
            here.telegram.forget_updates(here.bot)
            assert trouble(await look(here)) == []

    async def test_a_group_without_the_bot_is_named(self, here: Line) -> None:
        here.telegram.remove(here.group, here.bot)
        here.telegram.forget_updates(here.bot)
        (finding,) = trouble(await look(here))
        assert "not in this group" in finding.says

    async def test_a_group_that_cannot_be_asked_about_does_not_hide_the_rest(self, here: Line) -> None:
        here.telegram.arm([Fault("server_error", "getChat")])
        (finding,) = trouble(await look(here))
        assert finding.fix

    async def test_another_poller_is_noticed(self, here: Line) -> None:
        intruder = here.another()
        await intruder.start()

        async def push_back() -> None:
            await here.telegram.until_polled(here.bot)
            with pytest.raises(Unavailable):
                await events(intruder, MessagePosted)

        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(here.platform.examine([]))
            pushing = tasks.create_task(push_back())
            (finding,) = trouble(await looking)
            assert "another program" in finding.says
            pushing.cancel()
        await intruder.stop()

    @pytest.mark.parametrize("fault", ["server_error", "drop"])
    async def test_a_server_that_does_not_answer_is_said_to_be_away(
        self, here: Line, fault: Literal["server_error", "drop"]
    ) -> None:
        for method in ("getUpdates", "getWebhookInfo"):
            here.telegram.arm([Fault(fault, method)])
            with pytest.raises(Unavailable):
                await here.platform.examine([])

    async def test_a_webhook_in_the_way_of_polling_is_noticed(self, here: Line) -> None:
        async with served(here.platform.web()) as url:
            hooked = here.another(mode="webhook", webhook_url=url)
            await hooked.start()
            (finding,) = trouble(await here.platform.examine([]))
            assert "webhook is set" in finding.says
            assert trouble(await hooked.examine([])) == []
            await hooked.stop()

    async def test_a_webhook_that_points_elsewhere_is_noticed(self, here: Line) -> None:
        async with served(here.platform.web()) as url:
            hooked, other = (
                here.another(mode="webhook", webhook_url=url),
                here.another(mode="webhook", webhook_url=f"{url}/x"),
            )
            await hooked.start()
            await other.start()
            (finding,) = trouble(await hooked.examine([]))
            assert "somewhere else" in finding.says
            await hooked.stop()
            await other.stop()

    async def test_a_webhook_that_failed_or_hears_too_little_is_noticed(self, here: Line) -> None:
        async with served(here.platform.web()) as url:
            hooked = here.another(mode="webhook", webhook_url=url)
            await hooked.start()
            bot = here.telegram.state.bot(here.bot)
            bot.queue.ask_for(["message"])
            (finding,) = trouble(await hooked.examine([]))
            assert "every kind" in finding.says
            assert bot.webhook is not None
            bot.webhook.last_error, bot.webhook.last_error_at = "Wrong response from the webhook: 502 Bad Gateway", 1
            (finding,) = trouble(await hooked.examine([]))
            assert "could not reach" in finding.says
            await hooked.stop()

    async def test_a_long_queue_and_missing_commands_are_noticed(self, here: Line) -> None:
        for number in range(100):
            here.telegram.post(here.ben, here.group, str(number))
        here.telegram.state.bot(here.bot).commands.clear()
        said = [finding.says for finding in trouble(await here.platform.examine([]))]
        assert said == ["100 messages wait to be fetched.", "its commands are not registered."]

    async def test_nothing_can_be_said_before_the_start(self, here: Line) -> None:
        with pytest.raises(Unavailable):
            await here.another().examine([])


def test_a_setting_or_a_token_that_is_wrong_is_refused_at_once(tmp_path: Path) -> None:
    from orchard_telegram import TelegramPlatform  # noqa: PLC0415

    with pytest.raises(ConfigError):
        TelegramPlatform("home", {"token_file": str(tmp_path / "nothing")})
