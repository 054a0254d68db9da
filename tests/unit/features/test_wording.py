"""What the bot says and what the code asks it to say are the same, and all of it is said as we would to a neighbour."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomli

from orchard_bot.settings.wording import DEFAULT

CODE = DEFAULT.parent
SECTIONS: dict[str, dict[str, str]] = tomli.loads(DEFAULT.read_text(encoding="utf-8"))
PUBLIC, PRIVATE = SECTIONS["public"], SECTIONS["private"]
SECTION_OF = {"public": PUBLIC, "private": PRIVATE, "label": PRIVATE}
ENTRIES = [pytest.param(key, text, id=key) for section in (PUBLIC, PRIVATE) for key, text in section.items()]

FOR_THE_SCHOOL = re.compile(
    r"\bthe school (?:says|wants|asks|expects|warns|requires|insists|will)\b|\bon behalf of the school\b", re.IGNORECASE
)
THREATS = re.compile(
    r"\b(?:you must|you have to|or else|consequences|banned?|final warning|violat\w+|offence)\b", re.IGNORECASE
)
ASKS_FOR_ANSWER = re.compile(
    r"\?|\b(?:please|do) (?:reply|answer|respond|react|tell|confirm)|\blet (?:me|us) know", re.IGNORECASE
)

PART = "[a-z0-9.-]*"
"""What stands for a part of a key that is filled in."""


@dataclass(frozen=True)
class Use:
    """A place in the code that says something. ``keys`` are patterns; none: the key is worked out elsewhere."""

    where: str
    kind: str
    keys: tuple[str, ...]
    fields: frozenset[str]
    more_fields: bool

    def matches(self) -> list[str]:
        section = SECTION_OF[self.kind]
        return [key for key in section if any(re.fullmatch(pattern, key) for pattern in self.keys)]


class Module(ast.NodeVisitor):
    """All uses in one module, and its strings, for keys that reach a call by way of a variable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.uses: list[Use] = []
        self.strings: set[str] = set()
        self._function: ast.AST = ast.Module([], [])
        self.visit(ast.parse(path.read_text(encoding="utf-8")))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer, self._function = self._function, node
        self.generic_visit(node)
        self._function = outer

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.strings.add(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(attr="private" | "public" | "label" as kind, value=said_by) if _is_wording(said_by):
                names = frozenset(each.arg for each in node.keywords if each.arg)
                more = any(each.arg is None for each in node.keywords)
                self._use(node, kind, node.args[0], names, more=more)
            case ast.Name(id="Command"):
                for each in node.keywords:
                    if each.arg == "summary":
                        self._use(node, "private", each.value, frozenset(), more=False)

    def _use(self, node: ast.Call, kind: str, key: ast.expr, names: frozenset[str], *, more: bool) -> None:
        prefix = re.escape("choice.") if kind == "label" else ""
        keys = tuple(prefix + pattern for pattern in self._patterns(key))
        self.uses.append(Use(f"{self.path.relative_to(CODE)}:{node.lineno}", kind, keys, names, more))

    def _patterns(self, key: ast.expr) -> list[str]:
        match key:
            case ast.Constant(value=str(text)):
                return [re.escape(text)]
            case ast.IfExp():
                return [*self._patterns(key.body), *self._patterns(key.orelse)]
            case ast.JoinedStr():
                return ["".join(_pattern(part) for part in key.values)]
            case ast.Name():
                return [pattern for value in self._assigned(key.id) for pattern in self._patterns(value)]
            case _:
                return []

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for node in ast.walk(self._function):
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    yield value


def _is_wording(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id.endswith("words")) or (
        isinstance(node, ast.Attribute) and node.attr.endswith("words")
    )


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else PART


def fields_of(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


MODULES = [Module(path) for path in sorted(CODE.rglob("*.py"))]
USES = [use for module in MODULES for use in module.uses]


def test_the_scan_finds_what_it_is_looking_for() -> None:
    assert len(USES) > 100
    assert sum(not use.keys for use in USES) < 10, "keys that are worked out elsewhere escape the other tests"


@pytest.mark.parametrize("use", [pytest.param(use, id=use.where) for use in USES if use.keys])
def test_every_sentence_that_is_asked_for_exists_and_gets_its_fields(use: Use) -> None:
    wanted = [fields_of(SECTION_OF[use.kind][key]) for key in use.matches()]
    for pattern in use.keys:
        assert any(re.fullmatch(pattern, key) for key in SECTION_OF[use.kind]), f"no entry matches {pattern}"
    if any(PART in pattern for pattern in use.keys):
        assert use.fields in wanted, "of the entries that it may be, none has these fields"
    elif use.more_fields:
        assert use.fields < set.union(*wanted)
    else:
        assert use.fields == set.union(*wanted)


def test_every_sentence_is_used() -> None:
    used = {key for use in USES for key in use.matches()}
    handed_on = {text for module in MODULES for text in module.strings}
    assert sorted({*PUBLIC, *PRIVATE} - used - handed_on) == []


@pytest.mark.parametrize(("key", "text"), ENTRIES)
def test_every_sentence_fits_a_phone_and_speaks_for_nobody_else(key: str, text: str) -> None:
    assert len(text) <= (40 if key.startswith("choice.") else 900)
    assert not FOR_THE_SCHOOL.search(text)
    assert not THREATS.search(text)
    assert text.count("!") <= 1
    assert not re.search(r"[*_`<>]|\]\(", text), "plain text, without markup"
    assert text == text.strip("\n"), "no blank lines around it"


@pytest.mark.parametrize(("key", "text"), [pytest.param(key, text, id=key) for key, text in PUBLIC.items()])
def test_nothing_said_in_a_group_asks_for_an_answer(key: str, text: str) -> None:
    assert not ASKS_FOR_ANSWER.search(text)


def test_labels_are_for_one_person_and_each_says_something_else_in_its_feature() -> None:
    labels = {key: text for key, text in PRIVATE.items() if key.startswith("choice.")}
    assert not any(key.startswith("choice.") for key in PUBLIC)
    told_apart = {(key.split(".")[1], text) for key, text in labels.items()}
    assert len(told_apart) == len(labels)


def test_the_sentences_stand_in_the_order_of_the_features() -> None:
    for section in (PUBLIC, PRIVATE):
        features = [key.removeprefix("choice.").split(".")[0] for key in section]
        assert features == sorted(features)
