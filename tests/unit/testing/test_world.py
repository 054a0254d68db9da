from datetime import timedelta

import pytest

from orchard_bot.chat.abilities import YES, no
from orchard_bot.chat.events import AbilitiesChanged, ChatMoved
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import SendToGroup
from orchard_bot.errors import Gone
from orchard_bot.testing import profiles
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible
from orchard_bot.testing.world import World


def a_story(world: World) -> None:
    message = world.post("anna", "3b", "hello")
    world.edit("anna", message, "hello!")
    world.open_chat("ben")
    world.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="Good evening"))


def another_class(world: World, clock: FakeClock, first_id: int = 1) -> World:
    other = World(world.profile, clock.now, first_id=first_id)
    for person in world.people:
        other.add_person(person.ref.id, person.name, started=person.started)
    other.add_group("3b", "Class 3B", ["mo", "anna", "ben"], admins=["mo"])
    return other


def test_the_same_acts_give_the_same_world(world: World, clock: FakeClock) -> None:
    other = another_class(world, clock)
    a_story(world)
    a_story(other)
    assert world.pending == other.pending
    assert world.transcript("3b") == other.transcript("3b")


def test_a_world_that_follows_another_uses_none_of_its_ids(world: World, clock: FakeClock) -> None:
    later = another_class(world, clock, first_id=1000)
    a_story(world)
    a_story(later)
    assert not {event.id for event in world.pending} & {event.id for event in later.pending}


def test_people_and_groups_are_found_by_id_and_by_ref(world: World) -> None:
    anna = PersonRef("sandbox", "anna")
    assert world.person("anna") is world.person(anna)
    assert world.person("anna").name == "Anna"
    assert world.group("3b") is world.group(ChatRef("sandbox", "main", "3b"))
    assert world.group("3b").title == "Class 3B"
    assert [person.name for person in world.people] == ["Mo", "Anna", "Ben", "Zoe"]
    assert world.account == AccountRef("sandbox", "main")


def test_no_two_people_or_chats_share_an_id(world: World) -> None:
    with pytest.raises(NotPossible, match="taken"):
        world.add_person("anna", "Another Anna")
    with pytest.raises(NotPossible, match="taken"):
        world.add_person(world.bot.id, "An impostor")
    with pytest.raises(NotPossible, match="taken"):
        world.add_group("3b", "Another class")
    with pytest.raises(NotPossible, match="taken"):
        world.add_group(world.private("anna").id, "Not a group")


def test_admins_are_members_too(world: World) -> None:
    world.add_group("4a", "Class 4A", admins=["mo", "anna"])
    assert set(world.members("4a")) == {world.person_ref("mo"), world.person_ref("anna")}


def test_a_right_that_is_revoked_is_gone_with_a_reason_until_it_is_granted(world: World) -> None:
    group = world.group("3b").ref
    world.revoke("3b", "delete_others", "pin")
    lacking = world.abilities(group)
    assert not lacking.delete_others
    assert lacking.delete_others.why
    assert lacking.delete_others.grant == world.profile.how_to_grant
    assert not lacking.pin
    world.grant("3b", "delete_others")
    assert world.abilities(group).delete_others == YES
    assert not world.abilities(group).pin
    assert [type(event) for event in world.pending] == [AbilitiesChanged, AbilitiesChanged]


def test_any_ability_can_be_invented(world: World) -> None:
    world.grant("3b", buttons=2, restrict=False, see_deletions=True, remove=no("Not on Sundays."))
    invented = world.abilities(world.group("3b").ref)
    assert invented.buttons == 2
    assert not invented.restrict
    assert invented.restrict.why
    assert invented.see_deletions == YES
    assert invented.remove.why == "Not on Sundays."


@pytest.mark.parametrize("name", ["fly", "delete_other"])
def test_an_ability_that_does_not_exist_is_refused(world: World, name: str) -> None:
    with pytest.raises(NotPossible, match=name):
        world.revoke("3b", name)
    with pytest.raises(NotPossible, match=name):
        world.grant("3b", **{name: True})
    assert world.pending == []


@pytest.mark.parametrize(("profile", "hidden"), [(profiles.TELEGRAM, True), (profiles.TELEGRAM_BASIC, False)])
def test_commands_stay_hidden_without_the_right_to_delete_only_where_nobody_saw_them(
    world: World, hidden: bool
) -> None:
    world.revoke("3b", "delete_others")
    assert world.abilities(world.group("3b").ref).hide_commands.can == hidden


@pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)
def test_in_a_private_chat_there_is_nobody_to_moderate(world: World, profile: Profile) -> None:
    private = world.abilities(world.private("anna"))
    for name in ("post", "restrict", "remove", "delete_others", "answer_joins", "private_reply_in_group"):
        assert not private.named()[name]
        assert private.named()[name].why
    assert private.buttons == profile.abilities.buttons
    assert private.per_chat_per_minute == profile.abilities.per_person_per_minute


def test_a_group_that_moves_goes_on_under_its_new_id_alone(world: World) -> None:
    old, message = world.group("3b").ref, world.post("anna", "3b", "before")
    world.revoke("3b", "pin")
    new = world.move_group("3b", "-100")
    event = world.pending[-1]
    assert isinstance(event, ChatMoved)
    assert (event.chat, event.to) == (old, new)
    assert world.members("-100") == world.members("3b")
    assert world.group("-100").admins == {world.person_ref("mo")}
    assert not world.abilities(new).pin
    assert [group.ref for group in world.groups] == [new]
    with pytest.raises(Gone):
        world.abilities(old)
    with pytest.raises(NotPossible, match="another id"):
        world.post("anna", "3b", "hello?")
    assert world.transcript("3b") == [message]
    assert world.post("anna", new, "after").ref.chat == new


def test_the_same_people_go_on_as_another_platform(world: World) -> None:
    message = world.post("anna", "3b", "hello")
    world.change_profile(profiles.SIGNAL)
    assert world.profile is profiles.SIGNAL
    assert world.abilities(world.group("3b").ref).buttons == 0
    assert world.transcript("3b") == [message]
    assert isinstance(world.pending[-1], AbilitiesChanged)


def test_whoever_asks_hears_of_every_change_until_they_have_enough(world: World) -> None:
    heard: list[int] = []
    forget = world.on_change(lambda: heard.append(world.version))
    world.post("anna", "3b", "hello")
    assert heard
    assert heard == sorted(set(heard))
    count = len(heard)
    forget()
    forget()
    world.post("anna", "3b", "hello again")
    assert len(heard) == count


def test_the_latest_connection_is_the_one_that_counts(world: World) -> None:
    first = world.connect()
    second = world.connect()
    world.disconnect(first)
    assert world.connection == second
    world.disconnect(second)
    assert world.connection is None


def test_what_happens_at_once_happens_at_the_clocks_time(world: World, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=1))
    message = world.post("anna", "3b", "late")
    assert message.at == world.pending[0].at == clock.now()
