from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from orchard_bot.chat.events import MemberJoined, MemberLeft
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)
from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError
from orchard_bot.testing import profiles
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World


def on(*chosen: Profile) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("profile", chosen, ids=[each.name for each in chosen])


def group(world: World) -> ChatRef:
    return world.group("3b").ref


def to_group(world: World, text: str = "Good evening", key: str = "k", pin: bool = False) -> SendToGroup:
    return SendToGroup(key=key, chat=group(world), text=text, pin=pin)


def to(world: World, person: str = "anna", text: str = "psst", buttons: int = 0) -> SendPrivately:
    choices = tuple(Choice(f"t{n}", f"choice {n}", n) for n in range(buttons))
    ref = world.person_ref(person)
    return SendPrivately(key="k", account=world.account, person=ref, text=text, choices=choices)


def refused(world: World, step: Step, error: type[PlatformError]) -> str:
    """The platform refuses, nothing happens, and nothing counts as done."""
    before = (world.sends, world.transcript("3b", "anna"), world.inbox("anna"), world.members("3b"), world.pending)
    with pytest.raises(error) as caught:
        world.perform(step)
    assert type(caught.value) is error
    after = (world.sends, world.transcript("3b", "anna"), world.inbox("anna"), world.members("3b"), world.pending)
    assert after == before
    return str(caught.value)


def test_the_bots_words_in_the_group_are_seen_by_all(world: World) -> None:
    receipt = world.perform(to_group(world, pin=True))
    (message,) = world.transcript("3b", "ben")
    assert receipt.message == message.ref
    assert (message.by_bot, message.author_name, message.key, message.pinned) == (True, "Orchard", "k", True)
    assert [shown.text for shown in world.ever_shown("3b")] == ["Good evening"]
    assert world.pending == []


def test_what_may_not_be_pinned_is_posted_unpinned(world: World) -> None:
    world.revoke("3b", "pin")
    world.perform(to_group(world, pin=True))
    assert not world.transcript("3b")[0].pinned


def test_private_words_are_in_one_inbox_and_in_no_group(world: World) -> None:
    world.perform(to(world, buttons=2))
    (message,) = world.inbox("anna")
    assert [choice.token for choice in message.choices] == ["t0", "t1"]
    assert world.transcript("3b", "anna") == []
    assert world.ever_shown("3b") == []


def test_what_is_shown_to_one_member_in_the_group_nobody_else_sees(world: World) -> None:
    anna = world.person_ref("anna")
    world.perform(ShowInGroup(key="k", chat=group(world), person=anna, text="only you"))
    assert [message.text for message in world.transcript("3b", "anna")] == ["only you"]
    assert world.transcript("3b") == world.transcript("3b", "ben") == []
    assert world.ever_shown("3b") == []
    zoe = world.person_ref("zoe")
    refused(world, ShowInGroup(key="k", chat=group(world), person=zoe, text="you are no member"), Gone)


@on(profiles.TELEGRAM_BASIC, profiles.SIGNAL, profiles.SIGNAL_REST, profiles.MATRIX, profiles.WHATSAPP)
def test_elsewhere_nothing_can_be_shown_to_one_member(world: World) -> None:
    refused(world, ShowInGroup(key="k", chat=group(world), person=world.person_ref("anna"), text="psst"), NotAllowed)


def test_a_person_who_has_not_started_is_not_reachable_until_they_do(world: World) -> None:
    refused(world, to(world, "ben"), NotReachable)
    world.open_chat("ben")
    assert world.perform(to(world, "ben")).message is not None


@on(profiles.SIGNAL, profiles.SIGNAL_REST, profiles.MATRIX)
def test_where_bots_may_write_first_they_do(world: World) -> None:
    world.perform(to(world, "ben"))
    assert len(world.inbox("ben")) == 1


def test_a_block_is_noticed_where_the_platform_shows_it(world: World) -> None:
    world.block_bot("anna")
    refused(world, to(world), NotReachable)


@on(profiles.SIGNAL)
def test_elsewhere_words_to_somebody_who_blocked_the_bot_vanish_without_a_sound(world: World) -> None:
    world.block_bot("anna")
    assert world.perform(to(world)).message is not None
    world.unblock_bot("anna")
    assert world.inbox("anna") == []


@on(profiles.WHATSAPP)
def test_the_window_closes_a_day_after_the_persons_last_words(world: World, clock: FakeClock) -> None:
    world.post("anna", world.private("anna"), "hello")
    clock.advance(timedelta(hours=24))
    world.perform(to(world, buttons=3))
    clock.advance(1)
    refused(world, to(world), NotReachable)
    world.press("anna", world.inbox("anna")[-1], 1)
    world.perform(to(world))


@on(profiles.WHATSAPP)
def test_on_whatsapp_nothing_can_be_done_in_a_group(world: World) -> None:
    message, anna = world.post("ben", "3b", "hello"), world.person_ref("anna")
    for step in (
        to_group(world),
        DeletePosting(key="k", message=message.ref, author=message.author),
        RemoveMember(key="k", chat=group(world), person=anna),
        RestrictMember(key="k", chat=group(world), person=anna, until=None),
        AnswerJoinRequest(key="k", chat=group(world), person=anna, admit=True),
    ):
        assert "terms" in refused(world, step, NotAllowed)


@pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)
def test_content_that_does_not_fit_is_refused(world: World, profile: Profile) -> None:
    limit = profile.abilities.text_limit
    world.perform(replace(to(world, text="x" * limit, buttons=profile.abilities.buttons), key="fits"))
    refused(world, to(world, text="x" * (limit + 1)), NotAllowed)
    refused(world, to(world, buttons=profile.abilities.buttons + 1), NotAllowed)
    refused(world, to(world, text=" \n"), NotAllowed)


def test_a_token_that_is_too_long_is_refused(world: World) -> None:
    world.perform(replace(to(world), choices=(Choice("t" * 24, "fits", 1),)))
    refused(world, replace(to(world), choices=(Choice("t" * 25, "does not", 1),)), NotAllowed)


def test_what_does_not_exist_is_gone(world: World) -> None:
    nowhere, nobody = ChatRef("sandbox", "main", "nowhere"), PersonRef("sandbox", "nobody")
    elsewhere = AccountRef("sandbox", "other")
    refused(world, SendToGroup(key="k", chat=nowhere, text="hello"), Gone)
    refused(world, SendToGroup(key="k", chat=world.private("anna"), text="not a group"), Gone)
    refused(world, replace(to(world), person=nobody), Gone)
    refused(world, replace(to(world), account=elsewhere), Gone)
    refused(world, EditMessage(key="k", message=MessageRef(nowhere, "1"), text="x"), Gone)
    refused(world, DeletePosting(key="k", message=MessageRef(group(world), "404"), author=None), Gone)
    refused(world, RemoveMember(key="k", chat=group(world), person=nobody), Gone)
    world.move_group("3b", "-100")
    refused(world, to_group(world), Gone)


def test_the_bot_changes_and_takes_back_its_own_words(world: World) -> None:
    sent = world.perform(to(world, buttons=2)).message
    assert sent is not None
    world.perform(EditMessage(key="e", message=sent, text="settled"))
    (message,) = world.inbox("anna")
    assert (message.text, message.edited, message.choices) == ("settled", True, ())
    world.perform(DeletePosting(key="w", message=sent, author=None))
    assert world.inbox("anna") == []
    refused(world, DeletePosting(key="w", message=sent, author=None), Gone)
    refused(world, EditMessage(key="e", message=sent, text="again"), Gone)


@on(profiles.WHATSAPP)
def test_where_nothing_can_be_changed_or_taken_back_it_stays(world: World) -> None:
    sent = world.perform(to(world)).message
    assert sent is not None
    refused(world, EditMessage(key="e", message=sent, text="settled"), NotAllowed)
    refused(world, DeletePosting(key="w", message=sent, author=None), NotAllowed)


def test_the_bot_never_changes_somebody_elses_words(world: World) -> None:
    message = world.post("anna", "3b", "mine")
    refused(world, EditMessage(key="e", message=message.ref, text="yours"), NotAllowed)


def test_a_members_message_is_deleted_by_right_and_in_time(world: World, clock: FakeClock) -> None:
    first, second = world.post("anna", "3b", "one"), world.post("anna", "3b", "two")
    delete = DeletePosting(key="k", message=first.ref, author=first.author)
    refused(world, replace(delete, author=world.person_ref("ben")), Gone)
    refused(world, replace(delete, author=None), Gone)
    world.revoke("3b", "delete_others")
    refused(world, delete, NotAllowed)
    world.grant("3b", "delete_others")
    world.perform(delete)
    assert world.transcript("3b") == [second]
    clock.advance(timedelta(hours=48, seconds=1))
    refused(world, replace(delete, message=second.ref), NotAllowed)


def test_a_hidden_command_is_taken_away_without_any_right(world: World) -> None:
    world.revoke("3b", "delete_others")
    command = world.post("anna", "3b", "/report")
    world.perform(DeletePosting(key="k", message=command.ref, author=command.author))
    assert world.transcript("3b", "anna") == []


def test_words_to_the_bot_are_not_the_bots_to_delete(world: World) -> None:
    message = world.post("anna", world.private("anna"), "psst")
    refused(world, DeletePosting(key="k", message=message.ref, author=message.author), NotAllowed)


def restrict(world: World, until: datetime | None, person: str = "ben") -> RestrictMember:
    return RestrictMember(key="k", chat=group(world), person=world.person_ref(person), until=until)


def test_a_restriction_is_ended_by_another_word(world: World, clock: FakeClock) -> None:
    world.perform(restrict(world, clock.now() + timedelta(hours=1)))
    assert list(world.restricted("3b")) == [world.person_ref("ben")]
    world.perform(restrict(world, None))
    world.perform(restrict(world, None))
    assert world.restricted("3b") == {}


@pytest.mark.parametrize("length", [timedelta(seconds=29), timedelta(days=367)])
def test_a_restriction_that_telegram_finds_too_short_or_too_long_has_no_end(
    world: World, clock: FakeClock, length: timedelta
) -> None:
    world.perform(restrict(world, clock.now() + length))
    clock.advance(timedelta(days=1000))
    assert world.restricted("3b") == {world.person_ref("ben"): None}


def test_admins_are_neither_restricted_nor_removed(world: World, clock: FakeClock) -> None:
    refused(world, restrict(world, clock.now() + timedelta(hours=1), "mo"), NotAllowed)
    refused(world, RemoveMember(key="k", chat=group(world), person=world.person_ref("mo")), NotAllowed)
    refused(world, restrict(world, None, "zoe"), Gone)


@on(profiles.SIGNAL)
def test_signal_mutes_nobody(world: World) -> None:
    refused(world, restrict(world, None), NotAllowed)


def test_a_removed_member_is_out_and_the_event_says_by_whom(world: World) -> None:
    ben = world.person_ref("ben")
    world.perform(RemoveMember(key="k", chat=group(world), person=ben))
    assert ben not in world.members("3b")
    (event,) = world.pending
    assert isinstance(event, MemberLeft)
    assert event.removed_by == world.bot
    world.join("ben", "3b")
    assert ben in world.members("3b")


@pytest.mark.parametrize("admit", [True, False])
def test_somebody_who_asks_is_let_in_or_not_and_only_once(world: World, admit: bool) -> None:
    world.request_join("zoe", "3b")
    zoe = world.person_ref("zoe")
    answer = AnswerJoinRequest(key="k", chat=group(world), person=zoe, admit=admit)
    world.perform(answer)
    assert (zoe in world.members("3b")) == admit
    assert (MemberJoined in [type(event) for event in world.pending]) == admit
    refused(world, answer, Gone)


def test_comings_and_goings_stay_unseen_without_the_right_to_see_them(world: World) -> None:
    world.revoke("3b", "see_joins")
    world.request_join("zoe", "3b")
    told = world.pending
    world.perform(AnswerJoinRequest(key="k", chat=group(world), person=world.person_ref("zoe"), admit=True))
    world.perform(RemoveMember(key="k", chat=group(world), person=world.person_ref("zoe")))
    assert world.pending == told


@on(profiles.MATRIX)
def test_the_same_key_happens_once_where_the_platform_has_transaction_ids(world: World) -> None:
    first = world.perform(to_group(world))
    assert world.perform(to_group(world)) == first
    assert len(world.transcript("3b")) == len(world.sends) == 1
    assert world.perform(to_group(world, key="k2")) != first
    world.perform(to_group(world, key=""))
    world.perform(to_group(world, key=""))
    assert len(world.sends) == 4


@on(profiles.TELEGRAM, profiles.SIGNAL)
def test_elsewhere_what_is_done_twice_is_there_twice(world: World) -> None:
    world.perform(to_group(world))
    world.perform(to_group(world))
    assert [key for key, _ in world.sends] == ["k", "k"]
    assert len(world.transcript("3b")) == 2


@on(profiles.TELEGRAM)
def test_buttons_go_and_the_words_stay(world: World) -> None:
    world.open_chat("anna")
    sent = world.perform(to(world, buttons=2)).message
    assert sent is not None
    world.perform(TakeButtonsAway(key="c", message=sent))
    message = world.inbox("anna")[-1]
    assert (message.text, message.choices, message.edited) == ("psst", (), False)
    of_anna = world.post("anna", "3b", "Hello")
    assert "bot's own" in refused(world, TakeButtonsAway(key="d", message=of_anna.ref), NotAllowed)
