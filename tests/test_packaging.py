"""What is installed is what is in the tree: adapters, entry points, data files, and the container's recipe."""

from __future__ import annotations

import configparser
import fnmatch
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ADAPTERS = sorted(folder.name for folder in (ROOT / "adapters").iterdir() if folder.name.startswith("orchard_"))
PACKAGES: list[str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
FORCED: dict[str, str] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
"""Files that stand elsewhere in the wheel than in the tree."""
ENTRY_POINT_GROUPS = ("orchard_bot.adapters", "orchard_bot.detectors", "orchard_bot.features")


PROVIDED = {
    "orchard_bot.features": ("FEATURE", sorted((ROOT / "orchard_bot" / "features").rglob("*.py"))),
    "orchard_bot.detectors": ("build", sorted((ROOT / "orchard_bot" / "detectors").rglob("*.py"))),
}
"""By entry-point group: what a file that provides something defines, and the files that may."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked. Built without isolation, so no network is needed."""
    made = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(made)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [file] = made.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(made / "unpacked")
    return made / "unpacked"


def _tracked(*folders: str) -> set[str]:
    """The files of these folders that are or would be committed, as they are found in a wheel."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {name.removeprefix("adapters/") for name in listing.split("\0") if name and (ROOT / name).is_file()}


def _entry_points(wheel: Path) -> dict[str, dict[str, str]]:
    [file] = wheel.glob("*.dist-info/entry_points.txt")
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(file.read_text())
    return {section: dict(parser[section]) for section in parser.sections()}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_each_adapter_has_its_wheel_line_its_extra_and_its_entry_point(adapter: str) -> None:
    name = adapter.removeprefix("orchard_")
    assert f"adapters/{adapter}" in PACKAGES
    assert name in PYPROJECT["project"]["optional-dependencies"]
    assert PYPROJECT["project"]["entry-points"]["orchard_bot.adapters"][name].startswith(f"{adapter}:")


def test_no_wheel_line_outlives_its_folder() -> None:
    assert {Path(package).name for package in PACKAGES} == {"orchard_bot", *ADAPTERS}


def test_the_wheel_holds_every_file_of_the_packages_under_its_own_name(wheel: Path) -> None:
    packed = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    inside = {name for name in packed if ".dist-info/" not in name}
    assert inside == _tracked(*PACKAGES) | set(FORCED.values())


def test_the_wheel_brings_the_policy_that_init_writes(wheel: Path) -> None:
    packed = wheel / "orchard_bot" / "defaults" / "code_of_conduct.toml"
    assert packed.read_bytes() == (ROOT / "config" / "code_of_conduct.toml").read_bytes()


def test_the_wheel_says_that_it_is_typed_and_under_which_licence(wheel: Path) -> None:
    assert (wheel / "orchard_bot" / "py.typed").is_file()
    assert list(wheel.glob("*.dist-info/licenses/LICENSE"))


def test_everything_that_an_entry_point_names_can_be_imported_from_the_wheel(wheel: Path) -> None:
    points = _entry_points(wheel)
    targets = [
        target for group in (*ENTRY_POINT_GROUPS, "console_scripts") for target in points.get(group, {}).values()
    ]
    assert targets
    program = (
        "import importlib, pathlib, sys\n"
        "home = pathlib.Path(sys.argv[1]).resolve()\n"
        "sys.path.insert(0, str(home))\n"
        "for target in sys.argv[2:]:\n"
        "    name, _, attribute = target.partition(':')\n"
        "    module = importlib.import_module(name)\n"
        "    assert pathlib.Path(module.__file__ or '').resolve().is_relative_to(home), module\n"
        "    assert not attribute or hasattr(module, attribute), target\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(wheel), *targets], cwd=wheel, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("group", PROVIDED)
def test_every_feature_and_detector_has_its_entry_point(group: str) -> None:
    word, files = PROVIDED[group]
    provides = re.compile(rf"^(?:def )?{word}\b", re.MULTILINE)
    modules = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    offered = {f"{modules[path]}:{word}" for path in files if provides.search(path.read_text())}
    assert offered == set(PYPROJECT["project"]["entry-points"][group].values())


def test_a_feature_goes_by_its_own_name() -> None:
    for name, target in PYPROJECT["project"]["entry-points"]["orchard_bot.features"].items():
        module, _, attribute = target.partition(":")
        assert getattr(importlib.import_module(module), attribute).name == name


def test_every_library_has_a_pinned_version() -> None:
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower() for line in wanted} - {"orchard-bot"}
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    assert names <= pinned, f"run `make lock`: {sorted(names - pinned)}"


def test_everything_the_image_copies_exists_and_reaches_the_builder() -> None:
    """``.dockerignore`` shuts everything out and lets single names in again."""
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert copied
    assert not [source for source in copied if not (ROOT / source).exists()]
    assert not [source for source in copied if not any(fnmatch.fnmatch(source, name) for name in let_in)]


def test_the_image_gets_all_that_the_wheel_is_built_from() -> None:
    copied = set(
        " ".join(re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)).split()
    )
    sources = {path.split("/")[0] for path in (*PACKAGES, *FORCED)}
    assert {PYPROJECT["project"]["readme"], *PYPROJECT["project"]["license-files"], *sources} <= copied


def test_the_image_runs_as_nobody_in_particular() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    last_stage = recipe[recipe.rindex("FROM ") :]
    assert re.search(r"useradd --uid 10001", last_stage)
    assert last_stage.index("USER orchard") < last_stage.index("ENTRYPOINT")
