"""``orchard-bot init``: a few questions, files that work, and nothing of anybody's overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import orchard_bot
from orchard_bot.cli.init import _id_from, _shipped_policy
from orchard_bot.settings.orchard import load_settings
from tests.unit.cli.conftest import POLICY, Command

DEFAULTS = "\n\n\n\n\n"


def test_pressing_enter_all_the_way_gives_a_configuration_that_works(command: Command, tmp_path: Path) -> None:
    result = command("init", tmp_path / "config", typed=DEFAULTS)
    assert result.exit_code == 0, result.output
    written = tmp_path / "config" / "orchard.toml"
    assert f"orchard-bot run --config {written}" in result.output
    assert command("check", "--config", written).exit_code == 0
    assert command("policy", "test", "--file", tmp_path / "config" / "code_of_conduct.toml").exit_code == 0


def test_the_answers_are_what_the_file_says(command: Command, tmp_path: Path) -> None:
    command("init", tmp_path, typed="Year 4 (Oak)\nEurope/Dublin\nsandbox\nZoë\nNguyễn\n")
    [community] = load_settings(tmp_path / "orchard.toml").communities
    assert (community.id, community.name, community.timezone) == ("year-4-oak", "Year 4 (Oak)", "Europe/Dublin")
    assert [one.name for one in community.moderators] == ["Zoë", "Nguyễn"]
    assert community.watch == "rehearsal"


def test_a_configuration_that_is_there_is_never_touched(command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "orchard.toml"
    mine.write_text("# mine", encoding="utf-8")
    result = command("init", tmp_path, typed=DEFAULTS)
    assert result.exit_code == 2
    assert "nothing was changed" in result.stderr
    assert mine.read_text("utf-8") == "# mine"
    assert [file.name for file in tmp_path.iterdir()] == ["orchard.toml"]


def test_a_policy_that_is_there_is_used_and_never_touched(command: Command, tmp_path: Path) -> None:
    mine = tmp_path / "code_of_conduct.toml"
    text = POLICY.read_text("utf-8") + "\n# mine\n"
    mine.write_text(text, encoding="utf-8")
    result = command("init", tmp_path, typed=DEFAULTS)
    assert result.exit_code == 0
    assert mine.read_text("utf-8") == text
    assert str(mine) not in result.output, "it was not written"


@pytest.mark.parametrize("bad", ["   ", "x" * 500, "bell\x07", "two\x0blines", "\u202eright to left", "tab\there"])
def test_an_unusable_name_is_asked_for_again(command: Command, tmp_path: Path, bad: str) -> None:
    result = command("init", tmp_path, typed=f"{bad}\nLarch\n\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert "Please use 1 to 80 ordinary characters." in result.output
    assert load_settings(tmp_path / "orchard.toml").communities[0].name == "Larch"


@pytest.mark.parametrize("zone", ["Narnia", "../../etc/passwd", "/etc/localtime", "x" * 500, "Europe/London\x01"])
def test_an_unknown_time_zone_is_asked_for_again(command: Command, tmp_path: Path, zone: str) -> None:
    result = command("init", tmp_path, typed=f"Larch\n{zone}\nEurope/Paris\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert "There is no such time zone" in result.output
    assert load_settings(tmp_path / "orchard.toml").communities[0].timezone == "Europe/Paris"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80),
    moderator=st.text("'\"\\{}#[]=$%\u00a3\u65e5 a", min_size=1, max_size=80).filter(str.strip),
)
def test_whatever_people_and_groups_are_called_the_result_is_valid(
    command: Command, tmp_path_factory: pytest.TempPathFactory, name: str, moderator: str
) -> None:
    folder = tmp_path_factory.mktemp("init")
    result = command("init", folder, typed=f"{name}\n\n\n{moderator}\n\n")
    assert result.exit_code == 0, result.output
    [community] = load_settings(folder / "orchard.toml").communities
    assert community.name == name
    assert community.moderators[0].name == moderator.strip()
    assert command("check", "--config", folder / "orchard.toml").exit_code == 0


@given(st.text(max_size=80))
def test_every_name_gives_an_id_that_the_configuration_takes(name: str) -> None:
    id = _id_from(name)
    assert id.isascii()
    assert 0 < len(id) <= 31
    assert id[0].isalpha()
    assert id == id.strip("-")


def test_a_folder_that_cannot_be_written_to_is_said_plainly(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = command("init", tmp_path / "file" / "config", typed=DEFAULTS)
    assert result.exit_code == 2
    assert "Choose a folder that you may write to" in result.stderr


def test_walking_away_leaves_nothing_behind(command: Command, tmp_path: Path) -> None:
    result = command("init", tmp_path / "config", typed="Larch\n")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert not (tmp_path / "config").exists()


def test_without_a_checkout_the_policy_comes_from_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "orchard_bot"
    (package / "defaults").mkdir(parents=True)
    monkeypatch.setattr(orchard_bot, "__file__", str(package / "__init__.py"))
    (package / "defaults" / "code_of_conduct.toml").write_text("packed", encoding="utf-8")
    assert _shipped_policy() == "packed"


def test_an_installation_without_its_policy_says_what_to_do(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orchard_bot, "__file__", str(tmp_path / "lib" / "orchard_bot" / "__init__.py"))
    result = command("init", tmp_path / "config", typed=DEFAULTS)
    assert result.exit_code == 2
    assert "Install orchard-bot again" in result.stderr
