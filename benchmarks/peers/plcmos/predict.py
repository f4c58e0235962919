"""PLCMOS v2 of speechmos: one number for a recording, fifteen random raters averaged, the same each time."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import decoded
from replies import Judge, Reply, answer

RATE = 16000


def prepare() -> Judge:
    import numpy as np
    import onnxruntime

    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
    onnxruntime.InferenceSession = partial(onnxruntime.InferenceSession, sess_options=one_thread)
    from speechmos.plcmos import PLCMOS

    class Raters(PLCMOS):
        """As it stands, but its raters are the same for each recording, and a conversion suits newer numpy."""

        def get_mos(self, audio_degraded, sr_degraded=RATE, combined=True, verbose=False):  # type: ignore
            features = np.float32(self.stft_transform(audio_degraded))[np.newaxis, np.newaxis, ...]
            drawn = np.random.default_rng(0)
            raters = [np.float32(drawn.normal(size=(1, 64))) for _ in range(self.embed_rounds)]
            inputs = ({"degraded_audio": features, "rater_embed": rater} for rater in raters)
            return float(np.mean([np.ravel(self.session.run(None, one)[0])[0] for one in inputs]))

    model = Raters()

    def judge(path: str) -> Reply:
        return {"scores": {"mos": model(decoded(path, RATE))["plcmos"]}}

    return judge


if __name__ == "__main__":
    answer(prepare)
