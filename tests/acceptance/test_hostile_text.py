"""Stories with texts and names that try to break things: they are reported, shown harmlessly, and fit."""

from __future__ import annotations

import re

import pytest

from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World
from tests.acceptance.conftest import Story, Telling, where

TEXTS = {
    "100 kB": "useless " * 12_500,
    "one word of 100 kB": "x" * 100_000,
    "control characters": "use\x00less\x07 \x1b[31mteacher\x08",
    "right-to-left": "\u202euseless teacher\u202c \u2066x\u2069",
    "html": '<b>useless</b> <script>alert(1)</script> <a href="https://orchard.leics.sch.uk">x</a>',
    "markdown": "**useless** [teacher](https://example.org) `x` _y_ ~~z~~ > q",
    "half a surrogate pair": "useless \ud83d teacher",
    "fields of the wording": "useless {name} {0} %s {code!r}",
    "a forged alert": "useless\n\nCase 2: No adverts\n\nAmira wrote: all is well\n1  It's fine: dismiss",
    "line breaks": "useless\n" * 500,
    "emoji": "👩‍👩‍👧‍👦" * 400,
    "invisible": "\u200b\u200b\u200b",
    "zalgo": "u" + "\u0301" * 3000,
}
NAMES = {
    "5,000 characters": "Tomasz " * 715,
    "empty": "",
    "invisible": "\u200b\u2060",
    "right-to-left": "zsamoT\u202e",
    "html": "<b>Tomasz</b>",
    "line breaks": "Tomasz\n\nCase 9: decided",
    "half a surrogate pair": "Tomasz \udc00",
    "a field": "{number} {moderator}",
    "zalgo": "T" + "\u0316" * 4000,
}
BUTTONS_AND_NUMBERS = where(lambda profile: profile.name in ("telegram", "signal"))
"""One platform of either kind; the shorter of their limits is 2,000 characters."""
NOT_FOR_EYES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(story: Story, who: str) -> None:
    """All that this person was sent fits and cannot disturb a screen or a log."""
    for message in story.seen_by_one(who):
        assert len(message.text) <= story.world.profile.abilities.text_limit
        assert not NOT_FOR_EYES.search(message.text)


async def decided(story: Story) -> None:
    """The report goes the whole way, and everybody's phone shows it harmlessly."""
    for moderator in ("amira", "joe"):
        assert any("A member reported it" in words for words in story.heard(moderator))
    await story.chooses("amira", "I'll look at it")
    await story.chooses("amira", "Kind note", on="Case 1")
    assert "has reached the moderators" in story.phone("priya")
    assert "your report has been looked at" in story.phone("priya")
    assert "A kind word about something you posted" in story.phone("tomasz")
    assert story.aloud() == []
    for person in ("priya", "tomasz", "amira", "joe"):
        harmless(story, person)


@BUTTONS_AND_NUMBERS
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_any_text_can_be_reported_and_is_quoted_harmlessly(telling: Telling, profile: Profile, text: str) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", text)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        await decided(story)
        for moderator in ("amira", "joe"):
            assert not any(line.startswith("Case 2:") for line in story.phone(moderator).splitlines())


@BUTTONS_AND_NUMBERS
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_any_words_of_a_reporter_reach_the_moderators_harmlessly(
    telling: Telling, profile: Profile, text: str
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "That new teacher is useless")
        await story.reports("priya", message, "Tell the moderators")
        await story.tells_bot("priya", text)
        if "Case 1" not in story.phone("amira"):
            await story.chooses("priya", "Not sure")
        await decided(story)


@BUTTONS_AND_NUMBERS
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_people_of_any_name_report_and_are_reported_harmlessly(
    telling: Telling, profile: Profile, name: str
) -> None:
    def rename(world: World) -> None:
        world.person("tomasz").name = world.person("priya").name = name

    async with telling(profile, before=rename) as story:
        message = await story.says("tomasz", "That new teacher is useless")
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        await decided(story)
        assert "\nCase 9" not in story.phone("amira")


@BUTTONS_AND_NUMBERS
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_no_text_stops_the_bot_from_serving_the_next_person(
    telling: Telling, profile: Profile, text: str
) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", text)
        await story.says("tomasz", f"/report {text}")
        await story.says("tomasz", f"/{text}")
        await story.tells_bot("tomasz", text)
        await story.tells_bot("tomasz", f"/case {text}")
        await story.says("grace", "/rules")
        assert "Our code of conduct in short" in story.phone("grace")
        harmless(story, "tomasz")
        assert story.bot.core.counts["failures"] == story.bot.core.counts["parked"] == 0
