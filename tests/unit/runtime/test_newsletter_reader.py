"""Newsletters are read in a process with tied hands, and given up on when they take too long."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from orchard_bot.chat.events import Attachment
from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import AccountRef
from orchard_bot.community.community import Community, Moderator
from orchard_bot.community.newsletter import Newsletter, Refusal, Unreadable
from orchard_bot.errors import Gone, NotAllowed, OrchardError, RateLimited, Unavailable
from orchard_bot.features.house import House
from orchard_bot.newsletters import work
from orchard_bot.newsletters.reading import School
from orchard_bot.newsletters.work import Answer, Job, packed, unpacked
from orchard_bot.newsletters.worker import CPU_SECONDS, MEMORY, answer
from orchard_bot.runtime import newsletter_reader
from orchard_bot.runtime.log import silent_log
from orchard_bot.runtime.newsletter_reader import MOST_BYTES, NewsletterReader
from orchard_bot.runtime.newsletters import Newsletters
from orchard_bot.runtime.passage import Passage
from orchard_bot.testing.builders import a_group, a_person, a_private_message
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING
from orchard_bot.testing.profiles import TELEGRAM
from orchard_bot.testing.simulated_platform import SimulatedPlatform

SCHOOL = School(today=date(2026, 11, 26))
FAIR = b"Christmas fair: Friday 4 December 2026, 3pm"
DOCUMENTS = Path(__file__).parents[2] / "newsletters" / "documents"


async def test_a_document_is_read_in_another_process() -> None:
    found = (await NewsletterReader().read(FAIR, "fair.txt", SCHOOL)).newsletter
    assert found is not None
    assert [event.title for event in found.events] == ["Christmas fair"]


async def test_several_at_once_wait_for_each_other_and_all_come_back() -> None:
    reader = NewsletterReader(at_once=1)
    answers = await asyncio.gather(*(reader.read(FAIR, "fair.txt", SCHOOL) for _ in range(2)))
    assert all(each.newsletter for each in answers)


async def test_a_document_that_takes_too_long_is_given_up_on() -> None:
    reader = NewsletterReader(wall_seconds=0.01)
    assert (await reader.read(FAIR, "fair.txt", SCHOOL)).refusal is Refusal.TOO_SLOW


@pytest.mark.parametrize("module", ["this", "no_such_module"])
async def test_a_process_that_answers_nothing_sensible_is_no_answer(module: str) -> None:
    reader = NewsletterReader(worker=module)
    assert (await reader.read(FAIR * 40_000, "fair.txt", SCHOOL)).refusal is Refusal.TOO_SLOW


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsletter_reader, "MOST_ANSWER", 10)
    assert (await NewsletterReader().read(FAIR, "fair.txt", SCHOOL)).refusal is Refusal.TOO_SLOW


async def test_a_document_that_is_too_large_is_not_even_handed_over() -> None:
    assert (await NewsletterReader().read(b"x" * (MOST_BYTES + 1), "a.txt", SCHOOL)).refusal is Refusal.TOO_LARGE


async def test_without_the_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    said = await NewsletterReader().read(FAIR, "fair.txt", SCHOOL)
    assert said.refusal is Refusal.NOT_INSTALLED
    assert "orchard-bot[newsletter]" in said.says


@pytest.mark.parametrize(
    ("does", "error"),
    [
        ("bytearray(2_000_000_000)", "MemoryError"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
        ("import os; os.system('true')", "PermissionError"),
        ("open('note.txt', 'w')", "PermissionError"),
        ("import os; os.open('note.txt', os.O_CREAT)", "PermissionError"),
    ],
)
def test_the_process_may_not_do_what_a_document_might_want(does: str, error: str) -> None:
    program = f"from orchard_bot.newsletters.worker import LIMITS, tie_hands\ntie_hands(LIMITS)\n{does}"
    ended = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert error in ended.stderr


def test_the_process_may_use_so_much_and_no_more() -> None:
    program = (
        "import resource\nfrom orchard_bot.newsletters.worker import LIMITS, tie_hands\ntie_hands(LIMITS)\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[1], resource.getrlimit(resource.RLIMIT_CPU)[1])"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [str(MEMORY), str(CPU_SECONDS)]


def test_every_error_in_the_process_becomes_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    given = packed(Job(name="a.txt", kind="", school=SCHOOL), FAIR)
    assert unpacked(given)[1] == FAIR
    assert answer(given).newsletter is not None
    assert answer(packed(Job(name="a.pdf", kind="", school=SCHOOL), b"x")).refusal is Refusal.BROKEN
    for error, refusal in (
        (MemoryError(), Refusal.TOO_SLOW),
        (ModuleNotFoundError(), Refusal.NOT_INSTALLED),
        (RuntimeError("private words"), Refusal.BROKEN),
    ):

        def fail(*_: object, error: Exception = error) -> Newsletter:
            raise error

        monkeypatch.setattr("orchard_bot.newsletters.worker.read", fail)
        said = answer(given)
        assert said.refusal is refusal
        assert "private words" not in said.says


class Files(SimulatedPlatform):
    """Hands over what it was given, or fails as it was told."""

    def __init__(self, gives: bytes | OrchardError) -> None:
        self.gives = gives

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        if isinstance(self.gives, OrchardError):
            raise self.gives
        return self.gives


class Answering:
    """Reads nothing, and answers all the same."""

    def __init__(self, said: Answer) -> None:
        self.said = said

    async def read(self, data: bytes, name: str, school: School, kind: str = "") -> Answer:
        return self.said


async def look(
    gives: bytes | OrchardError | None, *, size: int | None = None, insist: bool = False, said: Answer | None = None
) -> Newsletter | Unreadable | None:
    amira = a_person("amira")
    event = a_private_message("", author=amira)
    community = Community(id="3b", name="3B", chat=a_group("3b"), moderators=(Moderator(amira, "Amira"),))
    house = House([community], None, None)  # type: ignore[arg-type] # neither policy nor wording is asked
    platforms: dict[AccountRef, Platform] = {} if gives is None else {event.account: Files(gives)}
    reader = Answering(said or Answer(refusal=Refusal.BROKEN))
    passage = Passage(event, "lane", document=Attachment(id="1", name="a.pdf", size=size))
    await Newsletters(house, reader, platforms, silent_log()).look(passage, WEDNESDAY_EVENING, insist=insist)
    return passage.newsletter


@pytest.mark.parametrize(
    ("gives", "size", "why"),
    [
        (b"words", None, Refusal.BROKEN),
        (b"words", MOST_BYTES + 1, Refusal.TOO_LARGE),
        (NotAllowed("too large"), None, Refusal.TOO_LARGE),
        (Gone("gone"), None, Refusal.UNFETCHED),
        (Unavailable("away"), None, Refusal.UNFETCHED),
        (RateLimited(3), None, Refusal.UNFETCHED),
        (None, None, Refusal.UNFETCHED),
    ],
)
async def test_a_file_that_the_platform_does_not_hand_over(
    gives: bytes | OrchardError | None, size: int | None, why: Refusal
) -> None:
    assert await look(gives, size=size) == Unreadable(why)


@pytest.mark.parametrize("error", [Unavailable("away"), RateLimited(3)])
async def test_what_may_yet_come_is_asked_for_again(error: OrchardError) -> None:
    with pytest.raises(Unavailable):
        await look(error, insist=True)


def test_telegram_hands_over_files_in_the_simulation_as_well() -> None:
    assert TELEGRAM.abilities.files
