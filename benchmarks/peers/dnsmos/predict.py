"""DNSMOS P.835 of speechmos: windows of 9.01 s each second, as it comes; short recordings are repeated by it."""

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
    from speechmos import dnsmos

    # librosa compiles at its first call: half a minute that no recording should be charged with.
    dnsmos.run(0.1 * np.sin(np.arange(10 * RATE) / 10), RATE)

    def judge(path: str) -> Reply:
        said = dnsmos.run(decoded(path, RATE), RATE)
        return {"scores": {name: said[f"{name}_mos"] for name in ("ovrl", "sig", "bak", "p808")}}

    return judge


if __name__ == "__main__":
    answer(prepare)
