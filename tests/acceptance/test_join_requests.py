"""Stories about somebody who asks to be let in: the moderators hear of it in private, and the first answer counts."""

from __future__ import annotations

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import LONG, Story, Telling


async def asks(story: Story) -> None:
    """Max asks to be let in."""
    story.world.add_person("max", "Max", started=True)
    story.world.request_join("max", story.larch)
    await story.settle()


def is_in(story: Story) -> bool:
    """Whether Max is in the group."""
    return story.world.person_ref("max") in story.world.members(story.larch)


async def test_every_moderator_is_asked_and_nobody_else_hears(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        for who in ("amira", "joe"):
            assert "Max asks to join Larch class" in story.heard(who)[-1]
        assert story.group() == []
        for who in ("priya", "tomasz", "max"):
            assert story.heard(who) == []


async def test_the_first_moderator_to_answer_decides(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        shown = [one for one in story.seen_by_one("joe") if "asks to join" in one.text][-1]
        await story.chooses("amira", "Let them in")
        assert is_in(story)
        for who in ("amira", "joe"):
            assert "Max was let in by Amira." in story.phone(who)
        if shown.choices:
            story.world.press("joe", shown, 2)
            await story.settle()
            assert "isn't open any more" in story.heard("joe")[-1]
        else:
            await story.tells_bot("joe", "2")
            assert "isn't on offer" in story.heard("joe")[-1]
        assert is_in(story)
        assert sum("Welcome to Larch class" in one for one in story.heard("max")) == 1


async def test_a_no_is_a_no_for_all_moderators(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        await story.chooses("joe", "Don't let them in")
        assert not is_in(story)
        assert "Max was not let in. Joe decided." in story.phone("amira")
        assert story.heard("max") == []


async def test_asking_twice_troubles_nobody_twice(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        story.world.request_join("max", story.larch)
        await story.settle()
        assert story.phone("amira").count("asks to join") == 1


async def test_somebody_who_came_in_by_another_way_needs_no_answer(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        story.world.join("max", story.larch)
        await story.settle()
        for who in ("amira", "joe"):
            assert "Max is in the group now" in story.phone(who)


async def test_after_a_week_the_question_is_taken_back(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asks(story)
        await story.later(strides=LONG, days=7, minutes=1)
        assert "nobody answered here" in story.phone("amira")
        assert not is_in(story)


async def test_where_the_bot_may_not_let_people_in_the_moderator_hears_how_to(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await asks(story)
        story.world.revoke(story.larch, "answer_joins")
        await story.settle()
        await story.chooses("amira", "Let them in")
        assert not is_in(story)
        assert "Please admit Max yourself" in story.phone("amira")
        assert "Please admit Max yourself" not in story.phone("joe")
