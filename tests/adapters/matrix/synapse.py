"""A real Synapse on this machine for the tests: SQLite, loopback, no limits, started once a process and only if asked for.

``scripts/install-synapse`` puts it into ``build/synapse``; where it is not, the tests that need it are skipped.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parents[3] / "build" / "synapse"
PYTHON = HERE / "bin" / "python"
SERVER = "localhost"
STAGEHAND = "stagehand-of-the-tests"
"""The token with which the tests act as any person, at any time of their own choosing."""
_SHARED = "registration-of-the-tests"
_PATIENCE = 90.0
_FAST = {"per_second": 100_000, "burst_count": 100_000}

needs_synapse = pytest.mark.skipif(
    not (HERE / ".version").exists(), reason="There is no Synapse here; scripts/install-synapse puts one there."
)


class Synapse:
    """One server with a database of its own, in memory-backed storage where the machine has such."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="synapse-", dir=memory if os.access(memory, os.W_OK) else None))
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=60.0, trust_env=False)
        self._process: subprocess.Popen[bytes] | None = None
        self._write_configuration()

    def start(self) -> None:
        """Run, and wait until it answers."""
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [PYTHON, "-m", "synapse.app.homeserver", "-c", self.folder / "homeserver.json"],
                stdout=output,
                stderr=output,
                cwd=self.folder,
            )
        given_up = time.monotonic() + _PATIENCE
        while time.monotonic() < given_up and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if self.http.get("/health").status_code == 200:
                    return
            time.sleep(0.1)  # noqa: TID251 - a process of the machine, not of a story
        raise AssertionError(f"Synapse does not start:\n{(self.folder / 'output').read_text()[-4000:]}")

    def kill(self) -> None:
        """End it as a power cut does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """End it, and leave nothing behind."""
        self.kill()
        self.http.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_account(self, name: str, password: str) -> str:
        """An account with a password, as an operator makes one; gives its id."""
        nonce = self.http.get("/_synapse/admin/v1/register").json()["nonce"]
        proof = hmac.new(_SHARED.encode(), f"{nonce}\0{name}\0{password}\0notadmin".encode(), hashlib.sha1)
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": proof.hexdigest()}
        answer = self.http.post("/_synapse/admin/v1/register", json=body)
        assert answer.status_code == 200, answer.text
        return f"@{name}:{SERVER}"

    def _write_configuration(self) -> None:
        stagehand = {
            "id": "stagehand",
            "as_token": STAGEHAND,
            "hs_token": "nobody-calls-back",
            "url": None,
            "sender_localpart": "stagehand",
            "rate_limited": False,
            "namespaces": {"users": [{"regex": "@.*", "exclusive": False}], "rooms": [], "aliases": []},
        }
        key = base64.b64encode(os.urandom(32)).decode().rstrip("=")
        limits = ("message", "registration", "admin_redaction", "joins_per_room", "3pid_validation")
        configuration = {
            "server_name": SERVER,
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self._file("signing.key", f"ed25519 a_test {key}\n")),
            "log_config": str(self._file("log.json", json.dumps(_LOG))),
            "pid_file": str(self.folder / "pid"),
            "registration_shared_secret": _SHARED,
            "macaroon_secret_key": "macaroons-of-the-tests",
            "form_secret": "forms-of-the-tests",
            "bcrypt_rounds": 4,
            "trusted_key_servers": [],
            "report_stats": False,
            "presence": {"enabled": False},
            "caches": {"sync_response_cache_duration": "0s"},
            "app_service_config_files": [str(self._file("stagehand.json", json.dumps(stagehand)))],
            **{f"rc_{name}": _FAST for name in limits},
            "rc_login": {"address": _FAST, "account": _FAST, "failed_attempts": _FAST},
            "rc_joins": {"local": _FAST, "remote": _FAST},
            "rc_invites": {"per_room": _FAST, "per_user": _FAST, "per_issuer": _FAST},
            "rc_room_creation": _FAST,
        }
        self._file("homeserver.json", json.dumps(configuration))  # JSON is YAML too

    def _file(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(text)
        return file


_LOG = {
    "version": 1,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
}


@cache
def synapse() -> Synapse:
    """The server of this process; it ends with the process."""
    if not (HERE / ".version").exists():
        pytest.skip("There is no Synapse here; scripts/install-synapse puts one there.")
    server = Synapse()
    atexit.register(server.close)
    server.start()
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
