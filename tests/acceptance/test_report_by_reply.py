"""Stories of a report, from a reply in the group to the moderators' decision. Nobody in the group notices any of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling, where

UNKIND = "That new teaching assistant is useless, honestly"
DISMISS, NOTE, ASK, DELETE = "dismiss", "Kind note", "Ask to remove", "Delete"
MUTE, REMOVE, SCHOOL = "Mute for a day", "Remove from group", "School route"
SURE = {MUTE: "Yes, mute", REMOVE: "Yes, remove"}
TOLD_TO_POSTER = {
    NOTE: "A kind word about something you posted",
    ASK: "Would you take down something you posted",
    DELETE: "A message of yours was taken out",
    MUTE: "You can read along in Larch class, and post again from",
    REMOVE: "You are no longer in Larch class",
}


def screens(story: Story) -> bytes:
    """The group as a parent's phone shows it, byte by byte."""
    shown = story.world.transcript(story.larch, viewer="grace")
    return repr([(one.author_name, one.text, one.edited, one.pinned, one.reply_to) for one in shown]).encode()


def in_confidence(story: Story, who: str, *secrets: str) -> None:
    """Nothing on this phone, its buttons included, names one of these."""
    labels = [choice.label for message in story.seen_by_one(who) for choice in message.choices]
    everything = "\n".join([story.phone(who), *labels]).casefold()
    for secret in secrets:
        assert secret not in everything


async def decides(story: Story, verdict: str, who: str = "amira") -> None:
    """A moderator takes this verdict, and means it."""
    await story.chooses(who, verdict, on="Case 1:")
    if verdict in SURE:
        await story.chooses(who, SURE[verdict])


async def an_afternoon(telling: Telling, profile: Profile, *, reported: bool) -> bytes:
    """The group at the end of it."""
    async with telling(profile) as story:
        await story.says("grace", "Does anybody have the spelling list?")
        message = await story.says("tomasz", UNKIND)
        if reported:
            await story.reports("priya", message, "Tell the moderators", "No abuse")
            await decides(story, DISMISS)
        await story.says("leila", "Here it is: because, beautiful, build")
        return screens(story)


@where(lambda profile: profile.abilities.hide_commands)
async def test_a_report_leaves_no_trace_in_the_group(telling: Telling, profile: Profile) -> None:
    with_report = await an_afternoon(telling, profile, reported=True)
    assert with_report == await an_afternoon(telling, profile, reported=False)


async def test_what_the_group_ever_saw_of_a_report_is_at_most_the_command_for_a_moment(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        await decides(story, NOTE)
        shown = [one for one in story.world.ever_shown(story.larch) if one.text != UNKIND]
        if profile.ephemeral_commands:
            assert shown == []
            return
        [command] = shown
        assert (command.author_name, command.text) == ("Priya", "/report")
        if profile.abilities.hide_commands:
            assert command.until is not None
            assert command.until - command.since == timedelta()


async def test_a_reporter_whose_command_stays_in_sight_hears_privately_how_to_take_it_away(
    telling: Telling, profile: Profile
) -> None:
    hint = "press and hold it, and choose to delete it for everyone"
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        command = await story.reports("priya", message)
        assert (hint in story.phone("priya")) == (not profile.abilities.hide_commands)
        if hint in story.phone("priya"):
            await story.deletes("priya", command)
        assert story.group() == [("Tomasz", UNKIND)]
        assert story.aloud() == []


@where(lambda profile: profile.abilities.hide_commands and not profile.ephemeral_commands)
async def test_a_right_that_was_taken_away_is_no_reason_for_silence(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        story.world.revoke(story.larch, "delete_others")
        await story.settle()
        await story.reports("priya", message)
        assert "choose to delete it for everyone" in story.phone("priya")


async def test_moderators_hear_of_a_report_and_never_from_whom(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        for moderator in ("amira", "joe"):
            [alert] = [text for text in story.heard(moderator) if "Case 1" in text]
            assert "Tomasz wrote" in alert
            assert UNKIND in alert
            assert "No abuse or open criticism" in alert
            assert "A member reported it, in confidence." in alert
            in_confidence(story, moderator, "priya")
        for other in ("tomasz", "grace", "leila"):
            assert story.heard(other) == []


async def test_a_report_is_acknowledged_only_after_it_has_reached_a_moderator(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators")
        story.world.faults.unavailable(times=4)
        await story.chooses("priya", "Not sure")
        await story.later(minutes=2)
        words = story.heard("priya")
        on_its_way = next(at for at, text in enumerate(words) if "It is on its way to the moderators" in text)
        assert ["has reached the moderators" in text for text in words].index(True) == on_its_way + 1
        [sent] = [one for one in story.seen_by_one("priya") if "has reached the moderators" in one.text]
        alerted = min(one.at for who in ("amira", "joe") for one in story.seen_by_one(who) if "Case 1" in one.text)
        assert alerted <= sent.at


@where(lambda profile: profile.blocks_show)
async def test_a_report_that_reaches_no_moderator_is_not_said_to_have_done_so(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        for moderator in ("amira", "joe"):
            story.world.block_bot(moderator)
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert "has reached the moderators" not in story.phone("priya")
        assert "I can't reach any of the moderators at the moment" in story.phone("priya")
        assert "SCHOOL1@orchard.leics.sch.uk" in story.phone("priya")
        code = (await story.case()).code
        await story.tells_bot("priya", f"/report {code}")
        assert "it has not reached a moderator yet" in story.heard("priya")[-1]
        story.world.unblock_bot("joe")
        await story.settle()
        assert UNKIND in story.phone("joe")
        assert "has reached the moderators" in story.phone("priya")


async def test_who_claims_a_case_is_shown_to_the_other_moderator_in_the_alert_itself(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        before = len(story.heard("joe"))
        await story.chooses("amira", "I'll look at it")
        assert len(story.heard("joe")) == before
        assert "Amira is looking at it until" in story.heard("joe")[-1]
        assert "Case 1 is yours until" in story.heard("amira")[-1]
        await story.chooses("joe", "Delete")
        assert "Amira is looking at this one until" in story.heard("joe")[-1]
        assert story.group()[0] == ("Tomasz", UNKIND)
        await story.chooses("amira", "Give it back")
        await decides(story, DISMISS, who="joe")
        assert (await story.case()).state is CaseState.DECIDED


@pytest.mark.parametrize("verdict", [DISMISS, NOTE, ASK, DELETE, MUTE, REMOVE, SCHOOL])
async def test_the_reporter_hears_once_that_it_was_decided_and_never_what(
    telling: Telling, profile: Profile, verdict: str
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        before = len(story.heard("priya"))
        await decides(story, verdict)
        await story.later(hours=3)
        [news] = story.heard("priya")[before:]
        assert "your report has been looked at" in news
        in_confidence(story, "priya", "mute", "deleted", "taken out", "tomasz", "amira", "dismiss")
        await story.tells_bot("priya", f"/report {(await story.case()).code}")
        assert "it has been looked at and is closed" in story.heard("priya")[-1]


@pytest.mark.parametrize("verdict", [DISMISS, NOTE, ASK, DELETE, MUTE, REMOVE, SCHOOL])
async def test_a_verdict_is_carried_out_or_its_moderator_hears_how_to_do_it(
    telling: Telling, profile: Profile, verdict: str
) -> None:
    able = profile.abilities
    by_hand = {DELETE: not able.delete_others, MUTE: not able.restrict, REMOVE: not able.remove}.get(verdict, False)
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        await decides(story, verdict)
        assert "Case 1 is decided" in story.phone("joe")
        if by_hand:
            assert story.heard("tomasz") == []
            assert "you can" in story.phone("amira") or "group admins" in story.phone("amira")
            await story.chooses("amira", "I've done it myself")
        elif verdict in (DELETE, MUTE, REMOVE):
            assert (("Tomasz", UNKIND) in story.group()) == (verdict != DELETE)
            assert (story.world.person_ref("tomasz") in story.world.restricted(story.larch)) == (verdict == MUTE)
            assert (story.world.person_ref("tomasz") in story.world.members(story.larch)) == (verdict != REMOVE)
        told = [words for words in story.heard("tomasz") if TOLD_TO_POSTER.get(verdict, "\0") in words]
        assert len(story.heard("tomasz")) == len(told) == (verdict in TOLD_TO_POSTER)
        in_confidence(story, "tomasz", "priya", "reported")
        assert story.aloud() == []


async def test_what_a_moderator_hears_comes_in_the_order_of_what_happened(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        before = len(story.heard("amira"))
        await decides(story, DELETE)
        words = story.heard("amira")[before:]
        if profile.abilities.delete_others:
            first, second = words
            assert first.startswith("Case 1: deleting the message. I'll tell you how it went.")
            assert second == "Case 1: the message is gone."
        else:
            assert words[0].startswith("Case 1 is decided. This takes a person's hand")
            assert words[1].startswith("I can't delete this message; you can.")
            assert words[2].startswith("Case 1: I can't do this one.")
            assert len(words) == 3


async def test_a_removal_takes_two_moderators_where_the_group_wants_it(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="confirm_removal_by_two = true") as story:
        tomasz = story.world.person_ref("tomasz")
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        await decides(story, REMOVE)
        assert tomasz in story.world.members(story.larch)
        assert "Amira would like to remove the poster" in story.heard("joe")[-1]
        await story.chooses("joe", "I don't agree")
        assert "Joe does not agree" in story.heard("amira")[-1]
        assert tomasz in story.world.members(story.larch)
        await decides(story, REMOVE)
        await story.chooses("joe", "I agree")
        assert tomasz not in story.world.members(story.larch)
        assert story.heard("tomasz")[0].startswith("You are no longer in Larch class")
        assert story.aloud() == []


async def test_a_code_says_how_a_report_stands_to_its_reporter_alone(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        code = (await story.case()).code
        await story.tells_bot("priya", f"/report {code.lower()}")
        assert story.heard("priya")[-1].startswith(f"{code}: received.")
        await story.chooses("joe", "I'll look at it")
        await story.tells_bot("priya", f"/report {code}")
        assert story.heard("priya")[-1].startswith(f"{code}: seen.")
        await story.tells_bot("grace", f"/report {code}")
        assert "I don't know that code as one of yours" in story.heard("grace")[-1]
