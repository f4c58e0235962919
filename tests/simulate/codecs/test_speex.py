"""Speex: quality and concealment."""

from __future__ import annotations

import numpy as np
import pytest

from audioq.simulate import speechlike
from audioq.simulate.codecs import make_codec, missing
from audioq.simulate.playout import everything, from_pattern

pytestmark = pytest.mark.skipif(missing("libspeex") is not None, reason=missing("libspeex") or "")

Y = speechlike(2.0, 8000, np.random.default_rng(61))


def test_more_bits_sound_better() -> None:
    sizes, likeness = [], []
    for quality in (3, 6, 10):
        codec = make_codec("libspeex", quality=quality)
        packets = codec.encode(Y)
        heard = codec.decode(packets, everything(len(packets), codec.seconds)).y[codec.delay :][: Y.size]
        sizes.append(len(packets[0]))
        likeness.append(np.corrcoef(Y, heard)[0, 1])
    assert sizes == sorted(set(sizes))
    assert likeness == sorted(likeness)


def test_a_long_loss_fades_to_nothing() -> None:
    codec = make_codec("libspeex")
    packets = codec.encode(Y)
    lost = np.zeros(len(packets), bool)
    lost[30:60] = True
    slots = codec.decode(packets, from_pattern(lost, codec.seconds)).y.reshape(len(packets), -1)
    assert slots[30].any()
    assert not slots[50:60].any()
