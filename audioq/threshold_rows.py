"""The rows of `thresholds`: every number of policy, with unit, range, meaning and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of policy."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str


_TUNED = "set on voices en, es, co of the real calls, and on made calls of other seeds (benchmarks/README.md)"
_BY_HAND = "chosen by hand on a few recordings; moves no verdict"
_WORDS = "meaning of the words (docs/verdict.md)"
_VOICES = "set so that under 2 % of natural voices lie over it (benchmarks/training/processing.py)"
_PHONES = "set on made calls played into a room, seeds 701 and 702 (benchmarks/README.md)"
_MIXES = "set on made calls with a near voice added, seed 702 (benchmarks/README.md)"
_SEEN = "set on made calls, some of them played into a room and recorded again (docs/verdict.md)"
_RATES = "set so that at most 0.25 % of calls at their true speed lie over it (benchmarks/training/playback.py)"

_GAPS = "how the codecs stop sending (RFC 7845 and 3GPP TS 26.093), with room for stamps in whole milliseconds"


def _row(name: str, value: float, unit: str, low: float, high: float, meaning: str, source: str = _TUNED) -> Threshold:
    return Threshold(name, value, unit, low, high, meaning, source)


def _event_rows(
    kind: str,
    onset: float,
    offset: float,
    shortest: float,
    merge: float,
    unit: str = "1",
    low: float = 0,
    high: float = 1,
    source: str = _TUNED,
) -> tuple[Threshold, ...]:
    return (
        _row(f"{kind}.onset", onset, unit, low, high, f"a {kind} begins to count when its curve reaches this", source),
        _row(f"{kind}.offset", offset, unit, low, high, f"a {kind} lasts while its curve is not under this", source),
        _row(f"{kind}.shortest", shortest, "s", 0.01, 60, f"shorter stretches are no {kind}", source),
        _row(f"{kind}.merge", merge, "s", 0, 5, f"stretches of {kind} closer than this are one", source),
    )


ROWS: tuple[Threshold, ...] = (
    *_event_rows("stutter", 0.6, 0.3, 0.02, 0.06),
    _row("stutter.brief", 0.08, "s", 0, 1, "a shorter stutter must be a copy to the sample"),
    _row("bell.lines", 12, "bins", 1, 1000, "at most so many spectral lines, and high ones, are those of a bell"),
    _row("bell.peak", 1300, "Hz", 0, 24000, "the strongest line of a bell lies above this"),
    _row(
        "copy.packet", 0.025, "s", 0, 1, "what repeats the sound so shortly before fills a packet; later, it is a loop"
    ),
    _row("copy.share", 0.5, "1", 0, 10, "a copy lasts at least this share of its lag, the time back to what it copies"),
    _row("copy.below_active", 30, "dB", 0, 90, "copies further below the active speech level are not heard"),
    _row("copy.lines", 2.2, "bins", 1, 1000, "as few spectral lines are a pure tone, which repeats itself by nature"),
    *_event_rows("dropout", 0.65, 0.3, 0.02, 0.03),
    _row("dropout.cut", 0.45, "1", 0, 1, "a silence is a dropout if its first 0.3 s are lost with this probability"),
    _row("dropout.cliff", 34, "dB", 5, 200, "speech that falls and rises this far within 10 ms falls off a cliff"),
    _row("dropout.cliff_cut", 0.35, "1", 0, 1, "the same as dropout.cut where speech falls off a cliff"),
    _row("dropout.closure", 0.03, "s", 0, 2, "a shorter dropout must show more than the closure of a stop does"),
    _row("dropout.least_snr", 18, "dB", 0, 60, "with noise nearer to the speech, dropouts must show more than a pause"),
    _row("dropout.zero", 0.3, "1", 0, 1, "share of exact zeros that no closure has"),
    _row("dropout.hole", 8, "dB", 0, 120, "depth below the call's own background that no closure has"),
    _row("dropout.steep", 20, "dB", 0, 200, "two edges within 10 ms steeper than this are none of a closure"),
    _row("dropout.speech_share", 0.3, "1", 0, 1, "a dropout in which less than this share was speech is a lost pause"),
    _row("dropout.zero_run", 0.04, "s", 0.005, 5, "shorter runs of exact zeros are no outage by themselves"),
    _row("dropout.blink_shortest", 0.012, "s", 0.005, 1, "shorter zeros between loud sounds are no dropout"),
    _row("dropout.blink_longest", 0.07, "s", 0.01, 1, "longer zeros between loud sounds are left to the network"),
    _row("dropout.blink_cliff", 30, "dB", 0, 200, "loud sound falls into such zeros and out of them this far in 10 ms"),
    _row("dropout.background", 1.0, "s", 0, 60, "pauses with a background for this long: exact zeros are an outage"),
    _row("dropout.background_run", 0.4, "s", 0.05, 5, "shorter pauses do not show whether there is a background"),
    _row("dropout.fade_zeros", 0.03, "s", 0.005, 5, "shorter zeros at the end of a straight fade are no outage"),
    _row("dropout.fade_length", 0.06, "s", 0.03, 1, "this long before the zeros the level is held against a line"),
    _row("dropout.fade_error", 2, "dB", 0, 20, "RMS distance from the line up to which a fade is straight"),
    _row("dropout.fade_least", 110, "dB/s", 0, 2000, "slower fades are none of a decoder"),
    _row("dropout.fade_most", 470, "dB/s", 0, 5000, "faster ones are the end of a sound"),
    _row("gap.shortest", 0.018, "s", 0, 10, "shorter gaps in a container are no outage by themselves", _GAPS),
    _row("gap.beside", 0.1, "s", 0, 10, "missing packets with speech so close before or behind are lost speech", _GAPS),
    _row("gap.tiny", 2, "bytes", 0, 1000, "an Opus packet up to this size says that nothing will be sent (DTX)", _GAPS),
    _row("gap.sid", 7, "bytes", 0, 1000, "a packet of other speech codecs up to this size says so", _GAPS),
    _row("gap.dtx_longest", 0.42, "s", 0, 10, "a sender in DTX refreshes the background at least so often", _GAPS),
    _row("gap.dtx_alike", 0.022, "s", 0, 1, "gaps of DTX in a row differ in length by no more", _GAPS),
    _row("gap.dtx_refresh", 0.1, "s", 0, 10, "and lie no further from each other", _GAPS),
    *_event_rows("buzz", 0.6, 0.15, 0.02, 0.03),
    _row("buzz.brief", 0.04, "s", 0, 1, "a shorter buzz must be nearly sure, or a copy to the sample"),
    _row("buzz.brief_sure", 0.85, "1", 0, 1, "so sure"),
    _row("buzz.below_active", 30, "dB", 0, 60, "made-up sound further below the active speech level is not heard"),
    *_event_rows("processed_voice", 0.5, 0.5, 2, 0.1, source=_VOICES),
    _row("processed_voice.harm", 0.2, "1", 0, 1, "where more is lost or made up, no voice is processed", _VOICES),
    _row("hole.onset", 0.5, "1", 0, 1, "a hole in the background begins where it is lost with this probability"),
    _row("hole.offset", 0.3, "1", 0, 1, "a hole in the background lasts while the probability is not under this"),
    _row("hole.longest", 0.3, "s", 0.02, 5, "longer losses of the background are no holes"),
    _row("hole.depth", 6, "dB", 0, 60, "a hole sinks this far below the call's own noise floor"),
    _row("hole.least", 2, "count", 1, 100, "fewer holes than this are no habit of the call"),
    _row("hole.rate", 15, "1/min", 0, 1000, "fewer holes are left to gates and noise suppression"),
    *_event_rows("splice", 0.5, 0.3, 0.01, 0),
    _row(
        "splice.contrast",
        14,
        "dB",
        0,
        200,
        "the break of the waveform at a cut stands so far out of the 4 ms beside it",
    ),
    _row("splice.contrast_narrow", 16, "dB", 0, 200, "the same at lower sampling rates, which speech fills"),
    _row("splice.wide", 12000, "Hz", 0, 200000, "sampling rate from which splice.contrast holds"),
    _row("splice.alone", 0.055, "s", 0, 10, "places closer than this are no cuts but clipping, strokes or processing"),
    _row("splice.below_active", 25, "dB", 0, 90, "cuts in sound further below the active speech level are not heard"),
    _row("splice.steepest", 25, "dB", 0, 200, "a level that falls or rises further within 10 ms is a click or a gap"),
    *_event_rows("dead_air", 0.5, 0.5, 10, 0.1, source=_BY_HAND),
    *_event_rows("clipping", 0.02, 0.005, 0.01, 0.2, source=_BY_HAND),
    *_event_rows("click", 28, 28, 0.01, 0, "dB", 0, 100, _BY_HAND),
    *_event_rows("hum", 15, 10, 1, 1.5, "dB", 0, 100, _BY_HAND),
    *_event_rows("tone", -4.5, -6, 0.25, 0.3, "-bins", -100, 0),
    *_event_rows("music", 0.5, 0.5, 1, 0.5),
    _row("music.activity", 0.97, "1", 0, 1, "music never pauses: least activity factor by ITU-T P.56"),
    _row("music.range", 24, "dB", 0, 60, "music stands no further over its own quiet moments"),
    _row("music.least_range", 4.9, "dB", 0, 60, "noise is steadier than music: least range of its level, 10 to 80 %"),
    _row(
        "music.lean",
        2.1,
        "1",
        0,
        100,
        "sound that rises so much further from its middle level than it sinks has pauses",
    ),
    _row("music.harmonics", 3.4, "dB", 0, 60, "even sound is music if one frame in twenty has such harmonics"),
    _row("music.spread", 4, "dB", 0, 60, "and its bands differ by so much"),
    _row("music.loud", -45, "dBFS", -100, 0, "softer sound without pauses is noise, not music"),
    _row("music.lines", 14, "bins", 1, 200, "largest median number of spectral lines of music"),
    _row("music.periodicity", 0.84, "1", 0, 1, "no single voice leads in music: one frame in ten is more periodic"),
    _row("tone.key", 0.05, "s", 0.02, 1, "the tone of a key lasts at least this long"),
    _row("tone.key_level", 2.0, "dB", 0, 20, "the level of a key's tone changes no more from frame to frame"),
    _row("tone.key_edge", 20, "dB", 0, 100, "a key's tone stands this far over what is 40 ms before and behind it"),
    _row("tone.least_keys", 3, "count", 1, 100, "fewer short tones are no keys of a telephone"),
    _row("tone.level", 1.5, "dB", 0, 20, "the level of a tone changes no more from frame to frame"),
    _row("tone.beat", 12, "dB", 0, 40, "two tones that beat change no more from frame to frame"),
    _row("tone.shortest_beating", 0.8, "s", 0.1, 60, "beating tones last at least this long"),
    _row("tone.lowest", 250, "Hz", 0, 4000, "lower lines are hum, not a tone of the telephone network"),
    _row("tone.loud", -60, "dBFS", -100, 0, "softer lines are no tone of the telephone network"),
    _row("tone.steady", 40, "Hz", 0, 500, "the strongest line of a tone moves no further from frame to frame"),
    _row("speech.below_active", 18, "dB", 3, 40, "speech lies no further below the active speech level"),
    _row("speech.above_floor", 8, "dB", 0, 30, "speech stands this far over the noise floor"),
    _row("speech.lowest", -70, "dBFS", -100, -20, "nothing below this is heard as speech"),
    _row("speech.least_snr", 5, "dB", 0, 30, "a channel whose active level stands out less holds no speech"),
    _row("speech.least", 0.3, "s", 0, 10, "less audible speech than this is none"),
    _row("one_way.speech", 5, "s", 0, 60, "a silent channel counts where another carries more speech", _WORDS),
    _row("delivered.head", 0.5, "s", 0, 10, "what a dropout lost is told from the curves for this long"),
    _row("delivered.usual_activity", 0.7, "1", 0, 1, "share of time with speech where the call is too short to tell"),
    _row("delivered.least_activity", 0.5, "1", 0, 1, "least share of a long dropout in which speech was due"),
    _row("delivered.most_activity", 0.95, "1", 0, 1, "largest share of a long dropout in which speech was due"),
    _row("severity.loss_power", 1.5, "1", 0.1, 10, "power of the delivered share in the severity"),
    _row("severity.rate", 80, "1/min", 1, 1000, "disturbances a minute that leave 37 % of what a call is worth"),
    _row("severity.rate_floor", 0.4, "1", 0, 1, "disturbances alone leave at least this share of what a call is worth"),
    _row("blocked.delivered", 0.15, "ratio", 0, 1, "a call of which less arrived is blocked", _WORDS),
    _row("degraded.delivered", 0.97, "ratio", 0, 1, "a call of which less arrived is degraded", _WORDS),
    _row("degraded.splices", 20, "1/min", 0, 1000, "a call with more splices is degraded"),
    _row("degraded.least_stretches", 3, "count", 1, 100, "fewer disturbed stretches are no habit of the call"),
    _row("degraded.stretches", 4, "1/min", 0, 1000, "more disturbed stretches in speech make a call degraded", _WORDS),
    _row("degraded.signs", 10, "1/min", 0, 1000, "more sure signs of damage a minute of speech make a call degraded"),
    _row("degraded.least_signs", 2, "count", 1, 100, "fewer sure signs than this are no habit of the call"),
    _row("degraded.unsigned", 0.5, "ratio", 0, 1, "a call without any sure sign is degraded only if less arrived"),
    _row("hardly.speech", 0.8, "s", 0, 10, "a long recording with less audible speech has hardly any"),
    _row("hardly.duration", 9, "s", 0, 600, "a recording longer than this is long enough to miss speech in it"),
    _row("broken_off.open_end", 5, "s", 0, 600, "speech that stayed away for longer, to the end, broke off"),
    _row("tone.cadence", 10, "s", 1, 120, "silence after tones that is longer than any cadence"),
    _row("signs.harm", 0.8, "1", 0, 1, "a place where damage of speech is this likely is a sign of it"),
    _row("signs.pause", 0.3, "1", 0, 1, "a place where the loss of a pause is this likely is a sign of it"),
    _row("confidence.cap", 0.75, "1", 0.5, 1, "largest confidence where no speech is heard", _WORDS),
    _row("confidence.cap_expected", 0.9, "1", 0.5, 1, "the same where speech that was expected is missing", _WORDS),
    _row("muted.silence", 10, "s", 1, 600, "a side that ended by itself and is silent for longer may be muted", _WORDS),
    _row("muted.speech", 5, "s", 0, 600, "if meanwhile another side speaks for longer than this", _WORDS),
    _row("quiet.below_active", 30, "dB", 10, 60, "a frame this far below the active speech level is quiet"),
    _row("confidence.hidden", 0.25, "1", 0, 0.95, "doubt in an intact call in which no kind of harm would show", _SEEN),
    _row("chain.loudspeaker", 0.8, "1", 0, 1, "a recording is of a loudspeaker from this probability on", _SEEN),
    _row("chain.direct", 0.4, "1", 0, 1, "a recording is of none below this probability, and unknown between", _SEEN),
    _row("chain.pause_bass", -30, "dB", -100, 60, "pauses with less bass are a telephone line's, not a room's", _SEEN),
    _row("loudspeaker.least_snr", 0, "dB", 0, 60, "dropout.least_snr of a recorded loudspeaker", _PHONES),
    _row("loudspeaker.cut", 0.55, "1", 0, 1, "dropout.cut of a recorded loudspeaker", _PHONES),
    _row("both.unsigned", 0.95, "ratio", 0, 1, "degraded.unsigned where one channel holds both voices", _MIXES),
    _row("both.splices", 40, "1/min", 0, 1000, "degraded.splices where one channel holds both voices", _MIXES),
    _row("both.harm", 0.85, "1", 0, 1, "signs.harm where one channel holds both voices", _MIXES),
    _row("both.unanswered", 8, "s", 1, 600, "a silence after speech that is worth a word in such a channel", _BY_HAND),
    _row(
        "recorder.most_share",
        0.05,
        "1",
        0,
        1,
        "more is not put down to the recorder",
        _BY_HAND,
    ),
    _row(
        "muted.word",
        0.2,
        "s",
        0.01,
        5,
        "shorter speech, such as a knock of the receiver, does not end a side",
        _BY_HAND,
    ),
    _row("muted.join", 0.1, "s", 0, 5, "pauses of consonants up to this are part of a word there", _BY_HAND),
    _row("recorder.doubt", 0.4, "1", 0, 0.95, "doubt in a verdict where the recorder failed somewhere", _BY_HAND),
    _row("recorder.least_zeros", 0.005, "s", 0.001, 1, "shorter zeros are no dropped buffer", _BY_HAND),
    _row("both.breath", 0.5, "s", 0, 5, "shorter pauses do not end what somebody says", _BY_HAND),
    _row("recorder.muted", 0.2, "s", 0.01, 60, "zeros this long in a recorded room are the recorder's", _BY_HAND),
    _row(
        "recorder.least_buffers",
        3,
        "count",
        2,
        100,
        "fewer zeros on a grid of buffers may lie there by chance",
        _BY_HAND,
    ),
    _row("recorder.apart", 6, "dB", 0, 60, "channels whose levels lie further apart hold other sound", _BY_HAND),
    _row("recorder.apart_share", 0.2, "1", 0, 1, "less than this share of such time makes channels copies", _BY_HAND),
    _row("recorder.half_speed", 0.97, "1", 0, 1, "so likely is sound that is played at half its speed", _RATES),
    _row("recorder.double_speed", 0.8, "1", 0, 1, "so likely is sound that is played at twice its speed", _RATES),
    _row("recorder.other_sound", 0.2, "1", 0, 1, "with more tones and music the speed is not told", _BY_HAND),
    _row("recorder.least_joints", 4, "count", 3, 100, "fewer cuts on a grid of buffers may lie there by chance", _SEEN),
    _row("recorder.joint_share", 0.5, "1", 0, 1, "a smaller share of all cuts on the grid is chance", _SEEN),
    _row("recorder.least_steps", 3, "count", 1, 100, "a loop leaves cuts at fewer distances than these", _BY_HAND),
    _row("recorder.by_chance", 0.05, "1", 0, 1, "a grid that frames of a coder fit more often is not told", _BY_HAND),
    _row("recorder.clipped", 10, "1/min", 0, 100000, "so many clipped peaks in a recorded room overdrive it", _SEEN),
    _row("assessable.speech", 2, "s", 0, 60, "less speech than this is too little to tell of harm", _SEEN),
    _row("assessable.level", -52, "dBFS", -100, 0, "softer parts of speech below this are not heard as speech", _SEEN),
    _row("assessable.gap_snr", 10, "dB", 0, 60, "noise nearer to the speech fills gaps so that none is seen", _SEEN),
    _row("assessable.masked_snr", 15, "dB", 0, 60, "noise nearer to the speech covers repeats and jumps", _SEEN),
    _row("assessable.bandwidth", 3000, "Hz", 0, 8000, "a narrower band holds too little of a buzz or a jump", _SEEN),
    _row("assessable.room", 0.6, "1", 0, 1, "a room, or a noisy line, this likely hides edges and may be muted", _SEEN),
    _row("assessable.processed", 0.5, "1", 0, 1, "share of the time from which a processed voice hides buzz", _SEEN),
)
"""In the order in which they are listed."""
