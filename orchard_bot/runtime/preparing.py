"""Before the transaction: normalise, authorise by place, detect. Almost every message ends here.

``prepare`` is pure and fast. Where there are slow detectors, ``read_closely`` follows on a thread of its own, and a
batch is not confirmed before that: what waits there is bounded by the batches that platforms may have open.

Failure policy: a detector that raises is noted as ill and left out for this message (fails open); everything
else here cannot fail on any event that an adapter can make.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from orchard_bot.chat.events import ChatOpened, Event, MessageDeleted, MessageEdited, MessagePosted, storable
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import visible
from orchard_bot.community.code_of_conduct import Tier
from orchard_bot.community.community import Community, Watch
from orchard_bot.detectors.observation import Detector, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import FollowsThreads, Post, Thread, best_scores
from orchard_bot.features.house import House
from orchard_bot.newsletters.pasted import looks_like_newsletter
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.members import Members
from orchard_bot.runtime.passage import Passage

COMMAND_LIMIT = 32
NEWSLETTER_COMMAND = "newsletter"
REMEMBERED = 10_000
MOST_THREADS = 500
"""Chats whose last messages are remembered for detectors of threads; never their text."""
MOST_ENQUIRIES = 20
"""Groups that the platform is asked about for one person; with more than these, people come by their group's link."""


class Preparing:
    """Turns events into passages."""

    def __init__(self, house: House, detectors: Sequence[Detector], log: Log, *, sees_pictures: bool = False) -> None:
        self._house = house
        self._sees_pictures = sees_pictures
        self._gone: dict[MessageRef, None] = {}
        self._fast = tuple(one for one in detectors if not one.slow)
        self._slow = tuple(one for one in detectors if one.slow)
        self._followers = tuple(one for one in detectors if isinstance(one, FollowsThreads))
        self._threads: dict[str, Thread] = {}
        self._log = log
        self._lanes: dict[ChatRef, str] = {}
        self._asked: set[tuple[AccountRef, PersonRef]] = set()
        self.members = Members()
        self.ill: Counter[str] = Counter()
        """How often each detector failed since the start."""

    def prepare(self, event: Event) -> Passage:
        """What can be known about ``event`` without waiting."""
        if not _plain(event):
            event = storable(event)
        passage = Passage(event, self._lane(event.chat), self._house.in_chat(event.chat))
        if type(event) is MessagePosted or type(event) is MessageEdited:
            self._message(passage, event)
            passage.pictures = passage.command is None and self.reads_pictures_of(event)
        elif type(event) is ChatOpened:
            passage.enquire = bool(self.unasked(event.account, event.person))
        elif type(event) is MessageDeleted and self._sees_pictures:
            self._note_gone(event.message)
        return passage

    def unseen(self, event: Event) -> Passage:
        """The same without a look at what was said: for an event that may have ended the last run."""
        event = storable(event)
        return Passage(event, self._lane(event.chat), self._house.in_chat(event.chat))

    def reconsider(self, event: Event, only: tuple[str, ...] | None) -> Passage:
        """The same for an event that comes back from its lane: by now it has to be looked at in full."""
        passage = self.prepare(event)
        passage.only = only
        passage.ordinary = False
        return passage

    def reads_pictures_of(self, event: Event) -> bool:
        """Whether there are pictures in it that the group wants to be read, and it has not been taken back."""
        if not self._sees_pictures or not isinstance(event, MessagePosted) or event.private or not event.attachments:
            return False
        community = self._house.in_chat(event.chat)
        wanted = community is not None and community.pictures and community.watch is not Watch.OFF
        return wanted and bool(event.pictures) and event.message not in self._gone

    def pictured(self, event: Event, lane: str, only: tuple[str, ...] | None, text: str) -> Passage:
        """A passage about the text in the pictures of a message, and nothing else."""
        passage = Passage(event, lane, self._house.in_chat(event.chat), only=only, pictured=text)
        if text and isinstance(event, MessagePosted) and self.reads_pictures_of(event):
            self._look(passage, event, text)
        return passage

    def read_closely(self, passages: Sequence[Passage]) -> None:
        """What the slow detectors see in those that are ``unread``; may take milliseconds for each."""
        for passage in passages:
            if passage.unread and isinstance(passage.event, MessagePosted):
                passage.observations += self._observed(_reading(passage, passage.event.text), self._slow)

    def conclude(self, passages: Sequence[Passage]) -> None:
        """After ``read_closely``: what the messages are part of, and whether there is anything to do about them."""
        for passage in passages:
            if passage.unread and isinstance(passage.event, MessagePosted):
                passage.unread = False
                self._conclude(passage, passage.event)

    def _message(self, passage: Passage, event: MessagePosted) -> None:
        text, community = event.text, passage.community
        if text[:1] == "/" and type(event) is MessagePosted:
            passage.command, passage.args = command_of(text)
        if event.private:
            passage.enquire = bool(self.unasked(event.account, event.author))
            self._newsletter(passage, event)
            if passage.command in self._house.examining:
                passage.draft = passage.args
                self._look(passage, event, passage.args)
        elif community is not None and passage.command is None:
            if community.watch is not Watch.OFF and text:
                self._look(passage, event, text)
            else:
                passage.ordinary = self._is_ordinary(passage, event)

    def _newsletter(self, passage: Passage, event: MessagePosted) -> None:
        """A moderator sent a document or pasted a long text: it is read in the lane, where it may take a while."""
        if type(event) is not MessagePosted or not self._house.moderated_by(event.author):
            return
        if event.attachments and passage.command in (None, NEWSLETTER_COMMAND):
            passage.document = event.attachments[0]
        elif passage.command == NEWSLETTER_COMMAND:
            passage.pasted = without_command(event.text)
        elif passage.command is None and event.forwarded is None and looks_like_newsletter(event.text):
            passage.pasted = event.text
        passage.enquire = passage.enquire or passage.document is not None or bool(passage.pasted)

    def _look(self, passage: Passage, event: MessagePosted, text: str) -> None:
        passage.observations = self._observed(_reading(passage, text), self._fast)
        passage.unread = bool(self._slow)
        if not passage.unread:
            self._conclude(passage, event)

    def _conclude(self, passage: Passage, event: MessagePosted) -> None:
        if passage.draft is None and passage.pictured is None and self._followers and type(event) is MessagePosted:
            passage.observations += self._followed(passage, event)
        if passage.observations:
            passage.observations = tuple(one for one in passage.observations if self._matters(one))
        passage.ordinary = self._is_ordinary(passage, event)

    def _is_ordinary(self, passage: Passage, event: MessagePosted) -> bool:
        return (
            passage.community is not None
            and not passage.observations
            and not passage.enquire
            and passage.only is None
            and type(event) is MessagePosted
            and (event.impersonal or self._knows(passage.community, event.author))
        )

    def _observed(self, reading: Reading, detectors: Sequence[Detector]) -> tuple[Observation, ...]:
        found: list[Observation] = []
        for detector in detectors:
            try:
                found.extend(detector.observe(reading))
            except Exception as error:
                self._note_ill(detector, error)
        return tuple(found)

    def _followed(self, passage: Passage, event: MessagePosted) -> tuple[Observation, ...]:
        thread = self._thread(passage.lane)
        answered = event.reply_to.message if event.reply_to else None
        thread.add(
            Post(
                key=str(event.message),
                author=str(event.author),
                at=event.at,
                length=len(event.text),
                answers=str(answered) if answered else None,
                scores=best_scores(passage.observations),
            )
        )
        found: list[Observation] = []
        for follower in self._followers:
            try:
                found.extend(follower.follow(thread))
            except Exception as error:
                self._note_ill(follower, error)
        return tuple(found)

    def _thread(self, lane: str) -> Thread:
        if lane not in self._threads:
            if len(self._threads) >= MOST_THREADS:
                del self._threads[next(iter(self._threads))]
            self._threads[lane] = Thread()
        return self._threads[lane]

    def _note_gone(self, message: MessageRef) -> None:
        if len(self._gone) >= REMEMBERED:
            self._gone.clear()
        self._gone[message] = None

    def _note_ill(self, detector: Detector, error: Exception) -> None:
        self.ill[detector.name] += 1
        self._log.fault("detector failed", error, detector=detector.name)

    def _matters(self, observation: Observation) -> bool:
        spec = self._house.code.detector(observation.detector)
        return spec is not None and spec.tier(observation.score) is not Tier.NOTHING

    def _knows(self, community: Community, person: PersonRef) -> bool:
        return community.id in self.members.of(person)

    def unasked(self, account: AccountRef, person: PersonRef) -> list[Community]:
        """Groups of this account to ask the platform about: is this person in them? Each person once in a run.

        Somebody known in one group may be a member of another, and a report must reach the moderators of the right one.
        """
        if (account, person) in self._asked:
            return []
        known = self.members.of(person)
        return [one for one in self._house.served_by(account)[:MOST_ENQUIRIES] if one.id not in known]

    def asked(self, account: AccountRef, person: PersonRef) -> None:
        """The platform has been asked about this person."""
        if len(self._asked) >= REMEMBERED:
            self._asked.clear()
        self._asked.add((account, person))

    def _lane(self, chat: ChatRef) -> str:
        lane = self._lanes.get(chat)
        if lane is None:
            if len(self._lanes) >= REMEMBERED:
                self._lanes.clear()
            lane = self._lanes[chat] = str(chat)
        return lane


def _reading(passage: Passage, text: str) -> Reading:
    """What the detectors are to look at: what is in the pictures, a draft, or what was written."""
    if passage.pictured is not None:
        return Reading(passage.pictured, picture=True)
    return Reading(text if passage.draft is None else passage.draft)


def _plain(event: Event) -> bool:
    """Whether this is a message in plain ASCII, as most are: then nothing in it needs a second look."""
    return (
        isinstance(event, MessagePosted)
        and event.text.isascii()
        and event.author_name.isascii()
        and event.reply_to is None
        and event.forwarded is None
        and not event.attachments
    )


def without_command(text: str) -> str:
    """What stands behind the command, with its lines as they are."""
    return text.split(maxsplit=1)[1] if len(text.split(maxsplit=1)) > 1 else ""


def command_of(text: str) -> tuple[str | None, str]:
    """``/Report@OrchardBot K7Q2`` as ``("report", "K7Q2")``; no command: ``(None, "")``."""
    first, _, rest = visible(text[:4000]).partition(" ")
    head, _, tail = first.partition("\n")
    name = head[1:].partition("@")[0].lower()
    if not name.replace("_", "").isalnum() or len(name) > COMMAND_LIMIT:
        return None, ""
    return name, f"{tail} {rest}".strip()
