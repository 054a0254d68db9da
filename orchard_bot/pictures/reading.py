"""Reads the text in a picture with RapidOCR: its models come in its package, and nothing is fetched.

https://rapidai.github.io/RapidOCRDocs; docs/decisions/0035 says why this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from time import process_time

import numpy as np
import rapidocr
from PIL import Image
from rapidocr.ch_ppocr_det import TextDetOutput
from rapidocr.ch_ppocr_rec import TextRecOutput
from rapidocr.utils.process_img import get_rotate_crop_image

from orchard_bot.pictures.opening import LONG

SURE = 0.6
"""How sure the engine has to be of a line, from 0 to 1."""
SHORTEST = 2
"""Characters of a line; a single one is mostly the sun or a wheel."""
MOST_CHARACTERS = 8_000
"""Of all lines together."""
ENOUGH_SECONDS = 10.0
"""Processor time after which no further line is read: of a page in small print the beginning has to do."""
_MODELS = Path(rapidocr.__file__).parent / "models"


def lines_in(pieces: Iterable[Image.Image]) -> Iterator[str]:
    """The lines in the pieces of a picture, from top to bottom. Where there is no text, nothing more is done."""
    engine, began = _engine(), process_time()
    for piece in pieces:
        pixels = np.asarray(piece)[:, :, ::-1]
        found = engine(pixels, use_det=True, use_rec=False)
        boxes = found.boxes if isinstance(found, TextDetOutput) else None
        for box in () if boxes is None else boxes:
            if process_time() - began > ENOUGH_SECONDS:
                return
            read = engine(get_rotate_crop_image(pixels, box), use_det=False, use_rec=True)
            if isinstance(read, TextRecOutput) and read.txts and read.scores[0] >= SURE:
                line = read.txts[0].strip()
                if len(line) >= SHORTEST:
                    yield line


@cache
def _engine() -> rapidocr.RapidOCR:
    one_core = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # is it upside down: screenshots are not
            "Global.use_preprocess_img": False,  # it has its size already
            "Det.limit_type": "max",
            "Det.limit_side_len": LONG,
            # With a path it never asks the network for a model, not even for one that is missing.
            "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
            **{f"EngineConfig.onnxruntime.{name}": value for name, value in one_core.items()},
        }
    )
