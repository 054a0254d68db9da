"""The documentation keeps up: its code runs, its data is well formed, what it names exists and what exists is named."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from msgspec import Struct
from typer.models import CommandInfo

from orchard_bot import errors
from orchard_bot.chat.abilities import Abilities, Ability
from orchard_bot.cli import app, db, policy
from orchard_bot.runtime.discovery import features
from orchard_bot.settings import orchard
from orchard_sandbox import cast
from orchard_sandbox import settings as sandbox

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_generated" not in path.parts)


def _blocks(language: str) -> list[tuple[str, str]]:
    """The code blocks of a language, with the page and the line of each."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for block in re.finditer(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, block.start()) + 1
            found.append((f"{page.relative_to(ROOT).as_posix()}:{line}", block[1]))
    return found


@pytest.mark.parametrize(("place", "code"), _blocks("python"), ids=lambda value: value if ".md:" in value else "")
def test_the_code_that_is_shown_runs(place: str, code: str) -> None:
    module = ModuleType("shown")
    exec(compile(code, place, "exec"), module.__dict__)
    assert module.__doc__, "an example shows the docstring that a module has"


@pytest.mark.parametrize(("place", "data"), _blocks("toml"), ids=lambda value: value if ".md:" in value else "")
def test_the_settings_that_are_shown_are_well_formed(place: str, data: str) -> None:
    tomllib.loads(data)


def test_every_target_of_make_that_is_named_exists() -> None:
    recipes = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {(page.name, name) for page in PAGES for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", page.read_text())}
    assert named
    assert {name for _, name in named} <= recipes, named


def test_every_file_of_the_tree_that_is_named_exists() -> None:
    """Paths in backquotes below a folder of the repository. Made-up examples and rejected alternatives may be missing."""
    made_up = re.compile(r"[<>…*]|pigeon|shouting|thanks")
    folders = "orchard_bot|adapters|config|tests|docs|benchmarks|scripts"
    missing = [
        f"{page.name}: {name}"
        for page in PAGES
        if page.parent.name != "decisions"
        for name in re.findall(rf"`((?:{folders})/[^`]*)`", page.read_text())
        if not made_up.search(name) and not (ROOT / name).exists()
    ]
    assert not missing


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """The pages of the reference that are made from the code."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from generated_pages import PAGES as MADE  # noqa: PLC0415 (found only once that folder is on the path)
    finally:
        sys.path.pop(0)
    return {name: make() for name, make in MADE.items()}


def _headings(page: str) -> set[str]:
    """The headings of a page that have something below them."""
    return {found[1] for found in re.finditer(r"^#+ (.+)\n+(?!#)\S", page, re.MULTILINE)}


@pytest.mark.parametrize("page", ["abilities", "commands", "errors", "settings"])
def test_each_generated_part_has_its_page(page: str, generated: dict[str, str]) -> None:
    assert page in generated
    text = (ROOT / "docs" / "reference" / f"{page}.md").read_text()
    assert f"```{{include}} ../_generated/{page}.md" in text


def test_every_error_has_its_heading(generated: dict[str, str]) -> None:
    known = {
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.OrchardError) and kind.__module__ == errors.__name__
    }
    assert known <= _headings(generated["errors"])


def test_every_ability_has_its_heading_and_its_row(generated: dict[str, str]) -> None:
    fields = set(Abilities.__struct_fields__) - {"private_messages_why"}
    assert {field.replace("_", " ") for field in fields} <= _headings(generated["abilities"])
    rows = {row.strip("| ").split(" | ")[0] for row in generated["abilities"].splitlines() if row.startswith("| ")}
    yes_or_no = {field.name for field in msgspec.structs.fields(Abilities) if field.type is Ability}
    assert len(yes_or_no) > 10
    assert {name.replace("_", " ") for name in yes_or_no} <= rows


def test_every_setting_has_its_heading(generated: dict[str, str]) -> None:
    last_words = {heading.rpartition(".")[2] for heading in _headings(generated["settings"])}
    kinds = [
        kind
        for module in (orchard, sandbox, cast)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Struct) and kind.__struct_config__.forbid_unknown_fields
    ]
    assert len(kinds) >= 10
    fields = {field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)}
    assert fields <= last_words, sorted(fields - last_words)


def test_every_command_has_its_heading(generated: dict[str, str]) -> None:
    headings = _headings(generated["commands"])
    assert {f"/{command.name}" for feature in features() for command in feature.commands} <= headings
    typed = [f"orchard-bot {_name(one)}" for one in app.registered_commands]
    typed += [f"orchard-bot db {_name(one)}" for one in db.db_app.registered_commands]
    typed += [f"orchard-bot policy {_name(one)}" for one in policy.policy_app.registered_commands]
    assert set(typed) <= headings


def _name(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.name or command.callback.__name__
