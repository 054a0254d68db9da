import pytest

from orchard_bot.chat.abilities import YES, Ability, no
from orchard_bot.testing import profiles
from orchard_bot.testing.profiles import Profile


def test_a_no_says_why_and_how_to_change_it() -> None:
    refused = no("The bot is no admin.", "Make it one.")
    assert not refused
    assert (refused.why, refused.grant) == ("The bot is no admin.", "Make it one.")


def test_a_yes_is_true() -> None:
    assert YES
    assert Ability(True) == YES


def test_abilities_are_listed_by_name_and_leave_numbers_out() -> None:
    named = profiles.TELEGRAM.abilities.named()
    assert named["delete_others"] == YES
    assert named["see_deletions"].why
    assert "text_limit" not in named
    assert list(named)[:2] == ["post", "private_reply_in_group"]


@pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)
def test_every_no_of_every_platform_has_a_reason(profile: Profile) -> None:
    assert [name for name, ability in profile.abilities.named().items() if not ability and not ability.why] == []
