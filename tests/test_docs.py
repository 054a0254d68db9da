"""The documentation keeps up: its code runs, its data files are well formed, and what it names exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

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
