"""What a message is made of: its words, buttons, the message it answers, whom it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.adapters.telegram.fake import catalogue, render
from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import bad

_ACTIONS = ("url", "callback_data")
CALLBACK_DATA_BYTES = 64
MOST_BUTTONS = 100
TEXT_LIMIT = 4096

_button = catalogue.fields(text=catalogue.text, url=catalogue.text, callback_data=catalogue.text, style=catalogue.text)
_rows = catalogue.array(catalogue.array(_button))


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in the body of a request."""

    name: str
    kind: str
    data: bytes


def attached(_name: str, value: Any) -> Attached:
    """Put there by the reading of the body, never by a client."""
    if not isinstance(value, Attached):
        raise bad("fake: a file comes as a part of the form")
    return value


reply_parameters = catalogue.fields(
    message_id=catalogue.integer,
    ephemeral_message_id=catalogue.integer,
    allow_sending_without_reply=catalogue.boolean,
)

ephemeral_target = catalogue.fields(
    receiver_user_id=catalogue.integer,
    callback_query_id=catalogue.text,
    replace_callback_query_message=catalogue.boolean,
)

link_preview = catalogue.fields(
    is_disabled=catalogue.boolean,
    url=catalogue.text,
    prefer_small_media=catalogue.boolean,
    prefer_large_media=catalogue.boolean,
    show_above_text=catalogue.boolean,
)


def inline_keyboard(name: str, value: Any) -> list[list[Json]]:
    """An InlineKeyboardMarkup; empty rows fall away, as they do on Telegram."""
    markup = catalogue.fields(inline_keyboard=_rows)(name, value)
    rows: list[list[Json]] = markup.get("inline_keyboard", [])
    for button in (each for row in rows for each in row):
        _check(button)
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return [row for row in rows if row]


def _check(button: Json) -> None:
    if not button.get("text"):
        raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
    if sum(action in button for action in _ACTIONS) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= CALLBACK_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not _is_link(button["url"]):
        raise bad("BUTTON_URL_INVALID")


def _is_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "tg"} and bool(parts.netloc)


def parse_mode(name: str, value: Any) -> str:
    """The fake speaks plain text and entities only, and says so rather than showing the marks."""
    if catalogue.text(name, value):
        raise bad("fake: write plain text, without parse_mode")
    return ""


def said(p: Json) -> str:
    """The text of a message, checked; its ends are trimmed, as on Telegram. Counted in UTF-16 units."""
    words = str(p["text"])
    try:
        length = render.utf16(words)
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    if not words.strip():
        raise bad("message text is empty" if not words else "text must be non-empty")
    if length > TEXT_LIMIT:
        raise bad("message is too long")
    return words.strip()


_entity = catalogue.fields(
    type=catalogue.text,
    offset=catalogue.integer,
    length=catalogue.integer,
    url=catalogue.text,
    language=catalogue.text,
)

MESSAGE: dict[str, catalogue.Reader] = {
    "text": catalogue.text,
    "parse_mode": parse_mode,
    "entities": catalogue.array(_entity),
    "link_preview_options": link_preview,
    "reply_markup": inline_keyboard,
}
