"""Chain: what lay between the call and the file."""

import math
from dataclasses import replace

import numpy as np
import pytest
from made_tables import a_channel, a_table, a_tone

from audioq.chain import LIMITS, LOSSY, fitted, recognise, said_of, said_of_side
from audioq.decoders.raw import CODECS
from audioq.roles import SIDES
from audioq.thresholds import DEFAULT_THRESHOLDS


def of_codec(codec: str, **numbers: list[float]):
    table = a_table(a_channel(), **numbers)
    return replace(table, format=replace(table.format, codec=codec))


@pytest.mark.parametrize(
    ("codec", "played", "chain", "confidence"),
    [
        ("pcm_s16le", 0.9, "loudspeaker", 0.9),
        ("aac", 0.9, "loudspeaker", 0.9),
        ("aac", 0.1, "lossy", 0.9),
        ("opus", math.nan, "lossy", 1.0),
        ("flac", 0.2, "direct", 0.8),
        ("flac", 0.6, "unknown", math.nan),
        ("aac", 0.6, "unknown", math.nan),
        ("flac", math.nan, "unknown", math.nan),
    ],
)
def test_the_chain_and_how_sure(codec: str, played: float, chain: str, confidence: float) -> None:
    recording = recognise(of_codec(codec, loudspeaker=[played]), DEFAULT_THRESHOLDS)
    assert recording.chain == chain
    assert recording.confidence == pytest.approx(confidence, nan_ok=True)


def test_a_table_that_lacks_the_measurement_is_judged_as_before() -> None:
    recording = recognise(of_codec("flac"), DEFAULT_THRESHOLDS)
    assert recording.chain == "unknown"
    assert fitted(DEFAULT_THRESHOLDS, recording) is DEFAULT_THRESHOLDS


def test_a_table_with_the_bass_of_pauses_only_has_an_unknown_chain() -> None:
    table = a_table(a_channel(), a_channel(), pause_bass=[-16.0, -41.0])
    table = replace(table, numbers={name: own for name, own in table.numbers.items() if name != "loudspeaker"})
    assert recognise(table, DEFAULT_THRESHOLDS).chain == "unknown"


def test_limits_fit_the_chain_and_the_side() -> None:
    played = recognise(of_codec("flac", loudspeaker=[0.9]), DEFAULT_THRESHOLDS)
    limits = fitted(DEFAULT_THRESHOLDS, played)
    assert limits["dropout.least_snr"] == DEFAULT_THRESHOLDS["loudspeaker.least_snr"]
    assert limits["degraded.splices"] == DEFAULT_THRESHOLDS["degraded.splices"]
    both = fitted(DEFAULT_THRESHOLDS, replace(played, chain="direct", side="both"))
    assert both["dropout.least_snr"] == DEFAULT_THRESHOLDS["dropout.least_snr"]
    assert both["degraded.splices"] == DEFAULT_THRESHOLDS["both.splices"]


def test_every_limit_that_is_put_in_place_exists_and_can_be_set() -> None:
    for situation, changes in LIMITS.items():
        assert situation in (*SIDES, "loudspeaker")
        for name, instead in changes.items():
            assert DEFAULT_THRESHOLDS.row(name).unit == DEFAULT_THRESHOLDS.row(instead).unit
            low = DEFAULT_THRESHOLDS.with_values({instead: DEFAULT_THRESHOLDS.row(name).low})
            assert low[instead] == DEFAULT_THRESHOLDS.row(name).low


def test_both_voices_in_one_channel_are_said_with_the_long_silences() -> None:
    table = a_table(a_channel(40.0, speech=((0.0, 5.0), (5.6, 9.0), (24.0, 30.0))))
    both = replace(recognise(table, DEFAULT_THRESHOLDS), side="both")
    notes = said_of(both, table, DEFAULT_THRESHOLDS)
    assert [note.id for note in notes] == ["unanswered", "unanswered"]
    spans = [(dict(note.values)["start"], dict(note.values)["end"]) for note in notes]
    assert spans == [pytest.approx((9.0, 24.0), abs=0.02), pytest.approx((30.0, 40.0), abs=0.02)]
    assert all(round(time, 2) == time for span in spans for time in span)


def test_tones_and_a_silence_before_anybody_spoke_are_not_unanswered() -> None:
    ringing = a_tone(60.0, [(10.0, 28.0)])
    spoken = a_channel(60.0, speech=((28.0, 35.0), (36.0, 60.0)))
    channel = {name: np.where(np.arange(6000) < 2800, ringing[name], spoken[name]) for name in spoken}
    both = replace(recognise(a_table(channel), DEFAULT_THRESHOLDS), side="both")
    assert not said_of(both, a_table(channel), DEFAULT_THRESHOLDS)
    waits = {
        name: np.concatenate([curve[2800:3400], ringing[name][1000:2800], curve[3400:]])
        for name, curve in spoken.items()
    }
    assert not said_of(both, a_table(waits), DEFAULT_THRESHOLDS)


@pytest.mark.parametrize(("side", "ids"), [("near", ["near_side"]), ("both", ["both_sides"]), ("far", []), (None, [])])
def test_what_is_said_of_a_side(side: str | None, ids: list[str]) -> None:
    assert [note.id for note in said_of_side(side)] == ids


def test_a_channel_by_wire_speaks_against_a_room() -> None:
    table = a_table(a_channel(), a_channel(), loudspeaker=[0.97, 0.3])
    assert recognise(table, DEFAULT_THRESHOLDS).chain == "direct"
    unused = a_table(a_channel(), a_channel(), loudspeaker=[0.97, math.nan])
    assert recognise(unused, DEFAULT_THRESHOLDS).chain == "loudspeaker"


def test_pauses_without_bass_are_those_of_a_line_and_of_no_room() -> None:
    room = recognise(of_codec("flac", loudspeaker=[0.9], pause_bass=[-16.0]), DEFAULT_THRESHOLDS)
    line = recognise(of_codec("flac", loudspeaker=[0.9], pause_bass=[-41.0]), DEFAULT_THRESHOLDS)
    assert (room.chain, line.chain) == ("loudspeaker", "unknown")
    assert fitted(DEFAULT_THRESHOLDS, line) is DEFAULT_THRESHOLDS


def test_every_lossy_codec_of_raw_bytes_is_lossy() -> None:
    plain = {"g722", "g726", "g726le"}  # of telephony too, but they code the waveform
    assert {name for name, codec in CODECS.items() if not codec.free} - plain <= LOSSY


def test_the_side_reaches_the_report_and_a_wrong_one_is_refused() -> None:
    from audioq.errors import AudioError
    from audioq.report import compose

    table = a_table(a_channel(20.0))
    assert compose(table, side="both").recording.side == "both"
    with pytest.raises(AudioError, match="'left' is no side"):
        compose(table, side="left")
