"""The index of all that is measured: one file a quantity, two explicit lists.

A frame feature is a pure function of a tile of `Frames`; a mark feature of a block of samples at the
native rate; a call feature of finished curves, marks and numbers, once a call. To add an impairment of
your own, pass ``features=(*FRAME_FEATURES, mine)`` to `measure`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from audioq.features.active_level import speech_level
from audioq.features.bandwidth import band_edge
from audioq.features.bass import bass_level, pause_bass
from audioq.features.edges import steepness
from audioq.features.fades import line_fit
from audioq.features.floor import activity, hole_depth, noise_floor
from audioq.features.harmonics import harmonic_contrast
from audioq.features.hum import hum_contrast
from audioq.features.jumps import AROUND_S as JUMPS_AROUND_S
from audioq.features.jumps import discontinuities, waveform_jumps
from audioq.features.level import levels
from audioq.features.loss import NEEDS, loss_probabilities
from audioq.features.modulation import level_ripple
from audioq.features.playback import NEEDS as SPEED_NEEDS
from audioq.features.playback import playback_speed
from audioq.features.processing import NEEDS as VOICE_NEEDS
from audioq.features.processing import processed_voice
from audioq.features.repeats import AROUND_S as REPEATS_AROUND_S
from audioq.features.repeats import repeat_runs
from audioq.features.rerecording import NEEDS as ROOM_NEEDS
from audioq.features.rerecording import loudspeaker_probability
from audioq.features.runs import clipped_runs, held_runs, zero_runs
from audioq.features.shape import spectral_shape
from audioq.features.similarity import long_lags, short_lags
from audioq.features.steadiness import phase_jump, pitch_wander
from audioq.features.tones import spectral_lines
from audioq.table import Quantity


@dataclass(frozen=True, slots=True)
class FrameFeature:
    """A function of `Frames` that returns one array (channels, TILE) for each name in `gives`."""

    function: Callable[..., Any]
    gives: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class MarkFeature:
    """A function of (block, first sample, shortest run) that returns marks called `name`.

    With `around_s`, the block comes with so many seconds before and behind it, and the function is also given the
    rate and where the block itself lies in what it gets.
    """

    function: Callable[..., Any]
    name: str
    shortest_s: float
    shortest_samples: int
    quantity: Quantity
    around_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CallFeature:
    """A function of the named curves and numbers that returns further curves or numbers."""

    function: Callable[..., Any]
    needs: tuple[str, ...]
    gives: Mapping[str, Quantity]


def _gives(**quantities: tuple[str, str]) -> dict[str, Quantity]:
    return {name: Quantity(*row) for name, row in quantities.items()}


FRAME_FEATURES: tuple[FrameFeature, ...] = (
    FrameFeature(
        levels,
        _gives(
            level=("dBFS", "RMS level over 10 ms"),
            level_low=("dBFS", "lowest RMS level over 5 ms"),
            peak=("dBFS", "largest magnitude"),
            magnitude=("1", "mean magnitude, full scale 1"),
        ),
    ),
    FrameFeature(
        steepness,
        _gives(
            fall_10=("dB", "steepest fall of the level within 10 ms"),
            rise_10=("dB", "steepest rise of the level within 10 ms"),
            fall_30=("dB", "steepest fall of the level within 30 ms"),
            rise_30=("dB", "steepest rise of the level within 30 ms"),
        ),
    ),
    FrameFeature(
        spectral_shape,
        _gives(
            shape_flux=("dB", "change of the spectrum's shape within 20 ms, apart from level"),
            shape_correlation=("1", "correlation of the spectrum's shape over 30 ms"),
            spread=("dB", "standard deviation of the mel spectrum over its bands"),
            flatness=("dB", "geometric against arithmetic mean of the mel bands"),
        ),
    ),
    FrameFeature(
        short_lags,
        _gives(
            periodicity=("1", "self-similarity of the waveform at pitch lags, 2.5 to 15 ms"),
            pitch_lag=("ms", "lag of the best self-similarity at pitch lags"),
            packet_similarity=("1", "self-similarity of the waveform at packet lags, 10 to 60 ms"),
            packet_lag=("ms", "lag of the best self-similarity at packet lags"),
            grid_similarity=("1", "self-similarity of the waveform at 10, 20, 30, 40 or 60 ms exactly"),
        ),
    ),
    FrameFeature(
        long_lags,
        _gives(
            stutter_similarity=("1", "self-similarity of the waveform at stutter lags, 60 to 210 ms"),
            stutter_lag=("ms", "lag of the best self-similarity at stutter lags"),
        ),
    ),
    FrameFeature(
        harmonic_contrast, _gives(harmonic_contrast=("dB", "ripple between the voice's harmonics and their gaps"))
    ),
    FrameFeature(
        waveform_jumps,
        _gives(
            jump=("dB", "largest jump of the waveform against its surroundings"),
            jump_at=("ms", "place of that jump in the frame"),
        ),
    ),
    FrameFeature(band_edge, _gives(band_edge=("Hz", "highest frequency within 50 dB of the strongest"))),
    FrameFeature(
        spectral_lines,
        _gives(
            spectral_lines=("bins", "effective number of spectral bins; about 2 for a tone"),
            peak_hz=("Hz", "strongest frequency"),
        ),
    ),
    FrameFeature(bass_level, _gives(bass=("dB", "mean power a bin between 62.5 and 218.75 Hz"))),
    FrameFeature(hum_contrast, _gives(hum=("dB", "contrast of the mains' lines, 50 or 60 Hz and harmonics"))),
    FrameFeature(
        level_ripple,
        _gives(
            modulation_17=("dB", "ripple of the level at 16.7 Hz, one over 60 ms"),
            modulation_25=("dB", "ripple of the level at 25 Hz, one over 40 ms"),
            modulation_33=("dB", "ripple of the level at 33.3 Hz, one over 30 ms"),
            modulation_50=("dB", "ripple of the level at 50 Hz, one over 20 ms"),
            modulation_100=("dB", "ripple of the level at 100 Hz, one over 10 ms"),
        ),
    ),
)
"""All frame features, in the order of the table's curves."""

MARK_FEATURES: tuple[MarkFeature, ...] = (
    MarkFeature(zero_runs, "zero", 0.005, 8, Quantity("0", "run of exact zeros of at least 5 ms")),
    MarkFeature(held_runs, "held", 0.005, 8, Quantity("1", "run of one repeated value of at least 5 ms")),
    MarkFeature(clipped_runs, "clipped", 0.0, 3, Quantity("1", "at least 3 samples at 0.98 of full scale or beyond")),
    MarkFeature(
        repeat_runs,
        "repeat",
        0.008,
        48,
        Quantity("samples", "run of at least 8 ms that equals, sample for sample, what was heard so long before"),
        around_s=REPEATS_AROUND_S,
    ),
    MarkFeature(
        discontinuities,
        "discontinuity",
        0.0,
        1,
        Quantity("dB", "place where the waveform does not go on, against the 4 ms to either side of it"),
        around_s=JUMPS_AROUND_S,
    ),
)
"""All mark features."""

CALL_FEATURES: tuple[CallFeature, ...] = (
    CallFeature(
        noise_floor,
        ("level", "level_low", "zero_share"),
        _gives(noise_floor_dbfs=("dBFS", "level of the background, digital silence left out")),
    ),
    CallFeature(
        speech_level,
        ("level", "magnitude"),
        _gives(
            active_level_dbfs=("dBFS", "active speech level, ITU-T P.56 method B"),
            activity_factor=("ratio", "share of the time that is active, ITU-T P.56"),
        ),
    ),
    CallFeature(activity, ("level", "noise_floor_dbfs"), _gives(activity=("dB", "level over the noise floor"))),
    CallFeature(
        hole_depth, ("level", "noise_floor_dbfs"), _gives(hole_depth=("dB", "depth of the level below the noise floor"))
    ),
    CallFeature(
        line_fit,
        ("level",),
        _gives(
            fade_slope=("dB/s", "fall of the level over 60 ms"),
            fade_error=("dB", "distance of the level from a straight line over 60 ms"),
        ),
    ),
    CallFeature(
        pitch_wander, ("pitch_lag", "periodicity"), _gives(pitch_wander=("%", "change of the pitch period over 30 ms"))
    ),
    CallFeature(
        phase_jump, ("periodicity",), _gives(phase_jump=("1", "dip of the periodicity inside a periodic stretch"))
    ),
    CallFeature(
        processed_voice,
        VOICE_NEEDS,
        _gives(processing=("1", "how clearly the voice is a processed one, 0.5 at the limit")),
    ),
    CallFeature(
        loudspeaker_probability,
        ROOM_NEEDS,
        _gives(loudspeaker=("1", "probability that a loudspeaker played the call and a microphone recorded it")),
    ),
    CallFeature(
        playback_speed,
        SPEED_NEEDS,
        _gives(
            half_speed=("1", "probability that the sound is played at half its speed, even odds beforehand"),
            double_speed=("1", "probability that the sound is played at twice its speed, even odds beforehand"),
        ),
    ),
    CallFeature(
        pause_bass,
        ("bass", "level", "zero_share", "active_level_dbfs"),
        _gives(pause_bass=("dB", "bass of the pauses against their level")),
    ),
    CallFeature(
        loss_probabilities,
        NEEDS,
        _gives(
            muted=("1", "probability that speech was replaced by nothing"),
            pause_lost=("1", "probability that a pause was lost"),
            concealed=("1", "probability that the sound was made up by a decoder"),
            stuttered=("1", "probability that a stretch is played again and again"),
            spliced=("1", "probability that time was cut out here"),
        ),
    ),
)
"""All call features, each after those whose results it needs."""
