import pytest

from orchard_bot.chat.abilities import Reach
from orchard_bot.testing import profiles
from orchard_bot.testing.profiles import Profile

every_profile = pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)


def test_names_and_titles_are_unique() -> None:
    assert [profile.name for profile in profiles.ALL.values()] == list(profiles.ALL)
    assert len({profile.title for profile in profiles.ALL.values()}) == len(profiles.ALL)


@every_profile
def test_the_bot_can_write_privately_on_every_platform(profile: Profile) -> None:
    assert profile.abilities.private_messages is not Reach.NEVER


@every_profile
def test_a_platform_where_people_come_first_says_why(profile: Profile) -> None:
    assert bool(profile.abilities.private_messages_why) == (profile.abilities.private_messages is not Reach.ALWAYS)


@every_profile
def test_message_ids_tell_messages_apart(profile: Profile) -> None:
    ids = {profile.message_id.format(n=number, author="anna") for number in range(100)}
    assert len(ids) == 100


def test_what_the_platforms_are_known_for() -> None:
    telegram, signal, whatsapp = profiles.TELEGRAM, profiles.SIGNAL, profiles.WHATSAPP
    assert telegram.ephemeral_commands
    assert telegram.abilities.private_reply_in_group
    assert not telegram.abilities.see_deletions
    assert not profiles.TELEGRAM_BASIC.ephemeral_commands
    assert profiles.TELEGRAM_BASIC.abilities.hide_commands
    assert signal.abilities.buttons == 0
    assert signal.abilities.delete_others
    assert not profiles.SIGNAL_REST.abilities.delete_others
    assert not profiles.SIGNAL_REST.abilities.hide_commands
    assert profiles.MATRIX.transaction_ids
    assert not whatsapp.reads_groups
    assert not whatsapp.abilities.post
    assert whatsapp.abilities.buttons == 3
