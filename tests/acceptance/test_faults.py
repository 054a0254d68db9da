"""Stories of a report while everything goes wrong around it: nothing is lost, and the group never notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from orchard_bot.community.case import CaseState
from orchard_bot.storage.tables import letters, queue
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling

UNKIND = "That new teaching assistant is useless, honestly"


async def rate_limited(story: Story) -> None:
    """The platform asks for patience."""
    story.world.faults.rate_limited(retry_after=7, times=3)


async def unavailable(story: Story) -> None:
    """The platform does not answer for a while."""
    story.world.faults.unavailable(times=3)


async def answer_lost(story: Story) -> None:
    """What the bot does is done, and it does not learn so."""
    story.world.faults.drop_answer(times=1)


async def duplicated(story: Story) -> None:
    """Every event comes twice."""
    story.world.faults.duplicate_events(times=5)


async def reordered(story: Story) -> None:
    """Chats overtake each other."""
    story.world.faults.reorder = True


async def malformed(story: Story) -> None:
    """Between the events there is something that nobody can read."""
    story.world.faults.malformed(times=5)


async def disconnected(story: Story) -> None:
    """The line goes dead, and the next attempt fails as well."""
    story.world.faults.refuse_start()
    story.world.faults.disconnect()


async def restarted(story: Story) -> None:
    """The bot is switched off and on again."""
    await story.restarted()


FAULTS: list[Callable[[Story], Awaitable[None]]] = [
    rate_limited,
    unavailable,
    answer_lost,
    duplicated,
    reordered,
    malformed,
    disconnected,
    restarted,
]


async def a_minute(story: Story) -> None:
    """Time for the bot to try again, several times."""
    await story.later(minutes=1, strides=timedelta(seconds=5))


async def undelivered(story: Story) -> list[str]:
    """Letters that have not gone out, and events that nobody has handled."""

    def look(connection: Connection) -> list[str]:
        left = select(letters.c.key).where(letters.c.state != "sent")
        return [*connection.execute(left).scalars(), *connection.execute(select(queue.c.lane)).scalars()]

    return await story.storage.look(look)


async def test_each_step_of_a_report_survives_each_fault(telling: Telling, profile: Profile) -> None:
    """One after the other, so that all faults of all steps make one long evening."""
    async with telling(profile) as story:
        for number, fault in enumerate(FAULTS, start=1):
            await fault(story)
            message = await story.says("tomasz", f"{UNKIND} ({number})")
            await fault(story)
            await story.says("priya", "/report", reply_to=message)
            await a_minute(story)
            for who, label in (("priya", "Tell the moderators"), ("priya", "Not sure"), ("joe", "Kind note")):
                await fault(story)
                await story.chooses(who, label)
                await a_minute(story)
            story.world.faults.clear()
            case = await story.case(number)
            assert case.state is CaseState.DECIDED, fault.__name__
            again = 2 if fault is answer_lost and not profile.transaction_ids else 1
            for words in ("has reached the moderators", "your report has been looked at"):
                heard = [one for one in story.heard("priya") if words in one and case.code in one]
                assert 1 <= len(heard) <= again, fault.__name__
            assert f"({number})" in story.phone("tomasz")
        assert len(await story.cases()) == 0
        assert story.group() == [
            entry
            for number in range(1, len(FAULTS) + 1)
            for entry in [("Tomasz", f"{UNKIND} ({number})")]
            + [("Priya", "/report")] * (not profile.abilities.hide_commands)
        ]
        assert story.aloud() == []
        refused = (
            [] if profile.abilities.hide_commands else [key for key in await undelivered(story) if ":report" in key]
        )
        assert await undelivered(story) == refused


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_a_dialog_in_words_survives_each_fault(
    telling: Telling, profile: Profile, fault: Callable[[Story], Awaitable[None]]
) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Morning all")
        for words in ("/report", "A father shouted at the caretaker"):
            await fault(story)
            await story.tells_bot("priya", words)
            await a_minute(story)
        await fault(story)
        await story.chooses("priya", "Tell the moderators")
        await a_minute(story)
        await fault(story)
        await story.tells_bot("priya", "It was loud")
        await a_minute(story)
        assert len(await story.cases()) == 1
        for moderator in ("amira", "joe"):
            assert "A father shouted at the caretaker It was loud" in story.phone(moderator)
        assert "has reached the moderators" in story.phone("priya")


async def test_what_happens_while_the_bot_is_away_is_taken_up_when_it_is_back(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.stopped()
        story.world.post("priya", story.larch, "/report", reply_to=message)
        story.clock.advance(3600)
        await story.started()
        await story.chooses("priya", "Tell the moderators")
        await story.stopped()
        [menu] = [one for one in story.seen_by_one("priya") if "Which guideline" in one.text]
        if menu.choices:
            story.world.press("priya", menu, menu.choices[-1].token)
        else:
            story.world.post("priya", story.world.private("priya"), "8")
        await story.started()
        assert UNKIND in story.phone("joe")
        assert "has reached the moderators" in story.phone("priya")
        assert story.phone("priya").count("It is on its way") == 1


async def test_a_timer_that_came_due_while_the_bot_was_away_goes_off_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Ask the poster", "Ask for me", "Not sure")
        await story.stopped()
        story.clock.advance(3 * 3600)
        await story.started()
        await story.restarted()
        for moderator in ("amira", "joe"):
            assert story.phone(moderator).count("Case 1:") == 1
        assert story.phone("priya").count("has reached the moderators") == 1


async def test_an_unread_answer_is_no_reason_to_report_again(telling: Telling, profile: Profile) -> None:
    """The answer to the last tap is lost with the bot; the case and the alert are not."""
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators")
        story.world.faults.unavailable(times=1000)
        await story.chooses("priya", "Not sure")
        await story.restarted()
        assert "Case 1" not in story.phone("amira")
        story.world.faults.clear()
        await story.later(minutes=10, strides=timedelta(seconds=20))
        assert "Case 1" in story.phone("amira")
        on_its_way, sent = story.heard("priya")[-2:]
        assert "It is on its way" in on_its_way
        assert "has reached the moderators" in sent
