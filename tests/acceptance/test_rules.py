"""Stories about the rules: asked for, found, never in the way."""

from __future__ import annotations

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Telling


async def test_a_parent_asks_for_the_rules_and_only_they_read_the_answer(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Morning all")
        before = story.group()
        await story.says("priya", "/rules")
        assert "Our code of conduct in short" in story.phone("priya")
        if profile.abilities.hide_commands.can:
            assert story.group() == before
        for other in ("tomasz", "amira"):
            assert "/rules" not in story.phone(other)
