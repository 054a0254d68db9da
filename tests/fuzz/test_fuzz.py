"""A few seconds of guided fuzzing with every run of the tests; for longer, see ``texts.py``."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.seeds import SEEDS

TARGET = Path(__file__).with_name("texts.py")
SECONDS = 8


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: pip install 'orchard-bot[fuzz]'")
def test_no_text_that_the_fuzzer_thinks_of_breaks_the_detectors(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / f"{number}").write_bytes(seed.encode("utf-16-le", "surrogatepass") + b"\x02\x01")
    options = [f"-max_total_time={SECONDS}", "-max_len=3000", "-timeout=10", f"-artifact_prefix={tmp_path}/", "-seed=7"]
    command = [sys.executable, str(TARGET), *options, str(corpus)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout[-3_000:] + ended.stderr[-5_000:]
    assert "Done" in ended.stderr
    assert len(list(corpus.iterdir())) > len(SEEDS), "it found nothing new, so it was not guided"
