"""What an operator may write under [adapters.sandbox], and what they are told when it is wrong."""

import pytest

from orchard_bot.errors import ConfigError
from orchard_sandbox import settings
from orchard_sandbox.cast import CAST, OPENING


def test_nothing_need_be_set() -> None:
    found = settings.read({})
    assert found.profile == "telegram"
    assert found.group.id == "larch"
    assert {"amira", "joe", "priya", "tomasz", "grace"} <= {each.id for each in found.people}
    assert [each.id for each in found.people if each.moderator] == ["amira", "joe"]


def test_the_opening_is_told_by_the_cast_and_answers_only_what_was_said_before() -> None:
    ids = {each.id for each in CAST if each.member}
    for place, line in enumerate(OPENING):
        assert line.person in ids
        assert line.answers is None or line.answers < place
    assert [line.minutes_ago for line in OPENING] == sorted((line.minutes_ago for line in OPENING), reverse=True)


def test_people_and_group_can_be_ones_own() -> None:
    found = settings.read(
        {
            "profile": "signal",
            "group": {"id": "oak", "title": "Oak class"},
            "people": [{"id": "ann", "name": "Ann", "moderator": True}, {"id": "bo", "name": "Bo", "started": True}],
            "hosts": ["sandbox.example"],
        }
    )
    assert (found.profile, found.group.title, found.hosts) == ("signal", "Oak class", ("sandbox.example",))
    assert [each.name for each in found.people] == ["Ann", "Bo"]


@pytest.mark.parametrize(
    ("wrong", "problem", "fix"),
    [
        ({"profil": "signal"}, "unknown field", "Remove 'profil'"),
        ({"people": [{"id": "ann", "name": "Ann", "boss": True}]}, "unknown field", "Correct the value"),
        ({"people": [{"id": "ann"}]}, "missing required field `name`", "Correct the value"),
        ({"profile": "pigeon"}, "no profile 'pigeon'", "telegram, "),
        ({"profile": 3}, "Expected `str`", "Correct the value"),
        ({"people": [{"id": "Ann A", "name": "Ann", "moderator": True}]}, "person's id", "lower-case"),
        ({"group": {"id": ""}}, "group's id", "lower-case"),
        ({"people": [{"id": "ann", "name": "Ann"}]}, "moderator", "moderator = true"),
        (
            {"people": [{"id": "ann", "name": "Ann", "moderator": True}, {"id": "ann", "name": "Bo"}]},
            "same id",
            "an id of its own",
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_its_place_and_the_fix(
    wrong: dict[str, object], problem: str, fix: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        settings.read(wrong)
    assert problem in refused.value.problem
    assert fix in refused.value.fix
    assert str(refused.value).startswith("[adapters.sandbox]: ")
