"""How well and how fast the detectors judge messages, beside what others use. One run, one table.

    .venv/bin/python benchmarks/detection.py [--json] [--sms FILE]

Measured on the test split under training/data (authors, topics and chats that no training saw), on disguised strong words
with their look-alikes, and on a copy of the public SMS Spam Collection if you have one (``--sms``; a line a message,
``spam`` or ``ham``, a tab, the text). ``alt-profanity-check`` and ``better-profanity`` take part where they are installed:
``make bench-install`` puts them, and the bot, into ``build/bench-detection``.
Times are CPU time of this process, a message, as median and 99th percentile.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from time import process_time_ns
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.runtime.discovery import detectors
from orchard_bot.settings.policy import load_policy

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "training" / "data"
STRONG = ("fuck", "shit", "cunt", "bitch", "bastard", "wanker", "twat", "bollocks")
DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda word: word,
    "capitals": str.upper,
    "starred": lambda word: f"{word[0]}{'*' * (len(word) - 2)}{word[-1]}",
    "one star": lambda word: f"{word[0]}*{word[2:]}",
    "digits": lambda word: word.translate(str.maketrans("oieal", "01341")),
    "signs": lambda word: word.translate(str.maketrans("ais", "@!$")),
    "spaced": " ".join,
    "dotted": ".".join,
    "zero width": lambda word: f"{word[:2]}\u200b{word[2:]}",
    "drawn out": lambda word: f"{word[:-1]}{word[-1] * 4}",
    "Cyrillic": lambda word: word.translate(str.maketrans("aceopxyi", "асеорхуі")),
    "full width": lambda word: "".join(chr(ord(letter) + 0xFEE0) for letter in word),
}
FRAMES = (
    "What the {} is going on with the gates",
    "oh {} I forgot the PE kit",
    "{}, it's raining again",
    "this car park is {} every morning",
    "absolute {} that",
    "well {} me",
    "he is a {}",
    "{}",
    "who parked there, {}!",
    "no {} today please",
    "such a {} day",
    "honestly {} this",
)
LOOKALIKES = [
    "Trip to Scunthorpe",
    "Mrs Cockburn's class",
    "Penistone station",
    "Dickinson Road",
    "Mr Hancock is away",
    "shiitake soup",
    "the 455 bus",
    "A55 closed",
    "Essex and Sussex",
    "Shitterton",
    "Lightwater",
    "Clitheroe castle",
    "Cockfosters line",
    "Cockermouth hostel",
    "Titchmarsh",
    "blue tits",
    "great tit in the garden",
    "Moby Dick",
    "spotted dick for pudding",
    "Dick Whittington",
    "Dick and Dom",
    "Arsenal training",
    "Swansea trip",
    "bass clarinet",
    "class assembly",
    "classic car",
    "pass the glasses",
    "compass work",
    "mass at nine",
    "assess the risk",
    "assassin bug",
    "grass stains",
    "brass band",
    "Bassett family",
    "cocktail stall",
    "peacock feathers",
    "shuttlecock",
    "woodcock",
    "cockerel costume",
    "Hitchcock",
    "Babcock",
    "title page",
    "Titanic project",
    "constitution",
    "prickly hedgehog",
    "analysis",
    "canal walk",
    "Wankel engine",
    "swanky shoes",
    "Puss in Boots",
    "pussy willow",
    "Nigeria",
    "Niger river",
    "niggle",
    "snigger",
    "maine coon",
    "raccoon",
    "tycoon",
    "chink of light",
    "Offa's Dyke",
    "van Dyke",
    "faggots and peas",
    "Fagin",
    "kaffir lime",
    "Japan day",
    "Pakistan match",
    "retardant",
    "homophones",
    "Shih Tzu",
    "Fuchs",
    "Matsushita",
    "Kuntz",
    "Uppercut",
    "Wanlip",
    "Sandwich, Kent",
    "Ramsbottom",
    "Slutsk",
    "Bitchfield",
    "Twatt, Orkney",
    "Cumbria",
    "cumin",
    "document",
    "Sussex coach",
    "therapist",
    "grapes",
    "drapes",
    "Essex lions",
    "Middlesex cricket",
    "sextet",
    "sexagesimal",
    "Beaver scouts",
    "hoe the bed",
    "mishit the ball",
    "push it in",
    "wish it well",
    "cash it in",
    "hell's bells, no",
    "bloody cold",
    "damn it",
    "crap weather",
    "blooming heck",
    "flipping early",
]


class Row(NamedTuple):
    """One contender on one set. None where a share cannot be told."""

    who: str
    where: str
    recall: float | None
    false: float | None
    p50: float
    p99: float


Judge = Callable[[str], bool]


def measured(who: str, where: str, judge: Judge, breaches: Sequence[str], innocent: Sequence[str]) -> Row:
    """Judge everything once, and note the time."""
    times: list[float] = []

    def ask(text: str) -> bool:
        began = process_time_ns()
        said = judge(text)
        times.append((process_time_ns() - began) / 1000)
        return said

    for text in [*breaches, *innocent][:20]:
        judge(text)
    found, wrong = [ask(text) for text in breaches], [ask(text) for text in innocent]
    times.sort()
    share = [sum(each) / len(each) if each else None for each in (found, wrong)]
    return Row(who, where, share[0], share[1], times[len(times) // 2], times[int(len(times) * 0.99)])


def orchard(*, slow: bool, only: frozenset[str] = frozenset()) -> Judge:
    """Our own detectors, with or without the encoder; ``only``: these clauses."""
    policy = load_policy(ROOT / "config" / "code_of_conduct.toml", detectors(), examples=False)
    panel = Panel(policy.code, [one for one in policy.detectors if slow or not one.slow])

    def judge(text: str) -> bool:
        tiers = panel.tiers(panel.observe(Message(id="", text=text)))
        return bool(tiers.keys() & only if only else tiers)

    return judge


class NaiveBayes:
    """A filter as spam bots of groups have it: words counted in spam and in ham, and their odds multiplied."""

    def __init__(self, spam: Sequence[str], ham: Sequence[str]) -> None:
        self._spam, self._ham = (Counter(word for text in each for word in _words(text)) for each in (spam, ham))
        self._sizes = (sum(self._spam.values()), sum(self._ham.values()))
        self._prior = math.log(len(spam) / len(ham))
        self._kinds = len(self._spam | self._ham)

    def __call__(self, text: str) -> bool:
        odds = self._prior
        for word in _words(text):
            odds += math.log((self._spam[word] + 1) / (self._sizes[0] + self._kinds))
            odds -= math.log((self._ham[word] + 1) / (self._sizes[1] + self._kinds))
        return odds > 0


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.lower()))


def others() -> dict[str, Judge]:
    """The packages that are installed here."""
    found: dict[str, Judge] = {}
    try:
        predict = import_module("profanity_check").predict
        found["alt-profanity-check"] = lambda text: bool(predict([text])[0])
    except ImportError:
        pass
    try:
        profanity = import_module("better_profanity").profanity
        profanity.load_censor_words()
        found["better-profanity"] = profanity.contains_profanity
    except ImportError:
        pass
    return found


def _rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").split("\n") if line]


def _texts(rows: Sequence[dict[str, object]], *, breach: bool) -> list[str]:
    return [str(row["text"]) for row in rows if bool(row["labels"]) is breach]


def run(sms: Path | None) -> list[Row]:
    """All contenders on all sets."""
    messages, chats = _rows("messages.jsonl"), _rows("chats.jsonl")
    training = [row for row in [*messages, *chats] if row["split"] == "train"]
    everybody: dict[str, Judge] = {
        "orchard-bot": orchard(slow=True),
        "orchard-bot, rules only": orchard(slow=False),
        "Naive Bayes": NaiveBayes(_texts(training, breach=True), _texts(training, breach=False)),
        **others(),
    }
    sets = {
        "test messages": [row for row in messages if row["split"] == "test"],
        "test chats": [row for row in chats if row["split"] == "test"],
    }
    results = [
        measured(who, where, judge, _texts(rows, breach=True), _texts(rows, breach=False))
        for where, rows in sets.items()
        for who, judge in everybody.items()
    ]
    disguised = [frame.format(hide(word)) for hide in DISGUISES.values() for word in STRONG for frame in FRAMES]
    words = frozenset({"swearing", "discrimination"})
    for who, judge in {"orchard-bot, rules only": orchard(slow=False, only=words), **others()}.items():
        results.append(measured(who, "disguised words", judge, disguised, LOOKALIKES))
    if sms is not None:
        results.append(_sms(sms))
    return results


def _sms(path: Path) -> Row:
    pairs = [line.partition("\t") for line in path.read_text("utf-8", "replace").splitlines() if "\t" in line]
    spam, ham = ([text for kind, _, text in pairs if kind == wanted] for wanted in ("spam", "ham"))
    return measured("orchard-bot", "SMS spam, untrained on it", orchard(slow=True), spam, ham)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--sms", type=Path)
    chosen = options.parse_args()
    rows = run(chosen.sms)
    if chosen.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
        return
    table = Table("Set", "Who", "Recall", "False", "p50 µs", "p99 µs", title="Detection")
    for row in rows:
        shares = ["–" if share is None else f"{share:.1%}" for share in (row.recall, row.false)]
        table.add_row(row.where, row.who, *shares, f"{row.p50:.0f}", f"{row.p99:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
