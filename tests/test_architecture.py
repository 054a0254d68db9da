"""The shape of the house: rings, sizes, names, and what the repository never says."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADAPTERS = sorted(folder for folder in (ROOT / "adapters").iterdir() if folder.name.startswith("orchard_"))
MODULES = sorted(
    path for source in ("orchard_bot", "adapters") for path in (ROOT / source).rglob("*.py") if path.read_text().strip()
)
# A migration is a list of tables and columns, written once and never read as a story.
READ = [path for path in MODULES if path.parent.name != "versions"]
IMPORT_CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

LONGEST_MODULE, MEDIAN_MODULE, LONGEST_FUNCTION = 400, 150, 40
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
ADAPTER_FILES = {"__init__.py", "platform.py", "settings.py"}
WIRE_FILES = {"client.py", "translate.py"}
"""What an adapter with a wire has as well. The sandbox has none: its platform is in the same process."""

# Put together from pieces, so that this file is not among what it finds.
REGISTRIES = re.compile(
    r"(?:pypi\.(?:org|python)|pythonhosted\.|npmjs\.|registry\.npm|deb\.debian|archive\.ubuntu|docker\.io|ghcr\.io|quay\.io)"
)
MACHINE_PATHS = re.compile(r"(?<![\w.:/~$}-])/(?:work|root|home|Users|opt/wheels|opt/py" + r"pi)/")
LOCK_FILE = "uv" + ".lock"
MADE_IN_ONE_PLACE = {
    "Mandate": {"orchard_bot/community/decision.py"},
    "HideCommand": {"orchard_bot/features/"},
}
"""Words that carry authority, and where alone they may be made: a file, or a folder ending in a slash."""


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _repository_files() -> Iterator[Path]:
    """Every file that is or would be committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            yield ROOT / name


def _texts() -> Iterator[tuple[str, str]]:
    for path in _repository_files():
        content = path.read_bytes()
        if b"\0" not in content and path.suffix != ".pdf":
            yield _named(path), content.decode("utf-8")


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a module with its length in lines, the docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            said = ast.get_docstring(node, clean=False) is not None
            docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if said else 0
            yield f"{_named(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1 - docstring


def _made(path: Path) -> Iterator[str]:
    """The names of the classes that a module calls."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


def test_imports_point_inwards_only() -> None:
    # In a process of its own: it switches off whatever loggers there are.
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("adapter", [folder.name for folder in ADAPTERS])
def test_each_adapter_is_under_the_import_contracts(adapter: str) -> None:
    contracts = {contract["id"]: contract for contract in IMPORT_CONTRACTS["contracts"]}
    assert adapter in IMPORT_CONTRACTS["root_packages"]
    assert adapter in contracts["core"]["forbidden_modules"]
    assert adapter in contracts["independence"]["modules"]
    own = contracts[adapter.removeprefix("orchard_")]
    assert own["source_modules"] == [adapter]
    assert own["forbidden_modules"] == ["orchard_bot.*"]
    let_in = [line.split(" -> ") for line in own["ignore_imports"]]
    setting_up = {room for importer, room in let_in if importer == f"{adapter}.setup"}
    assert setting_up <= {"orchard_bot.setting_up"}
    rooms = {room.removesuffix(".**") for importer, room in let_in if importer != f"{adapter}.setup"}
    world = {"orchard_bot.testing"} if adapter == "orchard_sandbox" else set()
    assert rooms == {"orchard_bot.chat", "orchard_bot.errors"} | world


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda folder: folder.name)
def test_each_adapter_has_the_same_files(adapter: Path) -> None:
    wanted = ADAPTER_FILES if adapter.name == "orchard_sandbox" else ADAPTER_FILES | WIRE_FILES
    assert wanted <= {path.name for path in adapter.iterdir()}


def test_adapters_is_a_source_root_and_not_a_package() -> None:
    assert not (ROOT / "adapters" / "__init__.py").exists()


@pytest.mark.parametrize("module", READ, ids=_named)
def test_no_module_is_too_long_to_read_at_a_sitting(module: Path) -> None:
    assert _lines(module) <= LONGEST_MODULE


def test_the_median_module_is_short() -> None:
    assert statistics.median(map(_lines, READ)) <= MEDIAN_MODULE


def test_no_function_is_longer_than_a_screen() -> None:
    long = [f"{name}: {length}" for path in READ for name, length in _functions(path) if length > LONGEST_FUNCTION]
    assert not long, "\n".join(long)


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = [_named(path) for path in _repository_files() if {path.stem, path.parent.name} & EMPTY_NAMES]
    assert not empty


def test_each_module_says_what_the_room_is_for() -> None:
    silent = [_named(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


@pytest.mark.parametrize("word", MADE_IN_ONE_PLACE)
def test_what_carries_authority_is_made_in_one_place(word: str) -> None:
    places = {_named(path) for path in MODULES if word in _made(path)}
    allowed = MADE_IN_ONE_PLACE[word]
    assert places, f"nobody makes a {word}: has it been renamed?"
    assert all(any(place.startswith(home) for home in allowed) for place in places), places


def test_no_file_names_a_package_registry() -> None:
    assert not [f"{name}: {found[0]}" for name, text in _texts() if (found := REGISTRIES.search(text))]


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert not [f"{name}: {found[0]}" for name, text in _texts() if (found := MACHINE_PATHS.search(text))]


def test_no_lock_file_with_addresses_is_kept() -> None:
    assert not [name for name, text in _texts() if LOCK_FILE in text or name.endswith(LOCK_FILE)]


def test_pinned_versions_hold_no_addresses_and_no_options() -> None:
    pinned = (ROOT / "constraints.txt").read_text().splitlines()
    lines = [line for line in pinned if line and not line.startswith("#")]
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.!+]+(?: ; .+)?", line)]
