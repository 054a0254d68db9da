"""The data set as the training sees it: texts, labels, hints of the rules; and harmless changes to the texts."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchard_bot.detectors.hints import hints
from orchard_bot.detectors.reading import Reading

DATA = Path(__file__).parent / "data"
POLICY = Path(__file__).parents[1] / "config" / "code_of_conduct.toml"
LABELS = (
    *("grievance", "disrespect", "politics", "private-chat", "discrimination", "dojo", "off-topic-link", "commercial"),
    *(
        "campaign",
        "personal-appeal",
        "swearing",
        "disrepute",
        "defamation",
        "policy-challenge",
        "child",
        "personal-data",
    ),
)
FIRST_NAMES = tuple((DATA / "first_names.txt").read_text("utf-8").split())
CHAT = 2.5
"""How much an ordinary message of a chat counts: there are fewer of them here than in life."""
_NAMES = re.compile(rf"\b(?:{'|'.join(FIRST_NAMES)})\b")


@dataclass(frozen=True)
class Example:
    """One labelled message. ``kind``: ``message``, ``chat`` (part of a stream), ``development`` or ``policy``."""

    id: str
    writer: str
    kind: str
    split: str
    text: str
    labels: tuple[str, ...]
    hints: tuple[float, ...]
    weight: float = 1.0


def load_examples() -> list[Example]:
    """All of the data set, and the examples that the policy itself gives."""
    found = list(_of_the_policy())
    for name, kind in (("development.jsonl", "development"), ("messages.jsonl", "message"), ("chats.jsonl", "chat")):
        path = DATA / name
        if not path.exists():
            continue
        for line in path.read_text("utf-8").split("\n"):
            if not line:
                continue
            row = json.loads(line)
            text = str(row["text"])
            weight = CHAT if kind == "chat" and not row["labels"] else 1.0
            writer = row["id"].partition("-")[0] if kind != "development" else "development"
            labels = tuple(row["labels"])
            split = row.get("split", "train")
            found.append(Example(row["id"], writer, kind, split, text, labels, hints(Reading(text)), weight))
    return found


def _of_the_policy() -> Iterator[Example]:
    for spec in tomllib.loads(POLICY.read_text("utf-8"))["detectors"]:
        if spec.get("uses") == "meaning":
            for kind, labels in (("breach", (spec["clause"],)), ("fine", ())):
                for number, text in enumerate(spec["examples"][kind]):
                    name = f"policy-{spec['clause']}-{kind}-{number}"
                    yield Example(name, "policy", "policy", "train", text, labels, hints(Reading(text)))


def varied(text: str, order: random.Random) -> str:
    """The same message as somebody else might have typed it: other first names, other marks, a slip of the thumb."""
    if order.random() < 0.6:
        names: dict[str, str] = {}
        text = _NAMES.sub(lambda name: names.setdefault(name[0], order.choice(FIRST_NAMES)), text)
    roll = order.random()
    if roll < 0.12:
        text = re.sub(r"[.,!?’']", "", text)
    elif roll < 0.2:
        text = text.rstrip(".! ") + order.choice(["", "!", "!!", " x", " xx", "...", " 😊", " tbh", " lol"])
    if order.random() < 0.15 and len(text) > 12:
        at = order.randrange(1, len(text) - 1)
        if text[at].isalpha():
            text = (
                text[:at]
                + (text[at + 1] + text[at] if order.random() < 0.5 else "")
                + text[at + 1 + (order.random() < 0.5) :]
            )
    return text
