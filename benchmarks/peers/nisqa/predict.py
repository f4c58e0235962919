"""NISQA 2.0 with weights that were downloaded by somebody: MOS, and the four dimensions where they have them."""

from __future__ import annotations

import os
import sys
import tempfile
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import decoded
from replies import Judge, Reply, answer

RATE = 48000
SCORES = {"mos_pred": "mos", "noi_pred": "noise", "dis_pred": "discontinuity", "col_pred": "coloration"}


def prepare() -> Judge:
    import torch
    from nisqa import NISQA_lib
    from nisqa.NISQA_model import nisqaModel

    torch.set_num_threads(1)
    settings = {"mode": "predict_file", "pretrained_model": os.path.abspath(os.environ["NISQA_WEIGHTS"])}
    settings |= {"deg": "none.wav", "output_dir": None, "ms_channel": None, "ms_max_segments": None}
    model = nisqaModel(settings | {"tr_device": "cpu", "tr_parallel": False})
    predict = NISQA_lib.predict_dim if model.args["dim"] else NISQA_lib.predict_mos

    def judge(path: str) -> Reply:
        with tempfile.TemporaryDirectory() as folder:
            model.args["deg"] = os.path.join(folder, "recording.wav")
            write_wav(path, model.args["deg"])
            model._loadDatasetsFile()
            predict(model.model, model.ds_val, 1, model.dev)
        said = model.ds_val.df.iloc[0]
        return {"scores": {name: said[column] for column, name in SCORES.items() if column in said}}

    return judge


def write_wav(path: str, to: str) -> None:
    import numpy as np

    samples = np.clip(np.round(decoded(path, RATE) * 32768.0), -32768, 32767).astype("<i2")
    with wave.open(to, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    answer(prepare)
