"""Every letter arrives once, or is known not to: whatever the platform answers, and whatever the disk does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from orchard_bot.chat.intents import DeleteMessage, EditOwn, Intent, Mandate, Priority, WithdrawOwn
from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import MessageRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.features.feature import Feature, Outcome
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.budget import BURST_MESSAGES
from orchard_bot.runtime.sender import AT_ONCE
from orchard_bot.storage.tables import letters
from orchard_bot.testing.builders import a_choice, a_group, a_say, a_whisper, an_account, private_text
from orchard_bot.testing.profiles import SIGNAL, TELEGRAM, TELEGRAM_BASIC, WHATSAPP, Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from tests.unit.runtime.conftest import Scene


class Wanted:
    """A feature that hears how its letters went."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, str]] = []
        self.fails = False

    def hear(self, outcome: Outcome, unit: Unit) -> None:
        state = "sent" if outcome.delivered else "held" if outcome.waiting else "lost"
        self.outcomes.append((outcome.subject, state))
        if self.fails:
            raise RuntimeError("as asked")

    @property
    def feature(self) -> Feature:
        return Feature(name="wanted", outcomes={"wanted.letter": self.hear})


async def post(scene: Scene, *intents: Intent) -> None:
    """Put letters into the outbox, as a unit of work would."""
    marked = [
        replace(one, key=str(n) if one.key in {"say-1", "tell-1"} else one.key, origin="wanted.letter", subject=str(n))
        for n, one in enumerate(intents)
    ]
    await scene.storage.write(lambda ledger: ledger.outbox.add(marked, scene.clock.now()))
    scene.bot.core.outbox.ring()
    await scene.settle()


async def states(scene: Scene) -> list[tuple[str, str | None]]:
    """What became of the letters, oldest first, and why."""
    rows = await scene.storage.look(
        lambda c: c.execute(select(letters.c.state, letters.c.why).order_by(letters.c.id)).all()
    )
    return [(row.state, row.why) for row in rows]


async def test_the_most_urgent_goes_first_and_each_destination_in_order(scene: Scene) -> None:
    async with scene.running():
        await post(
            scene,
            a_whisper("first", person=scene.anna, priority=Priority.REMINDER),
            a_whisper("second", person=scene.anna, priority=Priority.REMINDER),
            a_whisper("urgent", person=scene.anna, priority=Priority.SAFETY),
        )
        assert scene.heard(scene.anna) == ["urgent", "first", "second"]


async def test_a_platform_that_asks_for_time_gets_it_and_the_message_arrives_once(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world.faults.rate_limited(retry_after=20)
        await post(scene, a_say("Hello"))
        await scene.later(19)
        assert scene.said() == []
        await scene.later(2)
        assert scene.said() == ["Hello"]
        assert wanted.outcomes == [("0", "sent")]


async def test_a_platform_that_is_out_of_order_is_asked_again_after_longer_and_longer_pauses(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world.faults.unavailable(times=4)
        began = scene.clock.now()
        await post(scene, a_say("Hello"))
        tries = []
        while not scene.said():
            left = scene.world.faults.outages
            await scene.later(1)
            if scene.world.faults.outages < left or scene.said():
                tries.append(round((scene.clock.now() - began).total_seconds()))
        assert tries == [1, 3, 7, 15]
        assert wanted.outcomes == [("0", "sent")]


async def test_a_platform_that_never_answers_for_a_day_makes_a_dead_letter(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world.faults.unavailable(times=100_000)
        await post(scene, a_say("Hello"))
        for _ in range(24 * 12):
            await scene.later(301)
        assert await states(scene) == [("dead", "The platform gave no answer for a day.")]
        assert wanted.outcomes == [("0", "lost")]
        assert scene.bot.core.counts["dead letters"] == 1


async def test_a_letter_that_is_old_before_its_first_try_is_not_given_up_at_the_first_hiccup(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world.faults.unavailable()
        old = replace(a_say("Hello"), key="old", origin="wanted.letter", subject="0")
        before = scene.clock.now() - timedelta(days=3)
        await scene.storage.write(lambda ledger: ledger.outbox.add([old], before))
        scene.bot.core.outbox.ring()
        await scene.settle()
        await scene.later(2)
        assert scene.said() == ["Hello"]


class BrokenPlatform(SimulatedPlatform):
    """An adapter with a mistake in it."""

    mistakes = 1

    async def perform(self, step: Step) -> Receipt:
        if self.mistakes:
            self.mistakes -= 1
            raise KeyError("a mistake of the adapter")
        return await super().perform(step)


async def test_an_adapter_with_a_mistake_in_it_is_asked_again(scene: Scene) -> None:
    platform: Platform = BrokenPlatform(scene.world, scene.clock)
    async with scene.running(platform=platform):
        await post(scene, a_say("Hello"))
        await scene.later(2)
        assert scene.said() == ["Hello"]
        assert "adapter failed to send" in scene.events


async def test_who_has_not_opened_a_chat_finds_the_message_there_when_they_do(scene: Scene) -> None:
    wanted = Wanted()
    cara = scene.world.add_person("cara", "Cara")
    async with scene.running(wanted.feature):
        await post(scene, a_whisper("for you", person=cara))
        assert wanted.outcomes == [("0", "held")]
        assert await states(scene) == [("held", None)]
        scene.world.open_chat(cara)
        await scene.settle()
        assert "for you" in scene.heard(cara)
        assert wanted.outcomes == [("0", "held"), ("0", "sent")]


async def test_who_opens_the_chat_while_it_is_refused_finds_the_message_there_all_the_same(scene: Scene) -> None:
    wanted = Wanted()
    cara = scene.world.add_person("cara", "Cara")
    async with scene.running(wanted.feature):
        scene.world.open_chat(cara)
        await scene.settle()
        scene.world.block_bot(cara)
        await post(scene, a_whisper("for you", person=cara))
        assert wanted.outcomes == []
        scene.world.person(cara).blocked = False
        await scene.later(2)
        assert "for you" in scene.heard(cara)
        assert wanted.outcomes == [("0", "sent")]


async def test_who_has_blocked_the_bot_is_held_after_one_more_try(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world.open_chat(scene.anna)
        await scene.settle()
        scene.world.block_bot(scene.anna)
        await post(scene, a_whisper("for you", person=scene.anna))
        await scene.later(2)
        assert wanted.outcomes == [("0", "held")]


async def test_a_held_letter_that_is_past_its_time_is_lost_and_the_feature_knows(scene: Scene) -> None:
    wanted = Wanted()
    cara = scene.world.add_person("cara", "Cara")
    async with scene.running(wanted.feature):
        await post(scene, replace(a_whisper("for you", person=cara), expires_at=scene.clock.now() + timedelta(hours=1)))
        await scene.later(3601)
        scene.bot.core.outbox.ring()
        await scene.settle()
        assert wanted.outcomes == [("0", "held"), ("0", "lost")]
        assert await states(scene) == [("dead", "It was not delivered in time.")]


async def test_a_message_that_is_gone_cannot_be_changed_and_the_feature_knows(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        await post(scene, a_whisper("first", person=scene.anna, key="it"))
        (message,) = [one for one in scene.world.inbox(scene.anna) if one.by_bot]
        scene.world._state.take_away(message)
        change = EditOwn(account=an_account(), of="it", text=private_text("second"), key="change")
        await post(scene, change)
        assert wanted.outcomes == [("0", "sent"), ("0", "lost")]


async def test_a_message_can_be_changed_and_taken_back(scene: Scene) -> None:
    async with scene.running():
        await post(scene, a_whisper("first", person=scene.anna, key="it"))
        await post(scene, EditOwn(account=an_account(), of="it", text=private_text("second"), key="change"))
        assert scene.heard(scene.anna) == ["second"]
        await post(scene, WithdrawOwn(account=an_account(), of="it", key="back"))
        assert scene.heard(scene.anna) == []


def deletion(scene: Scene, message: MessageRef) -> DeleteMessage:
    mandate = Mandate(moderator=scene.mia, via=an_account(), case="3b/1", decision="1")
    by_hand = private_text("please delete it yourself")
    return DeleteMessage(
        mandate=mandate, message=message, author=scene.ben, posted_at=scene.clock.now(), by_hand=by_hand
    )


async def test_a_right_that_was_taken_away_unnoticed_leads_to_doing_it_by_hand(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        message = scene.world.post(scene.ben, scene.group, "Something rude")
        await scene.settle()
        scene.world.group(scene.group).rights["delete_others"] = replace(
            TELEGRAM.abilities.delete_others, can=False, why="No right."
        )
        await post(scene, deletion(scene, message.ref))
        assert scene.heard(scene.mia) == ["please delete it yourself"]
        assert wanted.outcomes == [("0", "lost")]
        assert "Something rude" in [one.text for one in scene.world.transcript(scene.group)]


async def test_a_message_that_somebody_else_deleted_first_is_deleted(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        message = scene.world.post(scene.ben, scene.group, "Something rude")
        scene.world.delete(scene.ben, message)
        await scene.settle()
        await post(scene, deletion(scene, message.ref))
        assert wanted.outcomes == [("0", "sent")]


async def test_buttons_that_no_longer_fit_become_numbers_when_the_rights_have_changed(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        scene.world._state.profile = replace(TELEGRAM_BASIC, abilities=replace(TELEGRAM_BASIC.abilities, buttons=0))
        await post(scene, a_whisper("Well?", person=scene.anna, choices=(a_choice(1, "Yes, please"),)))
        await scene.later(2)
        assert "1  Yes, please" in scene.heard(scene.anna)[0]
        assert wanted.outcomes == [("0", "sent")]


@pytest.mark.parametrize("profile", [SIGNAL], ids=["signal"])
async def test_a_long_text_goes_on_behind_the_part_that_has_arrived(scene: Scene, profile: Profile) -> None:
    async with scene.running():
        scene.world.faults.slow(0)
        text = "\n\n".join(f"{n} " + "x" * 1500 for n in range(3))
        scene.world.faults.drop_answer()
        await post(scene, a_whisper(text, person=scene.anna))
        first = scene.heard(scene.anna)
        await scene.later(2)
        await scene.later(10)
        assert [one[0] for one in first] == ["0"]
        # The first answer was lost, so its part came twice; what was confirmed did not.
        assert [one[0] for one in scene.heard(scene.anna)] == ["0", "0", "1", "2"]


@pytest.mark.parametrize("profile", [SIGNAL], ids=["signal"])
async def test_what_may_have_reached_the_group_is_not_said_there_again(scene: Scene, profile: Profile) -> None:
    async with scene.running():
        scene.world.faults.drop_answer()
        await post(scene, a_say("Good evening"))
        await scene.later(2)
        await scene.later(10)
        assert scene.said() == ["Good evening"]
        assert scene.bot.core.counts["dead letters"] == 1


async def test_on_a_full_disk_nothing_is_said_twice(scene: Scene) -> None:
    """What has gone out is not sent again while its receipt waits for room."""
    async with scene.running():
        scene.storage.broken = lambda: bool(scene.said())
        await scene.storage.write(
            lambda ledger: ledger.outbox.add([replace(a_say("Hello"), key="0")], scene.clock.now())
        )
        scene.bot.core.outbox.ring()
        await scene.until(lambda: "a receipt waits to be stored" in scene.events)
        for _ in range(20):
            scene.clock.advance(31)
            await scene.storage.read(lambda _ledger: None)
        assert scene.said() == ["Hello"]
        scene.storage.broken = lambda: False
        await scene.later(31)
        assert scene.said() == ["Hello"]
        assert await states(scene) == [("sent", None)]


async def test_on_a_full_disk_sending_stops_for_a_moment_and_goes_on(scene: Scene) -> None:
    async with scene.running():
        scene.world.faults.unavailable()
        full = [True]
        await scene.storage.write(
            lambda ledger: ledger.outbox.add([replace(a_say("Hello"), key="0")], scene.clock.now())
        )
        scene.storage.broken = lambda: full[0]
        scene.bot.core.outbox.ring()
        await scene.until(lambda: "sending stopped for a moment" in scene.events)
        full[0] = False
        await scene.later(1)
        assert scene.said() == ["Hello"]


async def test_a_feature_that_fails_on_hearing_of_a_delivery_does_not_undo_it(scene: Scene) -> None:
    wanted = Wanted()
    wanted.fails = True
    async with scene.running(wanted.feature):
        await post(scene, a_say("Hello"))
        await scene.later(60)
        assert scene.said() == ["Hello"]
        assert await states(scene) == [("sent", None)]
        assert "outcome handler failed" in scene.events


async def test_a_group_is_never_flooded(scene: Scene) -> None:
    async with scene.running():
        raid = [replace(a_say(f"Message {n}"), key=str(n)) for n in range(50)]
        await scene.storage.write(lambda ledger: ledger.outbox.add(raid, scene.clock.now()))
        scene.bot.core.outbox.ring()
        said = [0]
        while said[-1] < 50:
            scene.clock.advance(1)
            for _ in range(12):
                await scene.storage.read(lambda _ledger: None)
            said.append(len(scene.said()))
        in_a_minute = max(after - before for before, after in zip(said, said[60:], strict=False))
        assert in_a_minute <= TELEGRAM_BASIC.abilities.per_chat_per_minute + BURST_MESSAGES
        assert scene.said() == [f"Message {n}" for n in range(50)]


@pytest.mark.parametrize("profile", [TELEGRAM], ids=["telegram"])
async def test_who_cannot_be_written_to_is_answered_inside_the_group_where_nobody_else_sees_it(
    scene: Scene, profile: Profile
) -> None:
    wanted = Wanted()
    cara = scene.world.add_person("cara", "Cara")
    scene.world.join(cara, scene.group)
    async with scene.running(wanted.feature):
        await post(scene, a_whisper("for you", person=cara, near=scene.group))
        seen = [one.text for one in scene.world.transcript(scene.group, viewer=cara) if one.by_bot]
        assert seen == ["for you"]
        assert scene.said() == []
        assert wanted.outcomes == [("0", "sent")]


@pytest.mark.parametrize("profile", [WHATSAPP], ids=["whatsapp"])
async def test_nothing_can_be_said_in_a_group_the_bot_is_not_in(scene: Scene, profile: Profile) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        await post(scene, a_say("Hello"))
        assert wanted.outcomes == [("0", "lost")]
        assert scene.said() == []


async def test_letters_about_groups_that_are_no_longer_served_do_not_hold_up_the_others(scene: Scene) -> None:
    wanted = Wanted()
    async with scene.running(wanted.feature):
        gone = [a_say("Hello", chat=a_group(f"gone-{n}")) for n in range(2 * AT_ONCE)]
        near = a_whisper("for you", person=scene.anna, near=a_group("gone-1"))
        await post(scene, *gone, near)
        assert scene.heard(scene.anna) == ["for you"]
        assert sorted(state for _, state in wanted.outcomes) == ["lost"] * 2 * AT_ONCE + ["sent"]
        assert ("dead", "The bot no longer serves this group.") in await states(scene)


async def test_letters_wait_without_a_try_until_the_platform_is_connected(scene: Scene) -> None:
    scene.world.faults.refuse_start(times=3)
    async with scene.running():
        await scene.storage.write(lambda ledger: ledger.outbox.add([a_say("Hello")], scene.clock.now()))
        scene.bot.core.outbox.ring()
        for _ in range(20):
            scene.clock.advance(1)
            for _ in range(12):
                await scene.storage.read(lambda _ledger: None)
        assert scene.said() == ["Hello"]
        assert "will send again" not in scene.events


class Dawdling(SimulatedPlatform):
    """Takes its time over one step."""

    def __init__(self, scene: Scene, key: str) -> None:
        super().__init__(scene.world, scene.clock)
        self._key = key
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def perform(self, step: Step) -> Receipt:
        if step.key == self._key:
            self.begun.set()
            await self.go_on.wait()
        return await super().perform(step)


async def test_a_letter_that_takes_its_time_holds_up_nobody_elses(scene: Scene) -> None:
    platform = Dawdling(scene, "slow")
    async with scene.running(platform=platform):
        slow = a_whisper("slow", person=scene.anna, key="slow")
        await scene.storage.write(lambda ledger: ledger.outbox.add([slow], scene.clock.now()))
        scene.bot.core.outbox.ring()
        await platform.begun.wait()
        urgent = a_whisper("urgent", person=scene.ben, key="urgent", priority=Priority.SAFETY)
        await scene.storage.write(lambda ledger: ledger.outbox.add([urgent], scene.clock.now()))
        scene.bot.core.outbox.ring()
        await scene.until(lambda: scene.heard(scene.ben) == ["urgent"])
        assert scene.heard(scene.anna) == []
        platform.go_on.set()
        await scene.settle()
        assert scene.heard(scene.anna) == ["slow"]
