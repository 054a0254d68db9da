"""Nothing that a detector sees can become a sanction: only a person's decision makes a mandate."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = ROOT / "orchard_bot" / "community" / "decision.py"
DEFINED = ROOT / "orchard_bot" / "chat" / "intents.py"
SOURCES = sorted(
    path
    for folder in ("orchard_bot", "adapters")
    for path in (ROOT / folder).rglob("*.py")
    if ROOT / "orchard_bot" / "testing" not in path.parents
)


def mandates_made(source: str) -> list[int]:
    """The lines where a ``Mandate`` is made: called under any name, subclassed, decoded, copied or passed on."""
    tree = ast.parse(source)
    names = _names_of(tree)
    makers = (ast.Call, ast.ClassDef, ast.Assign)
    return sorted({node.lineno for node in ast.walk(tree) if isinstance(node, makers) and _makes(node, names)})


def _names_of(tree: ast.AST) -> set[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {"Mandate"} | {
        alias.asname for each in imports for alias in each.names if alias.name == "Mandate" and alias.asname
    }


def _makes(node: ast.Call | ast.ClassDef | ast.Assign, names: set[str]) -> bool:
    match node:
        case ast.Call():
            mentioned = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
            return any(_is_mandate(each, names) for each in mentioned) or _copies(node)
        case ast.ClassDef():
            return any(_is_mandate(each, names) for each in node.bases)
        case ast.Assign():
            return _is_mandate(node.value, names)


def _is_mandate(node: ast.AST, names: set[str]) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (
        isinstance(node, ast.Attribute) and node.attr == "Mandate"
    )


def _copies(call: ast.Call) -> bool:
    """``replace(intent.mandate, moderator=…)``: a copy is a new mandate."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0] if call.args else None
    return name in {"replace", "__replace__"} and (
        (isinstance(first, ast.Attribute) and first.attr == "mandate")
        or (isinstance(first, ast.Name) and first.id == "mandate")
    )


def found_in(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for line in mandates_made(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT)}:{line}"


def test_a_mandate_is_made_by_a_persons_decision_and_nowhere_else() -> None:
    assert list(found_in([path for path in SOURCES if path != ALLOWED])) == []


def test_a_decision_does_make_one() -> None:
    assert mandates_made(ALLOWED.read_text(encoding="utf-8"))
    assert DEFINED in SOURCES


@pytest.mark.parametrize(
    "source",
    [
        "Mandate(a, b, c, d)",
        "intents.Mandate(a, b, c, d)",
        "from orchard_bot.chat.intents import Mandate as M\nM(a, b, c, d)",
        "msgspec.convert(data, Mandate)",
        "msgspec.json.decode(data, type=Mandate)",
        "partial(Mandate, moderator)",
        "make = Mandate",
        "class Forged(Mandate): ...",
        "replace(intent.mandate, moderator=other)",
        "structs.replace(mandate, case=other)",
    ],
)
def test_every_way_round_the_rule_is_noticed(source: str) -> None:
    assert mandates_made(source)


@pytest.mark.parametrize(
    "source",
    ["decision.mandate(via)", "mandate: Mandate", "def act(mandate: Mandate) -> None: ...", "replace(intent, key=key)"],
)
def test_carrying_a_mandate_on_is_no_making_of_one(source: str) -> None:
    assert mandates_made(source) == []
