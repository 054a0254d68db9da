"""Fits the heads anew over the encoder as it ships: minutes, where training the encoder takes an hour or more.

    python training/heads.py build/heads      # then calibrate.py and export.py --heads; part of `make heads`

The heads learn from messages that the encoder has not seen. What they say of a message that helps to set the thresholds
comes from a fit without its writer. Needs no torch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from hashlib import blake2s
from pathlib import Path

import numpy as np
from examples import DATA, LABELS, Example, load_examples
from numpy.typing import NDArray

from orchard_bot.detectors.encoder import OnnxMeaning
from orchard_bot.detectors.hints import hints
from orchard_bot.detectors.reading import Reading

Table = NDArray[np.float64]

ENCODER_LEARNT_FROM = frozenset(
    (
        *("k", "m", "n", "o", "p", "q", "s3", "s4", "s5", "s6", "t5", "t6", "t7", "t8", "t9", "u1", "u2", "u3", "u4"),
        *("w1", "w2", "w4", "w5", "w6", "w7", "development", "policy"),
    )
)
"""Writers of whom the encoder that ships has seen all but the test split: it knows those messages too well to learn more."""
STEPS, RATE = 120, 0.02
KEEP = 0.01
"""How strongly the heads are held to what they were."""
FIRST: Table = (
    np.frombuffer((DATA / "first_heads.f32").read_bytes(), "<f4").reshape(len(LABELS) + 1, -1).astype(np.float64)
)
"""The heads as they were trained together with the encoder: a fit starts from these, however often it is done."""


class Fit:
    """What is to be added to the heads, learnt on features of mean 0 and spread 1 by Adam, all examples in every step."""

    def __init__(self, features: Table, wanted: Table) -> None:
        plain = features[:, :-1]
        mean, spread = plain.mean(0), plain.std(0) + 0.05
        rows = np.hstack([(plain - mean) / spread, np.ones((len(plain), 1))])
        said = features @ FIRST.T
        added = np.zeros((rows.shape[1], wanted.shape[1]))
        hold = np.full((rows.shape[1], 1), KEEP)
        hold[-1] = 0
        first, second = np.zeros_like(added), np.zeros_like(added)
        for step in range(1, STEPS + 1):
            likely = 1 / (1 + np.exp(-np.clip(said + rows @ added, -40, 40)))
            slope = rows.T @ (likely - wanted) / len(rows) + hold * added
            first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
            pace = RATE * (1 - 0.9 * step / STEPS)
            added -= pace * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        weights = added[:-1] / spread[:, None]
        self.heads: Table = FIRST + np.vstack([weights, added[-1] - mean @ weights]).T
        """A row a head, the bias last."""


def features_of(examples: Sequence[Example], store: Path) -> Table:
    """What the heads go by. The encoder's vectors stay in ``store``, so that it reads each text once."""
    meaning = OnnxMeaning.shipped()
    key = store / f"vectors-{meaning.version}.npz"
    known = dict(zip(*np.load(key).values(), strict=True)) if key.exists() else {}
    names = [blake2s(one.text.encode(), digest_size=12).hexdigest() for one in examples]
    for name, one in zip(names, examples, strict=True):
        if name not in known:
            known[name] = meaning.vector(Reading(one.text))
    np.savez(key, names=np.array(list(known)), vectors=np.array(list(known.values())))
    rows = [[*known[name], *hints(Reading(one.text)), 1.0] for name, one in zip(names, examples, strict=True)]
    return np.array(rows, np.float64)


def main(into: Path) -> None:
    """Fit, judge what was kept out, and keep both for ``calibrate.py`` and ``export.py``."""
    into.mkdir(parents=True, exist_ok=True)
    examples = [one for one in load_examples() if one.split == "test" or one.writer not in ENCODER_LEARNT_FROM]
    if all(one.split == "test" for one in examples):
        raise SystemExit(
            "There is no writer whom the encoder has not learnt from. Add one under training/data, or run make train."
        )
    features = features_of(examples, into)
    wanted = np.array([[*(label in one.labels for label in LABELS), bool(one.labels)] for one in examples], np.float64)
    writers = np.array([one.writer for one in examples])
    test = np.array([one.split == "test" for one in examples])
    said = np.zeros_like(wanted)
    for writer in np.unique(writers):
        others = (writers != writer) & ~test
        said[writers == writer] = features[writers == writer] @ Fit(features[others], wanted[others]).heads.T
    shipped = Fit(features[~test], wanted[~test]).heads
    # The test split is other topics and chats, partly of writers whom the heads know: what ships judges it.
    said[test] = features[test] @ shipped.T
    np.save(into / "said.npy", said.astype(np.float32))
    (into / "heads.f32").write_bytes(shipped.astype("<f4").tobytes())
    kept = [
        {"id": one.id, "text": one.text, "labels": one.labels, "split": one.split, "kind": one.kind} for one in examples
    ]
    (into / "kept_out.json").write_text(json.dumps(kept, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
