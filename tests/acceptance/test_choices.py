"""Stories about choosing: what has been answered is no longer offered, and a late press is answered kindly."""

from __future__ import annotations

from orchard_bot.testing import profiles
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Telling


async def test_what_was_chosen_is_no_longer_offered(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "He is hopeless")
        await story.says("priya", "/report", reply_to=message)
        menu = next(one for one in story.seen_by_one("priya") if "What would help?" in one.text)
        await story.chooses("priya", "noting it")
        now = next(one for one in story.seen_by_one("priya") if one.ref == menu.ref)
        assert now.choices == ()
        assert now.text == menu.text


async def test_a_press_on_a_phone_that_has_not_refreshed_changes_nothing(telling: Telling) -> None:
    async with telling(profiles.TELEGRAM) as story:
        message = await story.says("tomasz", "He is hopeless")
        await story.says("priya", "/report", reply_to=message)
        menu = story.seen_by_one("priya")[-1]
        await story.chooses("priya", "noting it")
        story.world.press("priya", menu, menu.choices[0].token)
        await story.settle()
        assert "isn't open any more" in story.heard("priya")[-1]
