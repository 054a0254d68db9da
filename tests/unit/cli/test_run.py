"""``orchard-bot run`` in a process of its own: it starts, answers, stops when told, and refuses in plain sentences."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.unit.cli.conftest import CONFIG, POLICY

ORCHARD = (sys.executable, "-c", "from orchard_bot.cli import app; app()")
SECONDS = 60


@contextmanager
def started(config: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The bot, running, with the address that it announced."""
    process = subprocess.Popen(
        [*ORCHARD, "run", "--config", str(config), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "Orchard Bot is running. Open http://" in line, line + process.communicate(timeout=SECONDS)[1]
        yield process, line.split("Open ")[1].split(" ")[0]
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


def refused(config: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The bot is started and has to say no."""
    return subprocess.run(
        [*ORCHARD, "run", "--config", str(config)],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**clean_environment(), **environment},
    )


def clean_environment() -> dict[str, str]:
    """Without what a developer's shell may have set."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ORCHARD_", "COV_"))}


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops_in_good_order(config: Path, port: int, sent: signal.Signals) -> None:
    with started(config) as (process, address):
        assert address == f"http://127.0.0.1:{port}"
        with urlopen(f"{address}/healthz", timeout=SECONDS) as answer:
            assert answer.status == 200
            assert json.load(answer)["status"] == "ok"
        process.send_signal(sent)
        _, log = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert "Traceback" not in log
        assert json.loads(log.splitlines()[-1])["event"] == "stopped"


def test_it_starts_again_where_it_was_killed(config: Path) -> None:
    with started(config) as (process, _):
        process.kill()
        process.wait(SECONDS)
    with started(config) as (process, _):
        process.terminate()
        _, log = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert "did not stop in good order" in log


def test_a_port_that_is_taken_is_said_plainly(config: Path, port: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        result = refused(config)
    assert result.returncode == 1
    assert f"127.0.0.1:{port}" in result.stderr
    assert "change host or port under [web]" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_another_bot_uses_is_said_plainly(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(CONFIG.format(policy=POLICY, port=0), encoding="utf-8")
    with started(config):
        result = refused(other)
    assert result.returncode == 1
    assert "Another Orchard Bot is using" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_configuration_is_exit_code_2_with_file_line_and_fix(config: Path) -> None:
    config.write_text(config.read_text("utf-8").replace("[web]\n", "[web]\nhots = 1\n"), encoding="utf-8")
    line = config.read_text("utf-8").splitlines().index("hots = 1") + 1
    result = refused(config)
    assert result.returncode == 2
    assert f"{config}:{line}: " in result.stderr
    assert "To fix it: Did you mean 'host'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_adapter_without_its_libraries_names_the_pip_command(config: Path, tmp_path: Path) -> None:
    """Another package brings an adapter whose library is not there."""
    site = tmp_path / "site"
    info = site / "orchard_pigeon-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: orchard-pigeon\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[orchard_bot.adapters]\npigeon = orchard_pigeon:Pigeon\n")
    (site / "orchard_pigeon.py").write_text("import coo_coo\n")
    config.write_text(config.read_text("utf-8").replace("sandbox", "pigeon"), encoding="utf-8")
    result = refused(config, PYTHONPATH=str(site))
    assert result.returncode == 1
    assert "needs the Python package 'coo_coo'" in result.stderr
    assert "pip install 'orchard-bot[pigeon]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_pages_can_be_put_elsewhere_for_one_run(config: Path) -> None:
    with started(config, "--host", "localhost") as (_, address):
        assert address.startswith("http://localhost:")
