"""/link and /unlink: a code, a yes on both sides, nothing for anybody else; and what the link means for cases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Moderator
from orchard_bot.features.casework.casebook import recused
from orchard_bot.features.link import Link
from orchard_bot.features.unit import Unit
from orchard_bot.testing.builders import a_message, a_person, an_account

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

THERE = a_person("mia-there", platform="matrix")
STRANGER = a_person("sam", platform="matrix")
HERE = "It's me: send them here"


def code_of(stage: Stage) -> str:
    stage.command("/link", by=stage.mia)
    found = re.search(r"/link (\w{8})", stage.told(stage.mia)[-1])
    assert found is not None
    return found[1]


def claimed(stage: Stage, by: PersonRef = THERE) -> str:
    code = code_of(stage)
    stage.command(f"/link {code}", by=by)
    return code


def linked(stage: Stage) -> None:
    claimed(stage)
    stage.choose(HERE, THERE)
    stage.choose("Yes, that's me", stage.mia)


def test_a_link_takes_a_code_and_a_yes_on_both_sides(stage: Stage) -> None:
    code = claimed(stage)
    assert "Mia, who moderates Class 3B, Year 4" in stage.told(THERE)[-1]
    assert stage.books.links.of(stage.mia) is None
    stage.choose(HERE, THERE)
    assert stage.books.links.of(THERE) is None
    stage.choose("Yes, that's me", stage.mia)
    link = stage.books.links.of(THERE)
    assert link == stage.books.links.of(stage.mia)
    assert link == Link(
        owner=stage.mia,
        owner_account=stage.account,
        other=THERE,
        other_account=an_account(platform="matrix"),
        both=False,
        agreed=True,
    )
    assert "Linked" in stage.told(stage.mia)[-1]
    assert "Linked" in stage.told(THERE)[-1]
    stage.command(f"/link {code}", by=STRANGER)
    assert "don't know this code" in stage.told(STRANGER)[-1]


def test_it_may_be_for_both_places(stage: Stage) -> None:
    claimed(stage)
    stage.choose("It's me: here and there", THERE)
    stage.choose("Yes, that's me", stage.mia)
    assert "here and on Matrix" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("how", [str.lower, lambda code: f"{code[:4]}-{code[4:]}"])
def test_the_code_may_be_typed_as_people_type(stage: Stage, how: object) -> None:
    assert callable(how)
    stage.command(f"/link {how(code_of(stage))}", by=THERE)
    assert "Is that you?" in stage.told(THERE)[-1]


def test_only_a_moderator_gets_a_code_and_only_where_they_moderate(stage: Stage) -> None:
    stage.command("/link")
    assert "Linking is for moderators" in stage.told(stage.anna)[-1]
    stage.command("/link", by=THERE)
    assert "Linking is for moderators" in stage.told(THERE)[-1]


def test_a_code_ends_with_its_time_with_a_new_one_and_with_the_moderators_office(stage: Stage) -> None:
    first = code_of(stage)
    second = code_of(stage)
    stage.command(f"/link {first}", by=THERE)
    assert "don't know this code" in stage.told(THERE)[-1]
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    del stage.house.communities["year-4"]
    vars(stage.house)["_moderated"].pop(stage.mia)
    stage.command(f"/link {second}", by=THERE)
    assert "don't know this code" in stage.told(THERE)[-1]
    stage.now += timedelta(minutes=15)
    assert stage.books.links.offered(second, stage.now) is None


def test_a_code_is_not_for_the_platform_that_it_comes_from(stage: Stage) -> None:
    stage.command(f"/link {code_of(stage)}", by=stage.ben)
    assert "for another platform" in stage.told(stage.ben)[-1]


def test_a_choice_that_was_kept_too_long_links_nothing(stage: Stage) -> None:
    claimed(stage)
    stage.now += timedelta(minutes=16)
    stage.choose(HERE, THERE)
    assert "its time is over" in stage.told(THERE)[-1]
    claimed(stage)
    stage.choose("That's not me", THERE)
    assert stage.told(THERE)[-1] == "Nothing is linked."
    stage.command(f"/link {code_of(stage)}", by=THERE)
    stage.now += timedelta(minutes=16)
    stage.choose("That's not me", THERE)
    assert stage.told(THERE)[-1] == "Nothing is linked."


def test_a_no_on_either_side_ends_it(stage: Stage) -> None:
    code = claimed(stage)
    stage.choose("That's not me", THERE)
    stage.command(f"/link {code}", by=STRANGER)
    assert "don't know this code" in stage.told(STRANGER)[-1]
    claimed(stage, STRANGER)
    stage.choose(HERE, STRANGER)
    assert "somebody called" in stage.told(stage.mia)[-1]
    stage.choose("No, that wasn't me", stage.mia)
    assert stage.told(STRANGER)[-1] == "Nothing is linked."
    assert stage.books.links.of(STRANGER) is None


def test_a_yes_or_no_that_comes_after_the_end_changes_nothing(stage: Stage) -> None:
    claimed(stage)
    stage.choose(HERE, THERE)
    yes = stage.offer("Yes, that's me", stage.mia)
    no = stage.offer("No, that wasn't me", stage.mia)
    stage.command("/unlink", by=THERE)
    assert "not linked any more" in stage.told(stage.mia)[-1]
    event = a_message("1", author=stage.mia)
    stage.run(stage.routes.actions[yes.action], stage.request(event, stage.mia, data=yes.data))
    assert "That is over" in stage.told(stage.mia)[-1]
    stage.run(stage.routes.actions[no.action], stage.request(event, stage.mia, data=no.data))
    assert "Nothing is linked" in stage.told(stage.mia)[-1]


def test_nobody_is_in_two_links(stage: Stage) -> None:
    linked(stage)
    for person in (stage.mia, THERE):
        stage.command("/link", by=person)
        assert "linked with another platform already" in stage.told(person)[-1]
    stage.command("/link", by=stage.omar)
    found = re.search(r"/link (\w{8})", stage.told(stage.omar)[-1])
    assert found is not None
    stage.command(f"/link {found[1]}", by=THERE)
    assert "already" in stage.told(THERE)[-1]


@pytest.mark.parametrize("side", ["here", "there"])
def test_either_side_ends_it_and_both_hear_so(stage: Stage, side: str) -> None:
    linked(stage)
    stage.command("/unlink", by=stage.mia if side == "here" else THERE)
    assert "not linked any more" in stage.told(stage.mia)[-1]
    assert "not linked any more" in stage.told(THERE)[-1]
    assert stage.books.links.of(stage.mia) is None
    stage.command("/unlink", by=stage.mia)
    assert stage.told(stage.mia)[-1] == "Nothing is linked."


def test_what_concerns_one_of_them_concerns_the_other(stage: Stage) -> None:
    linked(stage)
    message = a_message("Unkind words", author=THERE, author_name="Mia there", at=stage.now)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    unit = Unit(stage.house, stage.books, stage.now, "look", {})
    assert recused(unit, case) >= {THERE, stage.mia}
    assert not any("Case 1" in text for text in stage.told(stage.mia))


def test_numbers_on_one_phone_never_clash(stage: Stage) -> None:
    linked(stage)
    stage.report(a_message("Unkind words", author=stage.ben, at=stage.now))
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    alert = stage.offer("I'll look at it", stage.mia).number
    stage.command("/join", by=THERE)
    own = stage.offer("Yes to reminders", THERE).number
    assert own > alert
