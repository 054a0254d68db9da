"""Sets the thresholds of the policy and writes the report, from messages that the training has not seen.

    python training/calibrate.py           # after train.py; part of `make train`

The thresholds are as low as these limits allow: of deliberately hard innocent messages HARD, of ordinary class chat
CHAT may reach the queue; and a tenth of that may be nudged, with at least PRECISION of what is nudged being right.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
from examples import LABELS

HARD, CHAT, PRECISION = 0.04, 0.004, 0.9
WEEK = 400
"""Messages a week in a lively class of 30."""
SERIOUS = frozenset({"discrimination", "defamation", "child", "personal-data"})
POLICY = Path("config/code_of_conduct.toml")
REPORT = Path("docs/reference/detection-report.md")


def together(said: np.ndarray) -> np.ndarray:
    """What "any of them" and the likeliest clause say together."""
    return said[:, -1] + said[:, :-1].max(1) / 2


def scores(said: np.ndarray, temperature: float, offset: float) -> np.ndarray:
    """As ``encoder.OnnxMeaning.scores`` makes them."""
    likely = 1 / (1 + np.exp(-said[:, :-1]))
    any_of_them = 1 / (1 + np.exp(-(together(said) - offset) / temperature))
    return any_of_them[:, None] * likely / likely.max(1, keepdims=True)


def honest(said: np.ndarray, breach: np.ndarray) -> tuple[float, float]:
    """The temperature and the offset with which a score of 0.7 is right seven times of ten, where half are breaches."""
    heard = together(said)
    weight = np.where(breach, 0.5 / breach.mean(), 0.5 / (1 - breach.mean()))

    def loss(temperature: float, offset: float) -> float:
        likely = np.clip(1 / (1 + np.exp(-(heard - offset) / temperature)), 1e-6, 1 - 1e-6)
        return float(-np.mean(weight * np.where(breach, np.log(likely), np.log(1 - likely))))

    pairs = [(each, offset) for each in np.linspace(0.5, 6, 56) for offset in np.linspace(-4, 4, 41)]
    return min(pairs, key=lambda pair: loss(*pair))


class KeptOut:
    """What was kept out of one training, with what the encoder said of it."""

    def __init__(self, folder: Path) -> None:
        self.rows = json.loads((folder / "kept_out.json").read_text("utf-8"))
        self.said = np.load(folder / "said.npy")


def lowest(values: np.ndarray, share: float) -> float:
    """The threshold that at most ``share`` of the values reach."""
    ordered = np.sort(values)[::-1]
    allowed = int(share * len(ordered))
    return float(ordered[allowed]) + 1e-3 if allowed < len(ordered) else 0.02


def main(folders: list[Path]) -> None:
    """Thresholds into the policy, temperature into the card, figures into the report."""
    kept = [KeptOut(folder) for folder in folders]
    rows = [row for one in kept for row in one.rows]
    said = np.concatenate([one.said for one in kept])
    breach = np.array([bool(row["labels"]) for row in rows])
    chat = np.array([row["kind"] == "chat" for row in rows])
    heat, offset = honest(said[~chat], breach[~chat])
    score = scores(said, heat, offset)
    top = score.max(1)
    queue = max(lowest(top[~breach & ~chat], HARD), lowest(top[~breach & chat], CHAT))
    prompt = max(lowest(top[~breach & ~chat], HARD / 10), lowest(top[~breach & chat], CHAT / 10))
    limits = {}
    for number, label in enumerate(LABELS):
        right = np.array([label in row["labels"] for row in rows])
        mine = score[:, number]
        # Of clauses that are hard to tell, less is nudged: the threshold rises until what is left is mostly right.
        nudge = prompt
        while nudge < 0.999 and (flagged := mine >= nudge).sum() >= 5 and right[flagged].mean() < PRECISION:
            nudge += 0.005
        wrong = (~breach & chat & (mine >= queue)).sum() / max(1, (~breach & chat).sum())
        limits[label] = (round(queue, 3), round(min(nudge, 0.999), 3), wrong * WEEK)
    write_policy(limits)
    print(f"temperature {heat:.2f}, offset {offset:.2f}, queue from {queue:.3f}, nudge from {prompt:.3f}")
    figures(rows, score, chat, breach, queue, prompt)
    (folders[-1] / "calibration.json").write_text(json.dumps({"temperature": heat, "offset": offset}))


def write_policy(limits: dict[str, tuple[float, float, float]]) -> None:
    """Replace the thresholds of the heads in the policy file."""
    text = POLICY.read_text("utf-8")
    for label, (queue, nudge, week) in limits.items():
        key = "alert_at" if label in SERIOUS else "note_at"
        often = f"about {week:.1f} false alarms a week" if week >= 0.05 else "fewer than one false alarm in a term"
        text = re.sub(
            rf'(name = "meaning-{label}"\nuses = "meaning"\nclause = "{label}"\n)(?:(?:queue_at|note_at|alert_at) = .*\n)+',
            rf"\g<1>queue_at = {queue:g}  # {often}\n{key} = {nudge:g}\n",
            text,
        )
    POLICY.write_text(text, "utf-8")


def figures(
    rows: list[dict[str, object]], score: np.ndarray, chat: np.ndarray, breach: np.ndarray, queue: float, prompt: float
) -> None:
    """Print how the encoder alone does on what was kept out."""
    top = score.max(1)
    for name, group in (("hard messages", ~chat), ("class chats", chat)):
        for tier, limit in (("queue", queue), ("nudge", prompt)):
            flagged = top >= limit
            print(
                f"{name}, {tier}: recall {flagged[group & breach].mean():.3f} of {(group & breach).sum()}, "
                f"false {flagged[group & ~breach].mean():.4f} of {(group & ~breach).sum()}"
            )
    best = [LABELS[number] for number in score.argmax(1)]
    confused = Counter(
        (str(row["labels"][0]), said)  # type: ignore[index]
        for row, said, flagged in zip(rows, best, top >= queue, strict=True)
        if flagged and row["labels"] and said not in row["labels"]  # type: ignore[operator]
    )
    print("most often taken for another:", confused.most_common(12))


if __name__ == "__main__":
    import sys

    main([Path(one) for one in sys.argv[1:]] or [Path("build/training")])
