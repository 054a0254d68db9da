"""Reading what a client sent: the query, JSON, urlencoded and multipart bodies."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.adapters.telegram.fake.composing import Attached
from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import bad


async def read(request: Request) -> Json:
    """All parameters. Raises ``Refused``."""
    given: Json = dict(request.query_params)
    body, kind = await request.body(), request.headers.get("content-type", "")
    if not body:
        return given
    if kind.startswith("application/json"):
        return given | _json(body)
    if kind.startswith("application/x-www-form-urlencoded"):
        return given | dict(parse_qsl(body.decode(), keep_blank_values=True))
    if kind.startswith("multipart/form-data"):
        return given | _multipart(body, kind)
    raise bad("fake: send JSON, application/x-www-form-urlencoded or multipart/form-data")


def _json(body: bytes) -> Json:
    try:
        loaded = json.loads(body)
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(loaded, dict):
        raise bad("expected a JSON object")
    return {name: value for name, value in loaded.items() if value is not None}


def _multipart(body: bytes, kind: str) -> Json:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    given: Json = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise bad("can't parse multipart/form-data")
        file = part.get_filename()
        if file is None:
            given[name] = content.decode()
        else:
            given[name] = Attached(file, part.get_content_type(), content)
    return given
