"""Every mistake in a TOML file is answered with its file, its line and what to write instead."""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from orchard_bot.errors import ConfigError
from orchard_bot.settings.toml_file import load, parse_toml, read_toml
from orchard_bot.settings.toml_lines import lines_of


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


Name = Annotated[str, Meta(pattern="^[a-z]+$", description="small letters only")]


class Box(Struct, frozen=True, kw_only=True):
    count: int
    name: Name = "a"
    size: Size | None = None
    since: date | None = None
    opens: time | None = None
    share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    label: Annotated[str, Meta(min_length=1)] = "x"
    long: Annotated[str, Meta(max_length=3)] = "x"
    tags: Annotated[tuple[Name, ...], Meta(min_length=1)] | Literal["none"] = "none"
    amounts: dict[str, int] = {}
    anything: dict[str, object] = {}
    choice: Literal["yes", "no"] | None = None


class Round(Struct, frozen=True, tag="round"):
    radius: int


class Square(Struct, frozen=True, tag="square"):
    side: int


class Shelf(Struct, frozen=True):
    title: str
    boxes: tuple[Box, ...] = ()
    best: Box | None = None
    by_room: dict[str, Box] = {}
    shape: Round | Square | None = None


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_toml(text, "shelf.toml").convert(Shelf)
    assert caught.value.file == Path("shelf.toml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "problem", "fix"),
    [
        ("title = 1", 1, "'title' is a whole number, but should be text in quotes.", "Write text in quotes."),
        ('tilte = "a"', 1, "There is no setting called 'tilte' here.", "Did you mean 'title'?"),
        ('title = "a"\n\nzzz = 1', 3, "called 'zzz'", "Use one of: best, boxes, by_room, shape, title."),
        ("# nothing", None, "The file lacks 'title'.", "Add a line: title = …"),
        ('title = "a"\n[best]\n', 2, "'best' lacks 'count'.", "Add a line: count = …"),
        ('title = "a"\n[[boxes]]\ncount = 1\n[[boxes]]\n', 4, "Entry 2 of 'boxes' lacks 'count'.", "count = …"),
        ('title = "a"\n[[boxes]]\ncount = 1\n[[boxes]]\ncount = "b"', 5, "'count' is text", "a whole number"),
        ('title = "a"\n[[boxes]]\ncount = 1\nsise = "small"', 4, "called 'sise'", "Did you mean 'size'?"),
        ('title = "a"\nboxes = [\n  {count = 1},\n  {count = 1.5},\n]', 4, "'count' is a number", "whole number"),
        ('title = "a"\nboxes = [{count=1,\n qqq=2}]', 3, "called 'qqq'", "Use one of"),
        (
            'title = "a"\n[by_room.hall]\ncount = 1\n[by_room.den]\ncount = 1\nname = "B"',
            6,
            "'name' is not",
            "small letters",
        ),
        ('title = "a"\n[best]\ncount = 1\n[best.amounts]\na = 1\n"b.c" = "x"', 6, "'b.c' is text", "whole number"),
        ('title = "a"\nbest.count = 1\nbest.size = "smal"', 3, "'size' cannot be 'smal'.", "Did you mean 'small'?"),
        ('title = "a"\n[best]\ncount = 1\nsize = "qqq"', 4, "cannot be 'qqq'", "Use one of: large, small."),
        ('title = "a"\n[best]\ncount = 1\nchoice = "qqq"', 4, "cannot be 'qqq'", "Use one of: no, yes."),
        ('title = "a"\n[best]\ncount = 1\ntags = "some"', 4, "cannot be 'some'", "Use one of: none."),
        (
            'title = "a"\n[best]\ncount = 1\ntags = [\n"a",\n"B"]',
            6,
            "Entry 2 of 'tags' is not written",
            "small letters only",
        ),
        ('title = "a"\n[best]\ncount = 1\ntags = []', 4, "'tags' should be a list in [ ], not empty.", "a list in [ ]"),
        ('title = "a"\n[best]\ncount = 1\ntags = 5', 4, "'tags' is a whole number", "text in quotes or a list"),
        ('title = "a"\n[best]\ncount = 1\nshare = 2.0', 4, "'share' should be a number at most 1.0.", "at most 1.0"),
        ('title = "a"\n[best]\ncount = 1\nlabel = ""', 4, "'label' should be text in quotes, not empty.", "not empty"),
        ('title = "a"\n[best]\ncount = 1\nlong = "long"', 4, "its length at most 3", "its length at most 3"),
        ('title = "a"\n[best]\ncount = 1\nsince = "2024-13-01"', 4, "'since' cannot be read", "a date like"),
        ('title = "a"\n[best]\ncount = 1\nopens = "nine"', 4, "'opens' cannot be read", "a time like"),
        ('title = "a"\nbest = true', 2, "'best' is true or false, but should be a table.", "Write a table."),
        ('title = "a"\nboxes = {}', 2, "'boxes' is a table, but should be a list in [ ].", "Write a list"),
        ('title = "a"\n[shape]\ntype = "round"\nradius = "far"', 4, "'radius' is text", "Write a whole number."),
        (
            'title = "a"\n[[boxes]]\ncount = 1\n[boxes.amounts]\na = 1\nb = "x"',
            6,
            "'b' is text",
            "Write a whole number.",
        ),
        ('title = "a"\nb = ', 2, "not valid TOML", "Write key = value"),
        ("title = words", 1, "not valid TOML", "Put quotes around the text"),
        ('title = """\nnever ends', 2, "not valid TOML", "Write key = value"),
        ('title = "a"\ntitle = "b"', 2, "not valid TOML", "Write key = value"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_how_to_repair_it(
    text: str, line: int | None, problem: str, fix: str
) -> None:
    error = refused(text)
    assert error.line == line
    assert problem in error.problem
    assert fix in error.fix


def test_what_is_right_becomes_a_frozen_setting() -> None:
    text = 'title = "a"\n[[boxes]]\ncount = 1\nsince = 2024-03-01\nopens = 09:30:00\nanything = {x = [1]}\ntags = ["a"]'
    box = parse_toml(text, "shelf.toml").convert(Shelf).boxes[0]
    assert (box.since, box.opens, box.anything, box.tags) == (date(2024, 3, 1), time(9, 30), {"x": [1]}, ("a",))


def test_one_part_of_a_file_can_be_read_on_its_own() -> None:
    file = parse_toml('title = "a"\n[extra.box]\ncount = 3\n', "shelf.toml")
    assert file.convert(Box, ("extra", "box")).count == 3
    assert file.value(("extra", "box", "count")) == 3
    assert file.refuse(("extra", "box", "size"), "p", fix="f").line == 2
    assert file.line_of(("nowhere",)) is None


def test_a_mistake_in_one_part_is_named_with_its_line_in_the_file() -> None:
    file = parse_toml('title = "a"\n[extra.box]\ncount = "x"\n', "shelf.toml")
    with pytest.raises(ConfigError) as caught:
        file.convert(Box, ("extra", "box"))
    assert caught.value.line == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.toml", Shelf)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "shelf.toml"
    path.write_bytes(b'title = "a"\n# \xff\n')
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        read_toml(path)
    assert caught.value.line == 2


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "shelf.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "a"\r\n\r\n[best]\r\ncount = 1\r\n')
    assert load(path, Shelf).title == "a"
    assert read_toml(path).line_of(("best", "count")) == 4


EVERYTHING = '''# first
a = 1 # a comment with = and [brackets]
"quoted key" . 'b' = "x # no comment"
text = """
line = 1
two \\""" three"""
raw = \'\'\'
[not.a.table]\'\'\'
list = [ # why
  1, "a]", [2,
  3], {k = 1, l = [true]},
]
when = 2024-03-01 10:00:00
[ t . u ]
v = 'a'
[[t.rows]]
n = 1
[t.rows.sub]
m = -1.5e3
[[t.rows]]
  [[t.rows.deep]]
  o = """x"""
'''


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (("a",), 2),
        (("quoted key", "b"), 3),
        (("text",), 4),
        (("raw",), 7),
        (("list",), 9),
        (("list", 0), 10),
        (("list", 2, 0), 10),
        (("list", 2, 1), 11),
        (("list", 3, "k"), 11),
        (("list", 3, "l", 0), 11),
        (("when",), 13),
        (("t", "u"), 14),
        (("t", "u", "v"), 15),
        (("t", "rows"), 16),
        (("t", "rows", 0), 16),
        (("t", "rows", 0, "n"), 17),
        (("t", "rows", 0, "sub", "m"), 19),
        (("t", "rows", 1), 20),
        (("t", "rows", 1, "deep", 0, "o"), 22),
    ],
)
def test_every_key_and_every_item_has_its_line(at: tuple[str | int, ...], line: int) -> None:
    assert lines_of(EVERYTHING)[at] == line


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_whatever_the_keys_and_texts_each_line_is_right(table: dict[str, str]) -> None:
    quoted = {f'"{escaped(key)}" = "{escaped(value)}"' for key, value in table.items()}
    text = "[table]\n" + "\n".join(sorted(quoted))
    file = parse_toml(text, "any.toml")
    assert dict(file.value(("table",))) == table
    for key in table:
        line = file.line_of(("table", key))
        assert line is not None
        assert f'"{escaped(key)}" =' in text.split("\n")[line - 1]


def escaped(text: str) -> str:
    return re.sub(r'[\x00-\x1f\x7f-\uffff"\\]', lambda found: f"\\u{ord(found[0]):04x}", text)
