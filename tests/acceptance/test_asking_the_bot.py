"""Stories about asking the bot: /start, /help, /rules, /concern, /boundaries, and words that it does not know."""

from __future__ import annotations

import pytest

from orchard_bot.testing.profiles import ALL, Profile
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.conftest import GROUP_PROFILES, LONG, Story, Telling

COMMANDS_FOR_PARENTS = {
    "boundaries",
    "check",
    "concern",
    "help",
    "join",
    "leave",
    "reminders",
    "report",
    "rules",
    "start",
}
COMMANDS_FOR_PARENTS |= {"forgetme", "mydata", "school", "why"}
COMMANDS_FOR_MODERATORS = {"case", "cases", "handover", "link", "newsletter", "remind", "status", "tuning", "unlink"}
NOT_REACHED_IN_THE_GROUP = [
    one for one in GROUP_PROFILES if one.blocks_show and not one.abilities.private_reply_in_group
]
"""Where the platform says so when somebody cannot be written to, and there is no other way to show them something."""


def commands_in(text: str) -> set[str]:
    """The commands that a list of /help names."""
    return {line.split(" ")[0].removeprefix("/") for line in text.splitlines() if " – " in line}


def nobody_else_heard(story: Story, who: str, words: str) -> None:
    """``words`` reached ``who`` alone."""
    assert words in story.phone(who)
    assert not any(words in text for _, text in story.group())
    for other in ("tomasz", "grace", "leila", "amira", "joe"):
        if other != who:
            assert words not in story.phone(other)


async def test_start_says_who_the_bot_is_and_that_nothing_is_asked(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/start")
        said = story.heard("priya")[-1]
        assert "I help Larch class with its code of conduct" in said
        assert "I don't speak for the school" in said
        assert "Nothing is asked of you" in said
        await story.chooses("priya", "The rules in short")
        assert "Our code of conduct in short" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/start")
        await story.chooses("priya", "What I can switch on")
        assert "On for you now: nothing" in story.heard("priya")[-1]


async def test_a_moderator_is_greeted_as_one(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("joe", "/start")
        assert "You are a moderator of Larch class" in story.heard("joe")[-1]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ("", "Nothing is asked of you"),
        ("rules", "Our code of conduct in short"),
        ("join", "Three things are yours to switch on"),
        ("help", "What you can do here"),
        ("larch", "I help Larch class"),
        ("no-such-thing", "Nothing is asked of you"),
    ],
)
async def test_a_link_into_the_chat_leads_where_it_says(
    telling: Telling, profile: Profile, payload: str, says: str
) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Hello")
        story.world.open_chat("priya", payload)
        await story.settle()
        assert says in story.heard("priya")[-1]


async def test_somebody_who_was_in_the_group_before_the_bot_is_no_stranger(telling: Telling, profile: Profile) -> None:
    """The bot was told nothing of who was there: it asks the platform."""
    async with telling(profile) as story:
        story.world.open_chat("grace")
        await story.settle()
        assert "I help Larch class" in story.heard("grace")[-1]


async def test_help_lists_what_this_person_may_do_and_nothing_else(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/help")
        assert commands_in(story.heard("priya")[-1]) == COMMANDS_FOR_PARENTS
        await story.tells_bot("amira", "/help")
        assert commands_in(story.heard("amira")[-1]) == COMMANDS_FOR_PARENTS | COMMANDS_FOR_MODERATORS


async def test_the_rules_are_read_topic_by_topic(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/rules")
        card = story.heard("priya")[-1]
        assert "0.1" in card
        assert "March 2024" in card
        topics = [topic.title for topic in story.bot.core.house.code.topics]
        await story.chooses("priya", topics[1], on="Our code of conduct in short")
        assert story.heard("priya")[-1].startswith(topics[1])
        await story.chooses("priya", "Other topics")
        assert story.heard("priya")[-1] == card or "Our code of conduct in short" in story.heard("priya")[-1]


async def test_a_topic_can_be_asked_for_by_name_and_an_unknown_one_shows_the_list(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        topic = story.bot.core.house.code.topics[0]
        await story.tells_bot("priya", f"/rules {topic.title}")
        assert story.heard("priya")[-1].startswith(topic.title)
        await story.tells_bot("priya", "/rules unicorns")
        assert "I don't know that topic" in story.heard("priya")[-1]


@pytest.mark.parametrize("profile", NOT_REACHED_IN_THE_GROUP, ids=lambda one: one.name)
async def test_rules_for_somebody_out_of_reach_go_into_the_group_at_most_hourly(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, away=["priya"]) as story:
        story.world.block_bot("priya")
        await story.settle()
        said = len(cards(story))
        await story.says("priya", "/rules")
        assert len(cards(story)) == said + 1
        await story.later(minutes=20)
        await story.says("priya", "/rules")
        assert len(cards(story)) == said + 1
        await story.later(minutes=41)
        await story.says("priya", "/rules")
        assert len(cards(story)) == said + 2


def cards(story: Story) -> list[str]:
    """The cards in the group."""
    return [text for _, text in story.group() if text.startswith("Our code of conduct in short")]


async def test_concern_names_the_people_at_school_and_passes_nothing_on(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "/concern")
        for contact in story.bot.core.house.code.contacts:
            assert contact.name in story.phone("priya")
        nobody_else_heard(story, "priya", "I pass nothing on")


async def test_boundaries_gives_words_to_copy_alone_in_a_message(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/boundaries")
        await story.chooses("priya", "I don't answer direct messages")
        assert story.heard("priya")[-1].startswith("Thanks for writing.")
        await story.chooses("priya", "Please stop writing to me", on="You don't owe anybody an answer")
        assert "you can mute or block the person" in story.heard("priya")[-1]
        nobody_else_heard(story, "priya", "You don't owe anybody an answer")


@pytest.mark.parametrize("command", ["/start", "/help", "/rules", "/concern", "/boundaries"])
async def test_a_command_typed_in_the_group_is_answered_out_of_sight(
    telling: Telling, profile: Profile, command: str
) -> None:
    async with telling(profile) as story:
        await story.says("priya", command)
        assert story.heard("priya")
        if profile.abilities.hide_commands:
            assert story.group() == []
        else:
            assert story.group() == [("Priya", command)]


async def test_an_unknown_command_is_met_with_a_pointer_in_private_and_silence_in_the_group(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/unicorn")
        assert "I don't know that command" in story.heard("priya")[-1]
        said = story.heard("tomasz")
        await story.says("tomasz", "/unicorn")
        assert story.heard("tomasz") == said
        assert not any(author == "Orchard" for author, _ in story.group())


async def test_small_talk_gets_a_friendly_pointer(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "hello you")
        assert "/help shows what I can do" in story.heard("priya")[-1]


@pytest.mark.parametrize("word", ["/cancel", "cancel", "Stop", "/stop", "/cancel@orchard_bot"])
async def test_a_question_can_be_stopped_by_any_usual_word(telling: Telling, profile: Profile, word: str) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind")
        await story.tells_bot("amira", word)
        assert "Stopped" in story.heard("amira")[-1]
        await story.tells_bot("amira", "Cake sale on Friday")
        assert "didn't understand" in story.heard("amira")[-1]
        await story.tells_bot("amira", word)
        assert "nothing to stop" in story.heard("amira")[-1]


async def test_a_number_that_is_not_on_offer_does_nothing_and_says_so(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "7")
        assert "That number isn't on offer" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/boundaries")
        said = len(story.heard("priya"))
        await story.tells_bot("priya", "99")
        assert "That number isn't on offer" in story.heard("priya")[-1]
        assert len(story.heard("priya")) == said + 1


async def test_a_number_on_offer_may_be_typed_everywhere(telling: Telling, profile: Profile) -> None:
    """Also where there are buttons: a person may type what the message numbers, or what a reaction says."""
    async with telling(profile) as story:
        await story.tells_bot("priya", "/boundaries")
        await story.tells_bot("priya", "3")
        assert story.heard("priya")[-1].startswith("Thanks for writing.")


async def test_only_moderators_learn_how_things_stand(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/status")
        assert "Only this group's moderators can do that" in story.heard("priya")[-1]


async def test_a_choice_from_before_an_update_is_refused_kindly(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind")
        await story.tells_bot("priya", "/boundaries")
        asked = story.seen_by_one("priya")[-1]
        routes = story.bot.scheduler._routes
        assert isinstance(routes.versions, dict)
        routes.versions.update(boundaries=2, remind=2)
        await choose_again(story, "priya", asked)
        assert "isn't open any more" in story.heard("priya")[-1]
        await story.tells_bot("amira", "Cake sale on Friday")
        assert "That was a while ago" in story.heard("amira")[-1]


async def choose_again(story: Story, who: str, asked: SimMessage) -> None:
    """Take the third choice of an older message."""
    if asked.choices:
        story.world.press(who, asked, 3)
        await story.settle()
    else:
        await story.tells_bot(who, "3")


async def test_a_choice_goes_stale_after_a_day_and_says_so(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/boundaries")
        asked = story.seen_by_one("priya")[-1]
        await story.later(strides=LONG, hours=25)
        await choose_again(story, "priya", asked)
        says = "isn't open any more" if asked.choices else "isn't on offer"
        assert says in story.heard("priya")[-1]


async def test_a_question_that_nobody_answered_for_a_day_is_dropped(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind")
        await story.later(strides=LONG, hours=25)
        await story.tells_bot("amira", "Cake sale on Friday")
        assert "When shall I post it" not in story.phone("amira")
        assert "/help shows" in story.heard("amira")[-1]


async def test_a_restart_in_the_middle_of_a_dialog_loses_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind")
        await story.restarted()
        await story.tells_bot("amira", "Cake sale")
        assert "When shall I post it?" in story.heard("amira")[-1]


async def test_where_the_bot_is_in_no_group_it_answers_what_anybody_may_ask(telling: Telling) -> None:
    async with telling(ALL["whatsapp"]) as story:
        await story.tells_bot("priya", "/rules")
        assert "Our code of conduct in short" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/join")
        assert "I don't know you from a group yet" in story.heard("priya")[-1]
