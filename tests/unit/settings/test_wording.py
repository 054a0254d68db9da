"""An operator's own wording: fits in place of the bot's, or is refused with file, line and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.errors import ConfigError
from orchard_bot.settings.wording import load_wording


def written(folder: Path, text: str) -> Path:
    path = folder / "our-words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_bot_speaks_its_own_words() -> None:
    words = load_wording()
    assert words.is_public("rules.card-for-all")
    assert not words.is_public("help.intro")


def test_an_operators_sentence_takes_the_place_of_the_bots(tmp_path: Path) -> None:
    text = """
        [public]
        "remind.post" = "Reminder: {title} ({source}). From parents."
        [private]
        "help.intro" = "Hiya! You can:"
        "choice.join-requests.admit" = "Come in"
    """
    words = load_wording(written(tmp_path, text))
    assert words.public("remind.post", title="Cake", source="12").value == "Reminder: Cake (12). From parents."
    assert words.private("help.intro").value == "Hiya! You can:"
    assert words.label("join-requests.admit") == "Come in"
    assert words.private("help.moderators").value == load_wording().private("help.moderators").value


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[private]\n"help.intor" = "Hello"', 2, "Did you mean 'help.intro'?"),
        ('[public]\n\n"help.intro" = "Hello"', 3, "Move it under [private]"),
        ('[private]\n"remind.post" = "Hello"', 2, "Move it under [public]"),
        ('[private]\n"help.intro" = " "', 2, "is empty"),
        ('[private]\n"help.intro" = "Hello {name}"', 2, "This sentence has no fields"),
        ('[private]\n"status.policy" = "We follow {lable}."', 2, "Did you mean 'label'?"),
        ('[private]\n"status.policy" = "We follow {}."', 2, "Write fields as {name}"),
        ('[private]\n"status.policy" = "We follow {label.__class__}."', 2, "Write fields as {name}"),
        ('[private]\n"status.policy" = "We follow {label:>1000000}."', 2, "Write fields as {name}"),
        ('[private]\n"status.policy" = "We follow {label!r}."', 2, "Write fields as {name}"),
        ('[private]\n"status.policy" = "We follow {label"', 2, "Write fields as {name}"),
        (f'[private]\n"choice.join-requests.admit" = "{"x" * 41}"', 2, "40 is the most"),
        (f'[private]\n"help.intro" = "{"x" * 901}"', 2, "900 is the most"),
        ('[secret]\n"help.intro" = "Hello"', 1, "no setting called 'secret'"),
        ('[private]\n"help.intro" = 3', 2, "text in quotes"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_and_a_fix(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_wording(written(tmp_path, text))
    assert refused.value.line == line
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_wording(tmp_path / "nowhere.toml")


def test_a_brace_that_is_meant_is_written_twice(tmp_path: Path) -> None:
    words = load_wording(written(tmp_path, '[private]\n"help.intro" = "Hello {{friends}}"'))
    assert words.private("help.intro").value == "Hello {friends}"


def test_no_sentence_is_both_public_and_private(tmp_path: Path) -> None:
    own = written(tmp_path, '[public]\n"thanks.said" = "Thank you"\n[private]\n"thanks.said" = "Thank you"')
    with pytest.raises(ConfigError, match="public and private") as refused:
        load_wording(own=own)
    assert refused.value.line == 4


def test_what_a_feature_from_another_package_says_can_be_put_differently_too(tmp_path: Path) -> None:
    path = written(tmp_path, '[private]\n"thanks.said" = "Ta, {name}!"\n[public]\n"thanks.all" = "Ta, all."\n')
    public, private = {"thanks.all": "Thanks."}, {"thanks.said": "Thank you, {name}."}
    words = load_wording(path, more_public=public, more_private=private)
    assert words.private("thanks.said", name="Ann").value == "Ta, Ann!"
    assert words.public("thanks.all").value == "Ta, all."
    theirs = load_wording(more_public=public, more_private=private)
    assert theirs.private("thanks.said", name="Ann").value == "Thank you, Ann."


def test_a_feature_from_another_package_cannot_put_words_into_the_bots_mouth() -> None:
    assert load_wording(more_private={"help.intro": "Buy now:"}).private("help.intro").value != "Buy now:"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[public]\n"thanks.said" = "Ta!"', "Move it under [private]"),
        ('[private]\n"thanks.sad" = "Ta!"', "Did you mean 'thanks.said'?"),
        ('[private]\n"thanks.said" = "Ta, {nmae}!"', "Did you mean 'name'?"),
    ],
)
def test_an_operators_slip_in_such_a_sentence_is_refused_like_any_other(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_wording(written(tmp_path, text), more_private={"thanks.said": "Thank you, {name}."})
    assert caught.value.line == 2
    assert says in str(caught.value)
