"""The encoder on onnxruntime, and its heads: plain arrays, checked against their checksums before use.

    text → word pieces → encoder (int8) → vector ┐
    text → hints of the rules ───────────────────┴→ one linear head a clause, and one for "any of them"

A clause's score is how likely the message breaches anything, times how the clause compares with the likeliest one.
How likely it is, "any of them" and the likeliest clause say together: messages that only the one has doubts about are
mostly innocent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
import numpy as np
import onnxruntime
from msgspec import Struct
from numpy.typing import NDArray

from orchard_bot.detectors import hints
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.word_pieces import WordPieces
from orchard_bot.errors import DamagedWeights

Row = NDArray[np.float32]


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """``card.json``: what the weights are for, and what they must look like."""

    labels: tuple[str, ...]
    hints: tuple[str, ...]
    temperature: float
    offset: float
    checksums: dict[str, str]


class OnnxMeaning:
    """Scores texts; one thread of one core, and no state between texts."""

    def __init__(self, card: Card, session: onnxruntime.InferenceSession, heads: Row, pieces: WordPieces) -> None:
        self.version = card.checksums["encoder.onnx"][:8]
        self._labels = card.labels
        self._session = session
        self._heads = heads
        self._pieces = pieces
        self._temperature = card.temperature
        self._offset = card.offset

    @classmethod
    def shipped(cls) -> OnnxMeaning:
        """The weights that come with the bot. Raises ``DamagedWeights`` where a file is not what it should be."""
        folder = resources.files("orchard_bot.detectors") / "data" / "meaning"
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Traversable) -> OnnxMeaning:
        """The weights in ``folder``."""
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        files = {name: (folder / name).read_bytes() for name in card.checksums}
        for name, content in files.items():
            if sha256(content).hexdigest() != card.checksums[name]:
                raise DamagedWeights(name)
        if card.hints != tuple(hints.names()):
            raise DamagedWeights("card.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(files["encoder.onnx"], options, providers=["CPUExecutionProvider"])
        outputs = len(card.labels) + 1
        heads: Row = np.frombuffer(files["heads.f32"], "<f4").reshape(outputs, -1)
        return cls(card, session, heads, WordPieces(files["vocabulary.txt"].decode().splitlines()))

    def scores(self, reading: Reading) -> Mapping[str, float]:
        """A score from 0 to 1 for each clause."""
        said = self.outputs(reading).astype(np.float64)
        clauses, likeliest = said[:-1], float(said[:-1].max())
        together = (float(said[-1]) + likeliest - self._offset) / self._temperature
        any_of_them = float(1 / (1 + np.exp(-together)))
        likely = 1 / (1 + np.exp(-clauses))
        shares: Sequence[float] = (likely / likely.max()).tolist()
        return {label: any_of_them * share for label, share in zip(self._labels, shares, strict=True)}

    def outputs(self, reading: Reading) -> Row:
        """What the heads say before it is made a probability (logits)."""
        row = np.concatenate([self.vector(reading), np.array([*hints.hints(reading), 1.0], np.float32)])
        said: Row = self._heads @ row
        return said

    def vector(self, reading: Reading) -> Row:
        """What the encoder makes of a text, before the rules have their say."""
        numbers = np.array([self._pieces.numbers(reading.original)], np.int64)
        vector: Row = self._session.run(None, {"tokens": numbers})[0][0]
        return vector
