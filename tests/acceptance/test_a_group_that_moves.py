"""Stories of a group that goes on under another id, as a Telegram group that becomes a supergroup."""

from __future__ import annotations

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Telling
from tests.adapters.signal.world import SignalWorld


async def test_a_group_that_moves_is_followed_in_the_middle_of_a_dialog(telling: Telling, profile: Profile) -> None:
    async with telling(profile, basic_group=True) as story:
        assert not isinstance(story.world, SignalWorld)  # there, groups keep their ids
        await story.tells_bot("amira", "/remind")
        await story.tells_bot("amira", "Cake sale")
        larch = story.world.move_group(story.larch, "larch-super")
        await story.settle()
        await story.tells_bot("amira", "tomorrow 9am")
        await story.tells_bot("amira", "Newsletter 12, page 3")
        await story.chooses("amira", "Yes, post it then")
        await story.later(hours=14)
        assert any("Cake sale" in one.text for one in story.world.transcript(larch))
        story.larch = larch
        await story.says("priya", "/concern")
        assert "I pass nothing on" in story.phone("priya")


async def test_a_group_that_moved_is_still_known_after_a_restart(telling: Telling, profile: Profile) -> None:
    async with telling(profile, basic_group=True) as story:
        assert not isinstance(story.world, SignalWorld)  # there, groups keep their ids
        story.larch = story.world.move_group(story.larch, "larch-super")
        await story.settle()
        await story.restarted()
        await story.says("priya", "/help")
        assert "What you can do here" in story.phone("priya")
