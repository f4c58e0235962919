"""A limit on how much sound a file may hold, by its header and by what is decoded."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from audioq import LimitError, analyze, analyze_legs, read


def test_a_header_over_the_limit_is_refused_before_anything_is_decoded(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(80000), 8000)
    with pytest.raises(LimitError, match="holds more than the 9 s of sound that are allowed; raise the limit"):
        read(tmp_path / "long.wav", max_duration=9)
    assert analyze(tmp_path / "long.wav", max_duration=10).format.duration == 10


def test_a_header_that_lies_is_found_out_while_it_is_decoded(tmp_path):
    soundfile.write(tmp_path / "long.flac", np.zeros(8000 * 200), 8000)
    data = bytearray((tmp_path / "long.flac").read_bytes())
    data[18 + 3] &= 0xF0  # STREAMINFO: the count of samples, 0 for unknown
    data[22:26] = b"\0\0\0\0"
    (tmp_path / "bomb.flac").write_bytes(data)
    audio = read(tmp_path / "bomb.flac", max_duration=60)
    with pytest.raises(LimitError):
        for _ in audio.blocks(8000 * 10):
            pass


def test_a_part_may_be_short_of_a_long_file(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(80000), 8000)
    assert analyze(tmp_path / "long.wav", start=2, end=4, max_duration=3).format.duration == 2


def test_a_leg_over_the_limit_is_missing(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(80000), 8000)
    soundfile.write(tmp_path / "b.wav", np.zeros(16000), 8000)
    report = analyze_legs({"a": tmp_path / "a.wav", "b": tmp_path / "b.wav"}, max_duration=5)
    assert [one.type for one in report.missing] == ["LimitError"]
