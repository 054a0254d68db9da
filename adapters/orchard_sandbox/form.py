"""The fields of a posted form, read with a bound on their size."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

BODY_LIMIT = 512 * 1024
"""Bytes; a form is well below that unless somebody pastes a book."""
TEXT_LIMIT = 4096
"""Characters of a message. Phones send no longer ones in one piece."""


class TooLong(ValueError):
    """More was sent than fits. The message says how much may be sent."""


class NotUnderstood(ValueError):
    """The page never sends this: an act, a fault or a platform that does not exist, or a form of another shape."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields by name; of a field sent twice, the last. Raises ``TooLong`` or ``NotUnderstood``."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_LIMIT:
            raise TooLong("That was far more than a phone can send. Nothing was sent.")
    text = body.decode("utf-8", errors="replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=40))
    except ValueError as error:
        raise NotUnderstood from error


def message_text(form: dict[str, str]) -> str:
    """What the person says: the command that was pressed, or what they typed. Raises ``TooLong``."""
    text = form.get("say") or form.get("text", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise TooLong(
            f"That message has {len(text):,} characters, and a phone sends at most {TEXT_LIMIT:,}. "
            "It was not sent; shorten it and press Send again."
        )
    return text
