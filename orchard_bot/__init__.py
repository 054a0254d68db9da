"""Orchard Bot: a quiet helper for class group chats, run by parents."""

__version__ = "0.1.0"
