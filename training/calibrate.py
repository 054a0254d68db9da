"""Sets the thresholds of the policy from messages that the training has not seen.

    python training/calibrate.py build/training      # after train.py; part of `make train`

The thresholds are as low as these limits allow: of ordinary class chat CHAT may reach the queue, and a tenth of that may be
nudged, with at least PRECISION of what is nudged being right. Where somebody asks about one message, HARD of the
deliberately hard innocent ones may be named.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from examples import LABELS

from orchard_bot.detectors.meaning import ABOUT_LINKS, has_link
from orchard_bot.detectors.reading import Reading

HARD, CHAT, PRECISION = 0.045, 0.003, 0.9
STEPS = np.array([*np.round(np.arange(0.5, 0.98, 0.02), 2), 0.98, 0.99, 0.995, 0.999])
"""The thresholds to choose from."""
LEAST_PROMPT = 0.9
MOST_ASKED = 0.88
"""Whoever asks hears of what is as sure as this, also under clauses whose breaches mostly show under others."""
AT_LEAST = {"policy-challenge": 0.9}
"""No threshold of these clauses is lower: an innocent example of the policy itself scores just below it."""
WEEK = 400
"""Messages a week in a lively class of 30."""
SERIOUS = frozenset({"discrimination", "defamation", "child", "personal-data"})
POLICY = Path("config/code_of_conduct.toml")


def together(said: np.ndarray) -> np.ndarray:
    """What "any of them" and the likeliest clause say together."""
    return said[:, -1] + said[:, :-1].max(1)


def scores(said: np.ndarray, temperature: float, offset: float) -> np.ndarray:
    """As ``encoder.OnnxMeaning.scores`` makes them."""
    likely = 1 / (1 + np.exp(-said[:, :-1]))
    any_of_them = 1 / (1 + np.exp(-(together(said) - offset) / temperature))
    return np.asarray(any_of_them[:, None] * likely / likely.max(1, keepdims=True))


def score_of(kept: KeptOut, temperature: float, offset: float) -> np.ndarray:
    """As ``meaning.MeaningDetector`` lets them through: the head for links has nothing to say without one."""
    score = scores(kept.said, temperature, offset)
    linked = [has_link(Reading(row["text"])) for row in kept.rows]
    score[:, LABELS.index(ABOUT_LINKS)] *= linked
    return score


def honest(said: np.ndarray, breach: np.ndarray) -> tuple[float, float]:
    """The temperature and the offset with which a score of 0.7 is right seven times of ten, where half are breaches."""
    heard = together(said)
    weight = np.where(breach, 0.5 / breach.mean(), 0.5 / (1 - breach.mean()))

    def loss(temperature: float, offset: float) -> float:
        likely = np.clip(1 / (1 + np.exp(-(heard - offset) / temperature)), 1e-6, 1 - 1e-6)
        return float(-np.mean(weight * np.where(breach, np.log(likely), np.log(1 - likely))))

    pairs = [(each, offset) for each in np.linspace(0.5, 8, 76) for offset in np.linspace(-4, 4, 41)]
    return min(pairs, key=lambda pair: loss(*pair))


class KeptOut:
    """What was kept out of one training, with what the encoder said of it. ``test``: only, or without, the test split."""

    def __init__(self, folders: list[Path], *, test: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        said = []
        for folder in folders:
            rows = json.loads((folder / "kept_out.json").read_text("utf-8"))
            wanted = [number for number, row in enumerate(rows) if (row["split"] == "test") is test]
            self.rows += [rows[number] for number in wanted]
            said.append(np.load(folder / "said.npy")[wanted])
        self.said = np.concatenate(said)
        self.breach = np.array([bool(row["labels"]) for row in self.rows])
        self.chat = np.array([row["kind"] == "chat" for row in self.rows])


class Search:
    """Lowers thresholds, one clause and one step at a time, wherever that finds most for the false alarms it costs."""

    def __init__(self, kept: KeptOut, score: np.ndarray, *, chat: float = CHAT) -> None:
        self._kept, self._score = kept, score
        self._room = {
            False: HARD * (~kept.breach & ~kept.chat).sum(),
            True: chat * (~kept.breach & kept.chat).sum(),
        }

    def thresholds(self, share: float = 1.0) -> np.ndarray:
        """One for each clause, such that only ``share`` of the room for false alarms is used."""
        levels = np.full(len(LABELS), len(STEPS) - 1)
        while True:
            moves = ((number, to) for number in range(len(LABELS)) for to in range(levels[number]))
            found = [(self._worth(levels, number, to, share), -to, number) for number, to in moves]
            worth, to, number = max(found, default=(0.0, 0, 0))
            if worth <= 0:
                return np.asarray(STEPS[levels])
            levels[number] = -to

    def _worth(self, levels: np.ndarray, number: int, to: int, share: float) -> float:
        lower = levels.copy()
        lower[number] = to
        before, after = (self._flagged(each) for each in (levels, lower))
        new, kept = after & ~before, self._kept
        if any((after & ~kept.breach & (kept.chat == chat)).sum() > share * room for chat, room in self._room.items()):
            return 0.0
        # Every step costs a little, for the false alarms that this sample does not happen to show.
        return float((new & kept.breach).sum()) / float((new & ~kept.breach).sum() + 0.5)

    def _flagged(self, levels: np.ndarray) -> np.ndarray:
        return (self._score >= STEPS[levels]).any(1)


def main(folders: list[Path]) -> None:
    """Thresholds into the policy, temperature and offset beside the weights.

    The last folder is the training that ships, which has kept out the test split alone; those before it kept out whole
    writers, and the thresholds come from them.
    """
    kept = KeptOut(folders, test=False)
    heat, offset = honest(kept.said[~kept.chat], kept.breach[~kept.chat])
    score = score_of(kept, heat, offset)
    search = Search(kept, score)
    queue, prompt = search.thresholds(), np.maximum(search.thresholds(0.1), LEAST_PROMPT)
    asked = np.minimum(queue, np.minimum(Search(kept, score, chat=1.0).thresholds(), MOST_ASKED))
    least = np.array([AT_LEAST.get(label, 0.0) for label in LABELS])
    queue, prompt, asked = (np.maximum(each, least) for each in (queue, prompt, asked))
    limits = {}
    for number, label in enumerate(LABELS):
        right = np.array([label in row["labels"] for row in kept.rows])
        mine, nudge = score[:, number], float(prompt[number])
        # Of clauses that are hard to tell, less is nudged: the threshold rises until what is left is mostly right.
        while nudge < 0.999 and (flagged := mine >= nudge).sum() and right[flagged].mean() < PRECISION:
            nudge += 0.005
        wrong = (~kept.breach & kept.chat & (mine >= queue[number])).sum() / max(1, (~kept.breach & kept.chat).sum())
        limits[label] = (float(queue[number]), float(asked[number]), round(min(nudge, 0.999), 3), float(wrong) * WEEK)
    write_policy(limits)
    (folders[-1] / "calibration.json").write_text(json.dumps({"temperature": heat, "offset": offset}))
    print(f"temperature {heat:.2f}, offset {offset:.2f}")
    test = KeptOut(folders[-1:], test=True)
    for name, each in (("to set the thresholds", kept), ("test", test)):
        figures(name, each, score_of(each, heat, offset), {"queue": queue, "nudge": prompt, "when asked": asked})


def write_policy(limits: dict[str, tuple[float, float, float, float]]) -> None:
    """Replace the thresholds of the heads in the policy file."""
    text = POLICY.read_text("utf-8")
    for label, (queue, asked, nudge, week) in limits.items():
        key = "alert_at" if label in SERIOUS else "note_at"
        often = f"about {week:.1f} false alarms a week" if week >= 0.05 else "fewer than one false alarm in a term"
        text = re.sub(
            rf'(name = "meaning-{label}"\nuses = "meaning"\nclause = "{label}"\n)(?:(?:queue_at|note_at|alert_at|asked_at) = .*\n)+',
            rf"\g<1>queue_at = {queue:g}  # {often}\n{key} = {nudge:g}\nasked_at = {asked:g}\n",
            text,
        )
    POLICY.write_text(text, "utf-8")


def figures(name: str, kept: KeptOut, score: np.ndarray, tiers: dict[str, np.ndarray]) -> None:
    """Print how the encoder alone does on what was kept out."""
    for kind, group in (("messages", ~kept.chat), ("chats", kept.chat)):
        for tier, limits in tiers.items():
            flagged = (score >= limits).any(1)
            found, wrong = flagged[group & kept.breach], flagged[group & ~kept.breach]
            print(
                f"{name}, {kind}, {tier}: recall {found.mean():.3f} of {len(found)}, false {wrong.mean():.4f} of {len(wrong)}"
            )
    best = [LABELS[number] for number in score.argmax(1)]
    flagged = (score >= tiers["queue"]).any(1)
    pairs = zip(kept.rows, best, flagged, strict=True)
    confused = Counter(
        (row["labels"][0], said) for row, said, yes in pairs if yes and row["labels"] and said not in row["labels"]
    )
    print("most often taken for another:", confused.most_common(8))


if __name__ == "__main__":
    import sys

    main([Path(one) for one in sys.argv[1:]])
