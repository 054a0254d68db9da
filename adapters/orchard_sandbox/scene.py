"""The scene on the page: one World with its cast, what is unread on whose phone, and the reset."""

from __future__ import annotations

from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.testing.profiles import ALL
from orchard_bot.testing.sim_message import SimMessage
from orchard_bot.testing.world import World
from orchard_sandbox.cast import OPENING
from orchard_sandbox.changes import Changes
from orchard_sandbox.clock import Clock, SceneClock
from orchard_sandbox.diary import Diary
from orchard_sandbox.settings import SandboxSettings

BOT_NAME = "Orchard"


class Scene:
    """Everything that the page shows and the bot talks to. ``world`` is another object after a reset."""

    def __init__(self, account: str, settings: SandboxSettings, clock: Clock) -> None:
        self.settings, self.clock, self.changes = settings, clock, Changes()
        self.resets = 0
        self._account = account
        self._begin(settings.profile)

    def _begin(self, profile: str) -> None:
        self._time = SceneClock(self.clock)
        # Counted from the time in milliseconds: the bot remembers the ids of earlier scenes, also after a restart.
        first_id = int(self.clock.now().timestamp() * 1000)
        self.world = World(ALL[profile], self._time.now, "sandbox", self._account, BOT_NAME, first_id)
        self.diary = Diary()
        self._read: dict[tuple[str, str], set[MessageRef]] = {}
        self.group = self._furnish()
        self.world.on_change(self.changes.note)
        for each in self.settings.people:
            for pane in ("group", "private"):
                self.mark_read(each.id, pane)

    def _furnish(self) -> ChatRef:
        people, group = self.settings.people, self.settings.group
        for each in people:
            self.world.add_person(each.id, each.name, started=each.started)
        members = [each.id for each in people if each.member]
        ref = self.world.add_group(group.id, group.title, members, [each.id for each in people if each.moderator])
        if self.settings.opening_scene:
            self._tell_opening(ref)
        return ref

    def _tell_opening(self, group: ChatRef) -> None:
        present = {ref.id for ref in self.world.members(group)}
        told: dict[int, SimMessage] = {}
        for place, line in enumerate(OPENING):
            if line.person in present:
                self._time.back = line.minutes_ago
                answered = told.get(line.answers) if line.answers is not None else None
                told[place] = self.world.post(line.person, group, line.text, reply_to=answered)
        self._time.back = 0

    def reset(self) -> None:
        """Put the phones and the group back as they were. What the bot has stored is the bot's and stays."""
        self.resets += 1
        self._begin(self.world.profile.name)
        self.changes.note()

    def messages(self, person: str, pane: str) -> list[SimMessage]:
        """What this person sees in the ``group`` or the ``private`` chat, oldest first."""
        if pane == "private":
            return self.world.inbox(person)
        return self.world.transcript(self.group, person) if self.is_member(person) else []

    def is_member(self, person: str) -> bool:
        """Whether the person is in the group just now."""
        return self.world.person_ref(person) in self.world.members(self.group)

    def is_admin(self, person: str) -> bool:
        """Whether the person is an admin of the group just now."""
        ref = self.world.person_ref(person)
        return any(ref in group.admins for group in self.world.groups if group.ref == self.group)

    def unread(self, person: str, pane: str) -> int:
        """How many messages of others this person has not had on the screen."""
        me, read = self.world.person_ref(person), self._read.get((person, pane), set())
        return sum(each.author != me and each.ref not in read for each in self.messages(person, pane))

    def mark_read(self, person: str, pane: str) -> None:
        """This person has the chat on the screen."""
        self._read[person, pane] = {each.ref for each in self.messages(person, pane)}
