"""Telegram: a bot of the Bot API, by long polling or by webhook."""

from orchard_telegram.platform import TelegramPlatform

__all__ = ["TelegramPlatform"]
