"""The text in a picture is read in a process with tied hands; whatever the file is, the answer comes in bounded time."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Iterator
from time import monotonic

import pytest
from PIL import Image

from orchard_bot.pictures import opening, reading, work, worker
from orchard_bot.pictures.opening import LONG, MOST_PIECES, SHORT, pieces
from orchard_bot.pictures.work import PictureText, Unseen
from orchard_bot.pictures.worker import LIMITS, answer
from orchard_bot.runtime import picture_reader
from orchard_bot.runtime.picture_reader import MOST_BYTES, PictureReader
from tests.pictures.drawing import animated, claiming, dojo_message, jpeg, meadow, notice, png, saved


async def test_the_lines_of_a_screenshot_come_from_top_to_bottom() -> None:
    found = await PictureReader().read(dojo_message())
    assert found.unseen is None
    assert found.lines[:3] == ("ClassDojo", "Messages", "Mrs Webb")
    assert found.text.count("Hi Sarah, just between us, Leo had") == 1
    assert found.lines[-1] == "15:42"


async def test_a_photo_without_a_word_says_nothing() -> None:
    assert await PictureReader().read(meadow()) == PictureText()


async def test_of_an_animation_the_first_frame_is_read() -> None:
    assert (await PictureReader().read(animated(notice("Lost: one blue coat")))).text == "Lost: one blue coat"


BOMB = claiming(60_000, 60_000)
TEXT_BOMB = claiming(100, 100, b"\0" * 30_100, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100_000_000)))
LARGE = png(Image.new("1", (10_000, 10_000)))
NO_GOOD = {
    "nothing": (b"", Unseen.BROKEN),
    "words": (b"I am no picture" * 99, Unseen.BROKEN),
    "a drawing": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Unseen.BROKEN),
    "another kind": (saved(Image.new("RGB", (90, 90)), "TIFF"), Unseen.BROKEN),
    "half a PNG": (dojo_message()[:9_000], Unseen.BROKEN),
    "half a JPEG": (jpeg(dojo_message())[:9_000], Unseen.BROKEN),
    "a bomb": (BOMB, Unseen.BROKEN),
    "a bomb in its words": (TEXT_BOMB, Unseen.BROKEN),
    "100 megapixels": (LARGE, Unseen.TOO_LARGE),
    "one pixel": (png(Image.new("RGB", (1, 1))), None),
}


@pytest.mark.parametrize(("data", "unseen"), NO_GOOD.values(), ids=NO_GOOD.keys())
async def test_a_file_that_is_no_good_is_an_answer_and_no_error(data: bytes, unseen: Unseen | None) -> None:
    began = monotonic()
    assert await PictureReader().read(data) == PictureText(unseen=unseen)
    assert monotonic() - began < picture_reader.WALL_SECONDS / 2


async def test_a_photo_of_100_megapixels_is_made_small_on_the_way() -> None:
    assert (await PictureReader().read(saved(Image.new("RGB", (10_000, 10_000)), "JPEG"))).unseen is None


async def test_what_takes_too_long_is_given_up_on() -> None:
    assert (await PictureReader(wall_seconds=0.01).read(meadow())).unseen is Unseen.TOO_SLOW


@pytest.mark.parametrize("module", ["this", "no_such_module"])
async def test_a_process_that_answers_nothing_sensible_is_no_answer(module: str) -> None:
    assert (await PictureReader(worker=module).read(meadow())).unseen is Unseen.TOO_SLOW


async def test_what_is_too_large_is_not_even_handed_over() -> None:
    assert (await PictureReader().read(b"x" * (MOST_BYTES + 1))).unseen is Unseen.TOO_LARGE


async def test_without_the_libraries_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    assert not PictureReader().able
    assert (await PictureReader().read(meadow())).unseen is Unseen.NOT_INSTALLED


@pytest.mark.parametrize(
    "does",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "open('picture.png', 'wb')",
    ],
)
def test_the_process_may_not_do_what_a_picture_might_want(does: str) -> None:
    program = f"from orchard_bot.pictures.worker import LIMITS, tie_hands\ntie_hands(LIMITS)\n{does}"
    ended = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr
    assert LIMITS.cpu_seconds < picture_reader.WALL_SECONDS


@pytest.mark.parametrize(
    ("error", "unseen"),
    [
        (MemoryError(), Unseen.TOO_SLOW),
        (ModuleNotFoundError(), Unseen.NOT_INSTALLED),
        (RuntimeError("private words"), Unseen.BROKEN),
    ],
)
def test_every_error_in_the_process_becomes_an_answer(
    error: Exception, unseen: Unseen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> Iterator[str]:
        raise error

    monkeypatch.setattr(reading, "lines_in", fail)
    assert answer(meadow()) == PictureText(unseen=unseen)


def test_where_pillow_is_missing_that_is_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orchard_bot.pictures.opening", None)
    assert answer(meadow()).unseen is Unseen.NOT_INSTALLED


def test_the_same_words_read_in_this_process() -> None:
    assert answer(notice("Toy sale", "Saturday at two")).lines == ("Toy sale", "Saturday at two")


def test_a_page_without_end_is_read_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH_SECONDS", -1.0)
    assert answer(notice("Toy sale")).lines == ()
    assert worker._some_of(["one", "two", "one", "three"], 16) == ("one", "two")


def test_a_screen_stays_one_piece_and_a_strip_is_cut_with_an_overlap() -> None:
    (screen,) = pieces(png(Image.new("RGB", (1080, 2340))))
    assert screen.size == (SHORT, 1560)
    strip = list(pieces(png(Image.new("RGB", (720, 9_000)))))
    assert [piece.size for piece in strip] == [(720, LONG)] * MOST_PIECES
    assert [piece.size for piece in pieces(png(Image.new("RGB", (1_700, 300))))] == [(LONG, 300), (160, 300)]


def test_what_is_clear_is_white_and_a_turned_photo_is_turned_back() -> None:
    (clear,) = pieces(png(Image.new("RGBA", (50, 60), (0, 0, 0, 0))))
    assert clear.getpixel((9, 9)) == (255, 255, 255)
    turned = Image.Exif()
    turned[0x0112] = 6
    (photo,) = pieces(saved(Image.new("RGB", (60, 40)), "JPEG", exif=turned))
    assert photo.size == (40, 60)
    assert not list(opening.pieces(png(Image.new("RGB", (10, 900)))))
