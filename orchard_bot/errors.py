"""Every error of ours, so that whoever catches one knows what to do about it.

    OrchardError
    ├── ConfigError            a file the operator wrote: names file, line and fix
    ├── MissingExtra           an adapter is asked for whose libraries are not installed
    ├── DamagedWeights         a file of the detectors' weights is not as it was shipped
    ├── MalformedRef           a string that is not one of our references
    ├── PlatformError          what a chat platform answered
    │   ├── RateLimited        wait, then try again
    │   ├── NotReachable       the person has not opened a private chat with the bot
    │   ├── NotAllowed         the bot lacks a right in this chat
    │   ├── Gone               the message, person or chat is no longer there
    │   └── Unavailable        no answer, or a fault on their side: try again
    ├── StorageError           the database refused
    │   ├── StorageFull        no room on the disk
    │   ├── StorageBusy        somebody else holds the database file
    │   ├── KeyMissing         what is sealed cannot be opened
    │   └── SchemaTooNew       the file was written by a newer version
    ├── NotOpen                a case or choice that has already been settled
    ├── NotYours               a person without the authority for this
    └── PrivacyBreach          something private was on its way to a group; it was stopped

An error's docstring says what to do. Messages never hold chat text, names or numbers.
"""

from __future__ import annotations

from pathlib import Path


class OrchardError(Exception):
    """Something went wrong that Orchard Bot knows by name. Read the message; it says what to do."""


class ConfigError(OrchardError):
    """A configuration or policy file is wrong. Open the file at the line given and apply the fix."""

    def __init__(self, problem: str, *, fix: str, file: Path | str, line: int | None = None) -> None:
        self.problem, self.fix, self.file, self.line = problem, fix, Path(file), line
        super().__init__(problem)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.problem}\n  To fix it: {self.fix}"


class MissingExtra(OrchardError):
    """An adapter's libraries are not installed. Run the pip command in the message."""

    def __init__(self, adapter: str, missing: str) -> None:
        self.adapter, self.missing = adapter, missing
        super().__init__(
            f"The {adapter} adapter needs the Python package '{missing}', which is not installed. "
            f"Run: pip install 'orchard-bot[{adapter}]'"
        )


class DamagedWeights(OrchardError):
    """A file of the detectors' weights is not as it was shipped. Install the bot again, or run ``make train``."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} is not as it was shipped. Install orchard-bot again, or run: make train")


class MalformedRef(OrchardError):
    """A string is not a reference of ours. Write it as platform/id, for example telegram/12345."""


class PlatformError(OrchardError):
    """A chat platform did not do what it was asked. The subclasses say what to do next."""


class RateLimited(PlatformError):
    """The platform asks us to slow down. Try again after ``retry_after`` seconds."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"The platform asks us to wait {retry_after:g} seconds.")


class NotReachable(PlatformError):
    """The person has not started the bot, or has blocked it. Keep the message until they open the chat."""


class NotAllowed(PlatformError):
    """The bot lacks a right in this chat. ``orchard-bot doctor`` says which one and how to grant it."""


class Gone(PlatformError):
    """What this was about no longer exists. For a deletion this counts as success."""


class Unavailable(PlatformError):
    """The platform gave no usable answer. Try again with back-off; nothing is lost meanwhile."""


class Uncertain(Unavailable):
    """The platform may have done it: the line went dead before the answer. Look before you do it again."""


class StorageError(OrchardError):
    """The database refused. Nothing was confirmed to the platform, so nothing is lost."""


class StorageFull(StorageError):
    """The disk is full. Free some room; the bot goes on by itself, and the platform sends again."""


class StorageBusy(StorageError):
    """Another process uses this database. Stop the other bot, or give this one a database of its own."""


class KeyMissing(StorageError):
    """What is sealed in the database cannot be opened. Put its key back; the words are lost without it."""


class SchemaTooNew(StorageError):
    """The database was written by a newer Orchard Bot. Install that version, or restore a backup."""


class NotOpen(OrchardError):
    """What was to be decided has been settled already, or belongs to somebody else just now. Look again."""


class NotYours(OrchardError):
    """This person may not do this. Authority comes from the moderators' list, never from a name."""


class PrivacyBreach(OrchardError):
    """Something private was about to be said in a group. It was stopped; this is a fault of the bot."""
