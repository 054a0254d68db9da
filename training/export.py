"""Writes what was trained as the bot ships it: the encoder as int8 ONNX, the heads as plain arrays, a card with checksums."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from shutil import copyfile

import torch
from card import SHIPPED, write_card
from examples import DATA
from onnxruntime.quantization import QuantType, quantize_dynamic
from train import Judge, trained


def export(judge: Judge, calibration: dict[str, float], into: Path = SHIPPED) -> None:
    """Write encoder.onnx, heads.f32 and card.json; vocabulary.txt is there already."""
    judge = judge.eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = Path(folder) / "encoder.onnx"
        tokens = torch.randint(1, 20_000, (1, 16))
        torch.onnx.export(
            judge.encoder,
            (tokens,),
            str(plain),
            input_names=["tokens"],
            output_names=["vector"],
            dynamic_axes={"tokens": {0: "texts", 1: "pieces"}},
            dynamo=False,
            opset_version=17,
        )
        quantize_dynamic(
            plain,
            into / "encoder.onnx",
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
        )
    heads = (
        torch.cat([judge.head.weight, judge.from_hints.weight, judge.head.bias[:, None]], 1)
        .detach()
        .numpy()
        .astype("<f4")
    )
    (into / "heads.f32").write_bytes(heads.tobytes())
    # heads.py starts from these.
    copyfile(into / "heads.f32", DATA / "first_heads.f32")
    write_card(calibration, into)


if __name__ == "__main__":
    import sys

    folder = Path(sys.argv[1])
    export(trained(folder), json.loads((folder / "calibration.json").read_text()))
