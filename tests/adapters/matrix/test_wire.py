"""The first login, odd answers and dead lines: each becomes an error of ours that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from nio.crypto.attachments import encrypt_attachment

from orchard_bot.chat.events import Attachment
from orchard_bot.errors import ConfigError, Gone, NotAllowed, RateLimited, Unavailable
from orchard_matrix import MatrixPlatform
from orchard_matrix.refusals import SignedOut, mapped
from orchard_matrix.translate import EncryptedFile
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.scene import class_group
from tests.adapters.matrix.synapse import needs_synapse
from tests.adapters.matrix.uploading import uploaded


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (429, {"errcode": "M_LIMIT_EXCEEDED"}, RateLimited),
        (401, None, SignedOut),
        (403, {"errcode": "M_USER_DEACTIVATED"}, SignedOut),
        (403, {"errcode": "M_FORBIDDEN", "error": "Priya may not"}, NotAllowed),
        (404, None, Gone),
        (400, {"errcode": "M_BAD_JSON"}, NotAllowed),
        (502, "<html>", Unavailable),
    ],
)
def test_a_refusal_becomes_an_error_of_ours_without_the_servers_words(
    status: int, answer: object, error: type[Exception]
) -> None:
    found = mapped(status, answer)
    assert type(found) is error
    assert "Priya" not in str(found)


def test_how_long_to_wait_is_the_servers_to_say() -> None:
    asked = [mapped(429, {"retry_after_ms": 2500}), mapped(429, {}, "7"), mapped(429, None, "tomorrow")]
    assert [one.retry_after for one in asked if isinstance(one, RateLimited)] == [2.5, 7.0, 5.0]


def wrong_password(folder: Path) -> str:
    """A file with another password in it."""
    file = folder / "another.password"
    file.write_text("something else")
    file.chmod(0o600)
    return str(file)


@needs_synapse
async def test_a_wrong_password_is_the_operators_to_mend(tmp_path: Path) -> None:
    async with class_group(tmp_path, started=False) as scene:
        with pytest.raises(ConfigError, match="refuses this account and password"):
            await scene.another(password_file=wrong_password(tmp_path)).start()


@needs_synapse
async def test_an_encrypted_file_is_opened_and_a_changed_one_is_not(tmp_path: Path) -> None:
    async with class_group(tmp_path) as scene:
        sealed, keys = encrypt_attachment(b"Newsletter 12")
        file = EncryptedFile(uploaded(scene, sealed), keys["key"]["k"], keys["iv"], keys["hashes"]["sha256"])
        assert await scene.platform.fetch(Attachment(id=file.encoded()), 1000) == b"Newsletter 12"
        changed = EncryptedFile(uploaded(scene, sealed[::-1]), file.key, file.iv, file.hash)
        with pytest.raises(Gone, match="not what its sender encrypted"):
            await scene.platform.fetch(Attachment(id=changed.encoded()), 1000)
        scene.line.disconnect()


async def test_a_server_that_is_none_is_told_apart_from_a_refusal(tmp_path: Path) -> None:
    answers: dict[str, dict[str, str]] = {"/_matrix/client/v3/login": {}}

    async def odd(request: web.Request) -> web.Response:
        if request.path in answers:
            return web.json_response(answers[request.path])
        return web.Response(text="It works!")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", odd)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    platform = MatrixPlatform("home", settings_for(url, "@bot:localhost", tmp_path))
    with pytest.raises(Unavailable, match="could not be read"):
        await platform.start()
    answers["/_matrix/client/v3/login"] = {"user_id": "@bot:localhost", "device_id": "D", "access_token": "t"}
    with pytest.raises(Unavailable, match="could not be read"):  # it answers /sync with a page
        await platform.start()
    await runner.cleanup()
    with pytest.raises(Unavailable, match="does not answer"):
        await platform.start()
