"""What is installed is found by its entry point; what is half installed says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchard_bot.errors import MissingExtra
from orchard_bot.runtime import discovery
from orchard_bot.runtime.discovery import TwiceInstalled

Install = Callable[[str, str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """``install(distribution, group, line)`` puts a package with one entry point beside those there are."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution: str, group: str, line: str) -> None:
        folder = tmp_path / f"{distribution}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[{group}]\n{line}\n")

    return install


def test_our_own_are_found() -> None:
    assert "sandbox" in discovery.adapters()
    assert discovery.adapter("sandbox") is not None
    assert "swearing" in discovery.detectors()
    names = [feature.name for feature in discovery.features()]
    assert {"report", "rules", "watch"} <= set(names)


def test_an_adapter_that_nobody_provides_is_none() -> None:
    assert discovery.adapter("carrier-pigeon") is None


def test_somebody_elses_feature_is_found_beside_ours(install: Install, tmp_path: Path) -> None:
    (tmp_path / "pigeon_feature.py").write_text(
        "from orchard_bot.features.feature import Feature\nFEATURE = Feature(name='pigeon')\n"
    )
    install("pigeon", "orchard_bot.features", "pigeon = pigeon_feature:FEATURE")
    assert "pigeon" in [feature.name for feature in discovery.features()]
    sys.modules.pop("pigeon_feature")


def test_an_adapter_whose_libraries_are_missing_names_the_command_that_installs_them(
    install: Install, tmp_path: Path
) -> None:
    (tmp_path / "pigeon_adapter.py").write_text("import library_for_pigeons\n")
    install("pigeon", "orchard_bot.adapters", "pigeon = pigeon_adapter:Platform")
    with pytest.raises(MissingExtra, match=r"library_for_pigeons.*pip install 'orchard-bot\[pigeon\]'"):
        discovery.adapter("pigeon")


def test_two_packages_that_provide_one_name_are_refused(install: Install) -> None:
    install("pigeon", "orchard_bot.adapters", "sandbox = pigeon_adapter:Platform")
    with pytest.raises(TwiceInstalled, match="'sandbox'"):
        discovery.adapters()


def test_one_package_that_is_seen_twice_is_one(install: Install) -> None:
    install("orchard-bot-again", "orchard_bot.adapters", "sandbox = orchard_sandbox:SandboxPlatform")
    assert "sandbox" in discovery.adapters()
