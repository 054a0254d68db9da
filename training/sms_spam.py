"""How the same encoder and the same training do on a public set: the SMS Spam Collection, if you have a copy of it.

    PYTHONPATH=training:. .venv/.training/bin/python training/sms_spam.py SMSSpamCollection [--json] [--folds 5]

A line a message: ``spam`` or ``ham``, a tab, the text. Doubles are left out. Each of five folds is judged by a training that has
not seen it (8 minutes of one core a fold), and has a threshold of its own; ``--folds 1`` is content with the first. Beside it, on
the same folds: a multinomial Naive Bayes over words, as group bots use it. Nothing of this ships. (T. Almeida, J. M. Gómez Hidalgo, A. Yamakami: Contributions to the Study of
SMS Spam Filtering, DocEng 2011.)
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from examples import Example
from train import judged, train, word_pieces

from orchard_bot.detectors.hints import hints
from orchard_bot.detectors.reading import Reading

FOLDS, SEED = 5, 7
FALSE = 0.005
"""The share of ordinary messages that may be taken for spam."""


def messages(path: Path) -> list[Example]:
    """Each text once, in an order that has nothing to do with the file's."""
    pairs = (line.partition("\t") for line in path.read_text("utf-8", "replace").split("\n"))
    kinds = {text.strip(): kind for kind, tab, text in pairs if tab and kind in {"ham", "spam"}}
    found = [
        Example(str(number), "sms", "message", "", text, ("commercial",) * (kind == "spam"), hints(Reading(text)))
        for number, (text, kind) in enumerate(kinds.items())
    ]
    random.Random(SEED).shuffle(found)
    return found


def naive_bayes(given: Sequence[Example], asked: Sequence[Example]) -> list[float]:
    """The log odds of spam for each one asked for."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for one in given:
        counts[bool(one.labels)].update(words(one.text))
    known = len(counts[0] | counts[1])
    totals = [count.total() + known for count in counts]
    prior = math.log(sum(bool(one.labels) for one in given) / sum(not one.labels for one in given))

    def odds(word: str) -> float:
        return math.log((counts[1][word] + 1) / totals[1]) - math.log((counts[0][word] + 1) / totals[0])

    return [prior + sum(map(odds, words(one.text))) for one in asked]


def words(text: str) -> list[str]:
    """Words, numbers and signs."""
    return re.findall(r"\w+|[£$%!?]", text.lower())


def recall(said: np.ndarray, spam: np.ndarray) -> float:
    """The share of spam found where ``FALSE`` of the rest is taken for spam too."""
    ordinary = np.sort(said[~spam])[::-1]
    return float((said[spam] > ordinary[int(FALSE * len(ordinary))]).mean())


def main() -> None:
    """Train once a fold and print the means."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    options.add_argument("--json", action="store_true")
    options.add_argument("--folds", type=int, choices=range(1, FOLDS + 1), default=FOLDS)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    pieces = word_pieces()
    examples = messages(chosen.file)
    ours, bayes = [], []
    for fold in range(chosen.folds):
        asked = examples[fold::FOLDS]
        given = [one for place, one in enumerate(examples) if place % FOLDS != fold]
        spam = np.array([bool(one.labels) for one in asked])
        ours.append(recall(judged(train(given, pieces), asked, pieces)[:, -1], spam))
        bayes.append(recall(np.array(naive_bayes(given, asked)), spam))
    spam_count = sum(bool(one.labels) for one in examples)
    rows = {"messages": len(examples), "spam": spam_count, "false": FALSE, "orchard-bot": ours, "Naive Bayes": bayes}
    if chosen.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{len(examples)} messages, {spam_count} of them spam; found at {FALSE:.1%} false alarms:")
    for name, found in (("orchard-bot, trained on it", ours), ("Naive Bayes", bayes)):
        print(f"{name:28}{np.mean(found):7.1%}   (folds: {', '.join(f'{one:.1%}' for one in found)})")


if __name__ == "__main__":
    main()
