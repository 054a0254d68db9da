"""Choices as buttons below a message: https://core.telegram.org/bots/api#inlinekeyboardmarkup."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from orchard_bot.chat.intents import Choice

SHORT = 14
"""Labels of up to so many characters fit two in a row on a small phone."""


def keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """One below the other; two in a row where all labels are short. None where there is nothing to choose.

    A button carries the choice's token, a random id of at most 24 characters: 64 bytes would fit.
    """
    if not choices:
        return None
    buttons = [InlineKeyboardButton(choice.label, callback_data=choice.token) for choice in choices]
    width = 2 if len(choices) > 2 and all(len(choice.label) <= SHORT for choice in choices) else 1
    return InlineKeyboardMarkup([buttons[at : at + width] for at in range(0, len(buttons), width)])
