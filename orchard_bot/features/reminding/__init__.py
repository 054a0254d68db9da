"""Reminders from the newsletter: drafted by a moderator, posted on time."""
