"""Reads the text in a picture with RapidOCR: its models come in its package, and nothing is fetched.

https://rapidai.github.io/RapidOCRDocs; docs/decisions/0035 says why this one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import rapidocr
from PIL import Image

from orchard_bot.pictures.opening import LONG

SURE = 0.6
"""How sure the engine has to be of a line, from 0 to 1."""
MOST_CHARACTERS = 8_000
"""Of all lines together."""
_MODELS = Path(rapidocr.__file__).parent / "models"


def lines_in(picture: Image.Image) -> list[str]:
    """The lines in one piece, from top to bottom. Where the engine finds no text, nothing more is done."""
    found = _engine()(np.asarray(picture)[:, :, ::-1])
    lines = zip(found.txts or (), found.scores or (), strict=True)
    return [str(line) for line, score in lines if score >= SURE and str(line).strip()]


@cache
def _engine() -> rapidocr.RapidOCR:
    one_core = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # is it upside down: screenshots are not
            "Global.max_side_len": LONG,
            "Det.limit_type": "max",
            "Det.limit_side_len": LONG,
            # With a path it never asks the network for a model, not even for one that is missing.
            "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
            **{f"EngineConfig.onnxruntime.{name}": value for name, value in one_core.items()},
        }
    )
