from datetime import timedelta

import pytest

from orchard_bot.chat.events import (
    ChatOpened,
    ChoiceMade,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import MessageRef
from orchard_bot.chat.steps import EditMessage, RestrictMember, SendPrivately, SendToGroup
from orchard_bot.testing import profiles
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, SimMessage
from orchard_bot.testing.world import World

CHOICES = (Choice("t1", "Yes", 1), Choice("t2", "No", 2))
every_profile = pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)


def on(*chosen: Profile) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("profile", chosen, ids=[each.name for each in chosen])


def an_offer(world: World) -> SimMessage:
    """The bot asks Anna something privately, with buttons."""
    world.perform(
        SendPrivately(key="k", account=world.account, person=world.person_ref("anna"), text="Well?", choices=CHOICES)
    )
    return world.inbox("anna")[-1]


@every_profile
def test_a_picture_is_described_where_the_platform_hands_over_files(world: World) -> None:
    message = world.post_picture("anna", "3b", b"a cake", "Look")
    assert [one.text for one in world.transcript("3b", "ben")] == ["Look"]
    assert world.file(message.pictures[0]) == b"a cake"
    if world.profile.reads_groups:
        (event,) = world.pending
        assert isinstance(event, MessagePosted)
        assert event.pictures == (message.pictures if world.profile.abilities.files else ())


@every_profile
def test_a_post_is_there_for_all_and_the_bot_hears_of_it_where_it_is_in_the_group(world: World) -> None:
    message = world.post("anna", "3b", "hello")
    assert world.transcript("3b", "ben") == world.transcript("3b") == [message]
    assert (message.author, message.author_name, message.by_bot) == (world.person_ref("anna"), "Anna", False)
    if world.profile.reads_groups:
        (event,) = world.pending
        assert isinstance(event, MessagePosted)
        assert (event.text, event.author, event.message) == ("hello", message.author, message.ref)
        assert not event.private
    else:
        assert world.pending == []


@every_profile
def test_a_private_post_is_seen_by_its_author_and_opens_the_chat(world: World) -> None:
    world.post("ben", world.private("ben"), "psst")
    opened, posted = world.pending
    assert isinstance(opened, ChatOpened)
    assert isinstance(posted, MessagePosted)
    assert posted.private
    assert opened.chat == posted.chat == world.private("ben")
    assert [message.text for message in world.inbox("ben")] == ["psst"]
    assert world.inbox("anna") == []
    assert world.ever_shown("3b") == []
    assert world.person("ben").started


def test_a_reply_quotes_what_it_answers(world: World, clock: FakeClock) -> None:
    first = world.post("anna", "3b", "who has it?")
    clock.advance(60)
    reply = world.post("ben", "3b", "I do", reply_to=first)
    (_, event) = world.pending
    assert isinstance(event, MessagePosted)
    assert event.reply_to == Quoted(first.ref, first.author, "Anna", "who has it?", first.at)
    assert reply.reply_to == first.ref


def test_a_reply_to_the_bot_names_the_bot(world: World) -> None:
    world.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="Good evening"))
    world.post("ben", "3b", "hello bot", reply_to=world.transcript("3b")[0].ref)
    (event,) = world.pending
    assert isinstance(event, MessagePosted)
    assert event.reply_to is not None
    assert event.reply_to.author == world.bot


@every_profile
def test_a_forward_tells_as_much_as_the_platform_does(world: World, profile: Profile) -> None:
    original = world.post("anna", "3b", "rude words")
    world.post("ben", world.private("ben"), "", forward=original)
    event = world.pending[-1]
    assert isinstance(event, MessagePosted)
    assert event.text == "rude words"
    expected = {
        profiles.Forwards.ORIGIN: Quoted(None, original.author, "Anna", "rude words", original.at),
        profiles.Forwards.MARK: Quoted(text="rude words"),
        profiles.Forwards.NOTHING: None,
    }
    assert event.forwarded == expected[profile.forwards]


def test_an_album_and_a_post_in_the_groups_name_say_so(world: World) -> None:
    world.post("mo", "3b", "from the group", album="a1", impersonal=True)
    (event,) = world.pending
    assert isinstance(event, MessagePosted)
    assert (event.album, event.impersonal) == ("a1", True)


@on(profiles.TELEGRAM)
def test_a_command_in_the_group_is_for_its_author_alone_where_the_platform_can(world: World) -> None:
    command = world.post("ben", "3b", "/report")
    assert world.transcript("3b") == world.transcript("3b", "anna") == []
    assert world.transcript("3b", "ben") == [command]
    assert world.ever_shown("3b") == []
    assert len(world.pending) == 1
    with pytest.raises(NotPossible):
        world.delete("mo", command)


@on(profiles.TELEGRAM_BASIC, profiles.SIGNAL, profiles.SIGNAL_REST, profiles.MATRIX, profiles.WHATSAPP)
def test_a_command_in_the_group_is_in_everybodys_sight_elsewhere(world: World) -> None:
    world.post("ben", "3b", "/report")
    assert [shown.text for shown in world.ever_shown("3b")] == ["/report"]


@every_profile
def test_edits_and_deletions_are_told_where_the_platform_tells_them(world: World, profile: Profile) -> None:
    message = world.post("anna", "3b", "befor")
    changed = world.edit("anna", message, "before")
    world.delete("anna", changed)
    assert changed.edited
    assert changed.ref == message.ref
    assert world.transcript("3b") == []
    kinds = [type(event) for event in world.pending]
    assert (MessageEdited in kinds) == (profile.abilities.see_edits.can and profile.reads_groups)
    assert (MessageDeleted in kinds) == profile.abilities.see_deletions.can


@on(profiles.MATRIX)
def test_an_admin_deletes_anybodys_message_and_the_bot_hears_who_it_was(world: World) -> None:
    world.delete("mo", world.post("anna", "3b", "oops"))
    event = world.pending[-1]
    assert isinstance(event, MessageDeleted)
    assert event.by == world.person_ref("mo")


@on(profiles.SIGNAL)
def test_everything_that_a_group_could_see_is_remembered_with_its_times(world: World, clock: FakeClock) -> None:
    start = clock.now()
    message = world.post("anna", "3b", "befor")
    clock.advance(5)
    world.edit("anna", message, "before")
    clock.advance(5)
    world.delete("anna", message)
    world.post("ben", "3b", "still here")
    first, second, third = world.ever_shown("3b")
    assert (first.text, first.since, first.until) == ("befor", start, start + timedelta(seconds=5))
    assert (second.text, second.until) == ("before", start + timedelta(seconds=10))
    assert (third.text, third.until, third.author_name) == ("still here", None, "Ben")


def test_coming_going_and_asking_are_events(world: World) -> None:
    world.request_join("zoe", "3b")
    assert list(world.group("3b").asking) == [world.person_ref("zoe")]
    world.join("zoe", "3b")
    world.leave("zoe", "3b")
    assert [type(event) for event in world.pending] == [JoinRequested, MemberJoined, MemberLeft]
    assert list(world.group("3b").asking) == []
    assert world.person_ref("zoe") not in world.members("3b")


@on(profiles.WHATSAPP)
def test_where_the_bot_is_in_no_group_it_hears_nothing_of_one(world: World) -> None:
    message = world.post("anna", "3b", "hello")
    world.edit("anna", message, "hello!")
    world.request_join("zoe", "3b")
    world.join("zoe", "3b")
    world.leave("zoe", "3b")
    world.delete("anna", message)
    assert world.pending == []


def test_an_admin_who_leaves_is_an_admin_no_more(world: World) -> None:
    world.leave("mo", "3b")
    world.join("mo", "3b")
    assert world.group("3b").admins == set()


@pytest.mark.parametrize(("choice", "token"), [("t2", "t2"), (2, "t2"), (1, "t1")])
def test_a_button_is_pressed_by_its_token_or_its_place(world: World, choice: str | int, token: str) -> None:
    offer = an_offer(world)
    world.press("anna", offer, choice)
    (event,) = world.pending
    assert isinstance(event, ChoiceMade)
    assert (event.token, event.number, event.message) == (token, None, offer.ref)
    assert event.person == world.person_ref("anna")


@pytest.mark.parametrize("choice", ["t9", 0, 3, -1])
def test_a_button_that_is_not_there_cannot_be_pressed(world: World, choice: str | int) -> None:
    with pytest.raises(NotPossible, match="no such button"):
        world.press("anna", an_offer(world), choice)


def test_a_phone_that_has_not_refreshed_presses_the_old_buttons(world: World) -> None:
    offer = an_offer(world)
    world.perform(EditMessage(key="e", message=offer.ref, text="Settled."))
    world.press("anna", offer, "t1")
    assert isinstance(world.pending[0], ChoiceMade)
    with pytest.raises(NotPossible):
        world.press("anna", world.inbox("anna")[0], "t1")


def test_nobody_presses_a_button_in_somebody_elses_private_chat(world: World) -> None:
    with pytest.raises(NotPossible, match="somebody else"):
        world.press("ben", an_offer(world), "t1")


def test_a_reaction_chooses_by_number_on_the_bots_messages_alone(world: World) -> None:
    offer = an_offer(world)
    world.react("anna", offer, 2)
    world.react("ben", world.post("anna", "3b", "hello"), 1)
    chosen = [event for event in world.pending if isinstance(event, ChoiceMade)]
    assert [(event.number, event.token) for event in chosen] == [(2, None)]
    with pytest.raises(NotPossible, match="from 1"):
        world.react("anna", offer, 0)


def test_a_reaction_in_the_group_is_heard_too(world: World) -> None:
    world.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="Shall we?"))
    world.react("ben", world.transcript("3b")[0], 1)
    assert isinstance(world.pending[0], ChoiceMade)


def test_opening_the_chat_carries_what_the_link_held(world: World) -> None:
    world.open_chat("ben", "r-17")
    (event,) = world.pending
    assert isinstance(event, ChatOpened)
    assert event.payload == "r-17"
    with pytest.raises(NotPossible, match="64"):
        world.open_chat("ben", "x" * 65)


@on(profiles.TELEGRAM, profiles.SIGNAL)
def test_unblocking_opens_the_chat_anew_where_the_platform_shows_it(world: World, profile: Profile) -> None:
    world.block_bot("anna")
    for blocked in (lambda: world.open_chat("anna"), lambda: world.post("anna", world.private("anna"), "hi")):
        with pytest.raises(NotPossible, match="unblock_bot"):
            blocked()
    world.unblock_bot("anna")
    world.unblock_bot("anna")
    assert [type(event) for event in world.pending] == ([ChatOpened] if profile.blocks_show else [])


def test_phones_refuse_what_cannot_be_done(world: World) -> None:
    mine = world.post("anna", "3b", "mine")
    gone = world.post("anna", "3b", "gone")
    world.delete("anna", gone)
    for refused in (
        lambda: world.post("anna", "3b", ""),
        lambda: world.post("zoe", "3b", "let me in"),
        lambda: world.post("anna", "4a", "no such group"),
        lambda: world.post("nobody", "3b", "no such person"),
        lambda: world.post("anna", world.private("ben"), "not my chat"),
        lambda: world.post("anna", "3b", "to nothing", reply_to=gone),
        lambda: world.edit("ben", mine, "yours"),
        lambda: world.edit("anna", gone, "back"),
        lambda: world.delete("ben", mine),
        lambda: world.delete("anna", MessageRef(mine.ref.chat, "never was")),
        lambda: world.join("anna", "3b"),
        lambda: world.request_join("anna", "3b"),
        lambda: world.leave("zoe", "3b"),
        lambda: world.react("zoe", mine, 1),
    ):
        before = (world.version, len(world.pending))
        with pytest.raises(NotPossible):
            refused()
        assert (world.version, len(world.pending)) == before


def test_a_muted_member_posts_again_when_the_time_is_over(world: World, clock: FakeClock) -> None:
    ben = world.person_ref("ben")
    until = clock.now() + timedelta(hours=1)
    world.perform(RestrictMember(key="k", chat=world.group("3b").ref, person=ben, until=until))
    with pytest.raises(NotPossible, match="just now"):
        world.post("ben", "3b", "hey")
    assert world.restricted("3b") == {ben: until}
    clock.advance(timedelta(hours=1))
    assert world.restricted("3b") == {}
    assert world.post("ben", "3b", "sorry").text == "sorry"


def test_typing_a_number_privately_is_an_ordinary_post(world: World) -> None:
    world.post("anna", world.private("anna"), "2")
    (event,) = world.pending
    assert isinstance(event, MessagePosted)
    assert event.text == "2"
