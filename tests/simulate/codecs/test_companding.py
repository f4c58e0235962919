"""G.711 and plain sound."""

from __future__ import annotations

import numpy as np
import pytest
from reference import companding as slow

from audioq.simulate.codecs.companding import Law, a_law, compress, expand, make_a_law, make_mu_law, make_pcm, mu_law
from audioq.simulate.codecs.decoded import MISSING, RECEIVED
from audioq.simulate.playout import everything, with_waits

EVERY_TENTH = np.arange(-32768, 32768, 11).astype(np.int16)


@pytest.mark.parametrize(("law", "twin"), [(mu_law(), slow.mu_law), (a_law(), slow.a_law)])
def test_codes_are_those_of_the_slow_twin(law: Law, twin) -> None:
    edges = np.concatenate([law.values.astype(int) + step for step in (-1, 0, 1)])
    borders = np.concatenate([(side * law.borders << law.bits) + step for side in (-1, 1) for step in (-1, 0, 1)])
    pcm = np.concatenate([EVERY_TENTH, edges, borders]).clip(-32768, 32767).astype(np.int16)
    assert compress(pcm, law).tolist() == [twin(x) for x in pcm.tolist()]


def test_values_of_the_tables_of_mu_law() -> None:
    """Table 2a of the standard: the outputs at the ends of the segments, in 14 bits."""
    values = (expand(np.arange(255, 127, -1, dtype=np.uint8), mu_law()) >> 2).tolist()
    assert values[:3] == [0, 2, 4]
    assert values[15::16] == [30, 93, 219, 471, 975, 1983, 3999, 8031]
    assert values[16::16] == [33, 99, 231, 495, 1023, 2079, 4191]


def test_values_of_the_tables_of_a_law() -> None:
    """Table 1a of the standard: the outputs at the ends of the segments, in 13 bits."""
    codes = np.arange(128, dtype=np.uint8) ^ 0xD5
    values = (expand(codes, a_law()) >> 3).tolist()
    assert values[:3] == [1, 3, 5]
    assert values[31::16] == [63, 126, 252, 504, 1008, 2016, 4032]
    assert values[32::16] == [66, 132, 264, 528, 1056, 2112]


@pytest.mark.parametrize("law", [mu_law(), a_law()])
def test_a_decoded_value_is_coded_as_itself(law: Law) -> None:
    again = expand(compress(law.values, law), law)
    assert again.tolist() == law.values.tolist()


def test_digital_silence() -> None:
    silence = np.zeros(4, np.int16)
    assert set(compress(silence, mu_law()).tolist()) == {0xFF}
    assert set(compress(silence, a_law()).tolist()) == {0xD5}
    assert not expand(compress(silence, mu_law()), mu_law()).any()


def test_plain_sound_comes_back_as_it_was() -> None:
    y = (np.random.default_rng(3).integers(-32768, 32768, 1601) / 32768.0).astype(np.float32)
    codec = make_pcm("16000", "20")
    packets = codec.encode(y)
    decoded = codec.decode(packets, everything(len(packets), codec.seconds))
    assert len(packets) == 6
    assert np.array_equal(decoded.y[: y.size], y)
    assert not decoded.y[y.size :].any()


@pytest.mark.parametrize("codec", [make_mu_law("20"), make_a_law("20"), make_pcm("8000", "20")])
def test_waits_and_losses_are_zeros_and_cost_no_packet(codec) -> None:
    y = np.random.default_rng(4).uniform(-0.5, 0.5, 800).astype(np.float32)
    packets = codec.encode(y)
    whole = codec.decode(packets, everything(5, 0.02)).y.reshape(5, -1)
    playout = with_waits(np.array([False, True, False, False, False]), np.array([0, 0, 0, 2, 0]), 0.02)
    decoded = codec.decode(packets, playout)
    assert decoded.origin.tolist() == [RECEIVED, MISSING, RECEIVED, MISSING, MISSING, RECEIVED, RECEIVED]
    expected = np.zeros((7, 160), np.float32)
    expected[[0, 2, 5, 6]] = whole[[0, 2, 3, 4]]
    assert np.array_equal(decoded.y.reshape(7, -1), expected)
