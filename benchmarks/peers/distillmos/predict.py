"""DistillMOS: one number for a recording; its windows of 7.68 s a second apart, as it comes."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import decoded
from replies import Judge, Reply, answer

RATE = 16000


def prepare() -> Judge:
    os.environ["OMP_NUM_THREADS"] = "1"
    # It imports torchaudio only to read files, which is done here, and whose builds fit few versions of torch.
    sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    import distillmos
    import torch

    torch.set_num_threads(1)
    model = distillmos.ConvTransformerSQAModel().eval()

    def judge(path: str) -> Reply:
        with torch.inference_mode():
            return {"scores": {"mos": model(torch.from_numpy(decoded(path, RATE))[None, :]).item()}}

    return judge


if __name__ == "__main__":
    answer(prepare)
