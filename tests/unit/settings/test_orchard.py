"""The configuration: what it sets up, and for every mistake the file, the line and the fix."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.community.community import Watch
from orchard_bot.errors import ConfigError
from orchard_bot.settings.orchard import Settings, load_settings
from orchard_bot.settings.toml_file import TomlFile, parse_toml

ROOT = Path(__file__).parents[3]

VALID = """\
[bot]
database = "../var/orchard.db"

[web]
port = 8080

[adapters.telegram]
account = "main"
token = "7:AAHx"

[[communities]]
id = "larch"
name = "Larch class"
chat = "telegram/main/-100123"
timezone = "Europe/London"
moderators = [
    { person = "telegram/1", name = "Amira" },
    { person = "telegram/2", name = "Joe" },
]
"""

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A configuration file with this text."""

    def write(text: str) -> Path:
        path = tmp_path / "config" / "orchard.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path) -> ConfigError:
    """What the operator is told."""
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return caught.value


def test_the_configuration_in_the_repository_loads() -> None:
    settings = load_settings(ROOT / "config" / "orchard.toml")
    [community] = settings.communities
    assert community.chat == ChatRef("sandbox", "main", "larch")
    assert community.watch is Watch.REHEARSAL
    assert settings.web.host == "127.0.0.1"
    assert settings.policy.resolve() == ROOT / "config" / "code_of_conduct.toml"
    assert settings.adapters == {"sandbox": ("main", {})}


def test_what_is_left_out_has_a_careful_value(written: Written) -> None:
    settings = load_settings(written(VALID))
    [community] = settings.communities
    assert community.watch is Watch.REHEARSAL
    assert (community.quiet_hours.start, community.quiet_hours.end) == (time(21), time(7, 30))
    assert community.posts_a_day == 3
    assert not community.confirm_removal_by_two
    assert settings.wording is None
    assert not settings.web.inside
    assert settings.retention.evidence == timedelta(days=30)


def test_every_value_that_is_given_arrives(written: Written) -> None:
    text = VALID.replace("port = 8080", 'port = 0\nhost = "::1"\ninside = true')
    text = text.replace("[bot]\n", '[bot]\nwording = "ours.toml"\npolicy = "/etc/policy.toml"\n')
    text = text.replace(
        'timezone = "Europe/London"',
        'timezone = "Europe/Dublin"\nquiet_hours = { start = 20:00:00, end = 08:00:00 }\nwatch = "live"\n'
        "confirm_removal_by_two = true\nposts_a_day = 0",
    )
    text += "[retention]\nevidence_days = 1\nopen_case_days = 2\ncase_days = 3\nsighting_days = 4\ntraining_text_days = 6\nparked_days = 5\n"
    path = written(text)
    settings = load_settings(path)
    [community] = settings.communities
    assert (settings.web.host, settings.web.port, settings.web.inside) == ("::1", 0, True)
    assert settings.wording == path.parent / "ours.toml"
    assert settings.policy == Path("/etc/policy.toml")
    assert community.timezone == "Europe/Dublin"
    assert community.quiet_hours.start == time(20)
    assert community.watch is Watch.LIVE
    assert community.confirm_removal_by_two
    assert community.posts_a_day == 0
    kept = settings.retention
    days = [one.days for one in (kept.evidence, kept.open_case, kept.cases, kept.sightings, kept.parked)]
    assert days == [1, 2, 3, 4, 5]
    assert [one.person for one in community.moderators] == [PersonRef("telegram", "1"), PersonRef("telegram", "2")]


def test_paths_are_found_from_the_file_and_not_from_where_one_stands(
    written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(VALID)
    monkeypatch.chdir(tmp_path.parent)
    assert load_settings(path).database.resolve() == (tmp_path / "var" / "orchard.db").resolve()


def test_an_adapters_own_settings_are_handed_on_without_the_accounts_name(written: Written) -> None:
    assert load_settings(written(VALID)).adapters == {"telegram": ("main", {"token": "7:AAHx"})}


def test_two_groups_on_two_platforms_are_fine(written: Written) -> None:
    more = """
[adapters.signal]

[[communities]]
id = "oak"
name = "Oak class"
chat = "signal/main/abc"
moderators = [{ person = "signal/7", name = "Omar" }]
"""
    assert [one.id for one in load_settings(written(VALID + more)).communities] == ["larch", "oak"]


MISTAKES = [
    # what is written instead of what, on which line it is found, what is wrong, how to mend it
    ("port = 8080", "prot = 8080", "prot = 8080", "prot", "Did you mean 'port'?"),
    ("port = 8080", "port = 80800", "port = 80800", "port", "0 to 65535"),
    ("port = 8080", 'port = "8080"', 'port = "8080"', "port", "0 to 65535"),
    ('id = "larch"', 'id = "Larch Class"', 'id = "Larch Class"', "id", "small letters"),
    ('name = "Larch class"', 'name = ""', 'name = ""', "name", "1 to 80 characters"),
    ('"Europe/London"', '"Narnia"', 'timezone = "Narnia"', "no time zone 'Narnia'", "IANA"),
    ('"Europe/London"', '"../../etc/passwd"', 'timezone = "../../etc/passwd"', "no time zone", "IANA"),
    ('"telegram/main/-100123"', '"-100123"', 'chat = "-100123"', "does not name a chat", "platform/account/chat"),
    ('"telegram/main/-100123"', '"telegram/main/%ff"', 'chat = "telegram/main/%ff"', "does not name a chat", "Write"),
    (
        '"telegram/main/-100123"',
        '"signal/main/x"',
        'chat = "signal/main/x"',
        "No adapter connects",
        "[adapters.signal]",
    ),
    ('"telegram/main/-100123"', '"telegram/two/x"', 'chat = "telegram/two/x"', "telegram/two", 'account = "two"'),
    ('"telegram/1"', '"Amira"', '{ person = "Amira", name = "Amira" },', "does not name a person", "platform/id"),
    ('"telegram/2"', '"telegram/1"', '{ person = "telegram/1", name = "Joe" },', "listed twice", "Remove one"),
    ('"telegram/2"', '"signal/2"', '{ person = "signal/2", name = "Joe" },', "another platform", "telegram/…"),
    ('timezone = "Europe/London"', 'watch = "loud"', 'watch = "loud"', "watch", "rehearsal"),
    ('timezone = "Europe/London"', "posts_a_day = 99", "posts_a_day = 99", "posts_a_day", "0 to 50"),
    ('timezone = "Europe/London"', 'quiet_hours = "night"', 'quiet_hours = "night"', "quiet_hours", ""),
    ("[web]", "[web", "[web", "not valid TOML", "brackets"),
    ('name = "Larch class"', "name = Larch", "name = Larch", "not valid TOML", "Put quotes"),
]


@pytest.mark.parametrize(("before", "after", "line", "problem", "fix"), MISTAKES)
def test_a_mistake_is_told_with_file_line_and_fix(
    written: Written, before: str, after: str, line: str, problem: str, fix: str
) -> None:
    assert before in VALID
    text = VALID.replace(before, after, 1)
    path = written(text)
    error = refusal(path)
    assert error.file == path
    assert error.line is not None
    assert text.splitlines()[error.line - 1].strip() == line
    assert problem in error.problem
    assert fix in error.fix
    assert error.fix


@pytest.mark.parametrize("missing", ["id", "name", "chat", "moderators"])
def test_a_group_without_what_it_needs_is_told_at_the_group(written: Written, missing: str) -> None:
    kept = [line for line in VALID.splitlines() if not line.startswith(f"{missing} =")]
    if missing == "moderators":
        kept = kept[: kept.index('timezone = "Europe/London"') + 1]
    error = refusal(written("\n".join(kept) + "\n"))
    assert missing in error.problem + error.fix
    assert error.line == kept.index("[[communities]]") + 1


def test_a_group_without_any_moderator_is_refused(written: Written) -> None:
    text = VALID[: VALID.index("moderators")] + "moderators = []\n"
    error = refusal(written(text))
    assert error.line == text.splitlines().index("moderators = []") + 1
    assert "moderators" in error.problem


@pytest.mark.parametrize("part", ["communities", "adapters"])
def test_a_file_without_groups_or_platforms_is_refused(written: Written, part: str) -> None:
    parts = {
        "communities": VALID[: VALID.index("[[communities]]")],
        "adapters": VALID.replace("[adapters.telegram]", ""),
    }
    if part == "adapters":
        parts["adapters"] = parts["adapters"].replace('account = "main"\ntoken = "7:AAHx"\n', "")
    assert part in str(refusal(written(parts[part])))


def test_two_groups_of_one_id_are_refused_at_the_second(written: Written) -> None:
    second = VALID[VALID.index("[[communities]]") :].replace("-100123", "-100456")
    error = refusal(written(f"{VALID}\n{second}"))
    assert error.line is not None
    assert error.line > VALID.count("\n")
    assert "two communities 'larch'" in error.problem


def test_one_chat_in_two_groups_is_refused_at_the_second(written: Written) -> None:
    second = VALID[VALID.index("[[communities]]") :].replace('"larch"', '"oak"')
    error = refusal(written(f"{VALID}\n{second}"))
    assert error.line is not None
    assert error.line > VALID.count("\n")
    assert "same chat" in error.problem


@pytest.mark.parametrize("how", ["missing", "folder", "latin-1"])
def test_a_file_that_cannot_be_read_is_refused(written: Written, how: str) -> None:
    path = written(VALID)
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how == "latin-1":
        path.write_bytes("[bot]\n# Zoë\n".encode("latin-1"))
    error = refusal(path)
    assert error.fix
    assert error.line == (2 if how == "latin-1" else None)


def test_no_error_repeats_a_secret(written: Written) -> None:
    text = VALID.replace('token = "7:AAHx"', "token = 7:AAHx")
    assert "AAHx" not in str(refusal(written(text)))


def test_what_an_adapter_refuses_is_told_at_its_part(written: Written) -> None:
    error = load_settings(written(VALID)).refuse_adapter("telegram", "The token is wrong.", "Ask BotFather for one.")
    assert error.line == VALID.splitlines().index("[adapters.telegram]") + 1


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.times() | st.datetimes()
values: st.SearchStrategy[Any] = st.recursive(
    scalars.filter(lambda value: value is not None),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
groups = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["larch", "Larch", ""]) | values,
        "name": st.just("Larch") | values,
        "chat": st.sampled_from(["telegram/main/1", "telegram//1", "a/b/%"]) | values,
        "moderators": st.just([{"person": "telegram/1", "name": "A"}]) | values,
        "timezone": st.sampled_from(["Europe/London", "/", ".", "a\x00b", "Europe"]) | values,
        "quiet_hours": values,
        "watch": values,
        "posts_a_day": values,
    },
)
files = st.fixed_dictionaries(
    {},
    optional={
        "communities": st.lists(groups, max_size=3) | values,
        "adapters": st.just({"telegram": {"account": "main"}}) | values,
        "bot": values,
        "web": values,
        "retention": values,
    },
)


def complaint(read: Callable[[], TomlFile]) -> ConfigError | None:
    """What is wrong with this file, if anything."""
    try:
        Settings(read())
    except ConfigError as error:
        return error
    return None


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(files)
def test_whatever_a_file_says_it_loads_or_is_refused_by_name(data: dict[str, Any]) -> None:
    error = complaint(lambda: TomlFile(Path("orchard.toml"), "", data))
    assert error is None or (error.problem and error.fix)


@given(st.text())
def test_any_text_at_all_loads_or_is_refused_by_name(text: str) -> None:
    error = complaint(lambda: parse_toml(text, "orchard.toml"))
    assert error is None or (error.problem and error.fix)


@given(st.integers(0, len(VALID)), st.integers(0, len(VALID)), st.text(max_size=3))
def test_a_slip_of_the_pen_anywhere_is_refused_by_name_if_at_all(start: int, end: int, typed: str) -> None:
    text = VALID[: min(start, end)] + typed + VALID[max(start, end) :]
    error = complaint(lambda: parse_toml(text, "orchard.toml"))
    assert error is None or (error.problem and error.fix)
