"""The card beside the weights, with their checksums; and heads that were fitted anew, put where they ship.

python training/card.py build/heads      # after heads.py and calibrate.py; part of `make heads`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

from examples import LABELS

from orchard_bot.detectors import hints

SHIPPED = Path("orchard_bot/detectors/data/meaning")


def write_card(calibration: Mapping[str, float], into: Path = SHIPPED) -> None:
    """For the weights that lie in ``into``."""
    names = ("encoder.onnx", "heads.f32", "vocabulary.txt")
    card = {
        "labels": LABELS,
        "hints": tuple(hints.names()),
        **{name: round(value, 4) for name, value in calibration.items()},
        "checksums": {name: sha256((into / name).read_bytes()).hexdigest() for name in names},
    }
    (into / "card.json").write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    copyfile(folder / "heads.f32", SHIPPED / "heads.f32")
    write_card(json.loads((folder / "calibration.json").read_text()))
