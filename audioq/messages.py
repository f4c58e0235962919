"""Messages: every sentence that people read, by language and id.

The ids are namespaced: ``note.truncated``, ``kind.buzz``, ``rule.mostly_lost``. A sentence is a
format string; its fields are filled by name. A number without a format of its own is shown as
briefly as it can be, and an undefined one as "unknown".

A language is one more table with the same ids; `page_messages` holds a part of it.
Nothing here needs more than the standard library.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from types import MappingProxyType

from audioq.batch_messages import BATCH_WORDS
from audioq.gate_messages import GATE_WORDS
from audioq.listing_messages import LISTING
from audioq.note_messages import NOTES
from audioq.page_messages import PAGE_WORDS
from audioq.result_messages import RESULT_WORDS

SEVERITY_BANDS: tuple[tuple[float, str], ...] = (
    (0.10, "none"),
    (0.35, "slight"),
    (0.65, "marked"),
    (math.inf, "hardly_possible"),
)
"""Bands of severity for people: a severity below the number has the name beside it."""

_KINDS = {
    "kind.dropout": "The voice is cut off: speech was lost on the way, and silence or noise took its place.",
    "kind.buzz": (
        "Lost sound was covered up: in speech this is heard as a metallic or robotic buzz, in a pause as a hole in the "
        "background, which does not count."
    ),
    "kind.stutter": "The same short piece of sound is played again, at once or over and over, so the voice stutters.",
    "kind.splice": "The sound jumps: a piece of time is missing or was put in; syllables are swallowed or heard twice.",
    "kind.dead_air": "One side is silent, without any sign that its speech was cut off.",
    "kind.clipping": "The sound was too loud for the recorder, and its peaks are cut off, which sounds harsh.",
    "kind.click": "A single click or pop.",
    "kind.hum": "A steady low hum from the mains.",
    "kind.music": "Music, as it is played to callers on hold.",
    "kind.processed_voice": "The voice sounds robotic or metallic all along, by its own processing and not by loss.",
    "kind.tone": "A tone of the telephone network, such as ringing or an engaged signal.",
}

_LABELS = {
    "label.intact": "No damage by the transmission is heard. The line may still be noisy, quiet or narrow.",
    "label.degraded": "Speech arrives, but a part of it is lost, covered up, repeated or cut out.",
    "label.blocked": "Almost no speech gets through.",
}

_BASIS = {
    "basis.speech": "speech is heard, and the verdict says how much of it arrived",
    "basis.no_speech": "no speech is audible",
    "basis.not_answered": "no speech was due",
    "basis_meaning.speech": "The verdict rests on speech that is heard in the recording.",
    "basis_meaning.no_speech": (
        "No speech is audible: there is silence or noise only. The label is blocked, with little confidence, because "
        "silence has other explanations too."
    ),
    "basis_meaning.not_answered": (
        "No speech was due: there are only tones, an announcement or music, as before a call is answered."
    ),
}

_RIVALS = {
    "rival.microphone_muted": "the microphone was muted",
    "rival.recorder_not_allowed": "the recorder was not allowed to hear the call",
    "rival.other_side_listened": "the other side only listened",
    "rival.never_answered": "the call was never answered",
    "rival.channel_unused": "the channel is not used in this recording",
    "rival.call_simply_ended": "the call simply ended and the recorder ran on",
}

_SEVERITY = {
    "severity.none": "hardly any harm",
    "severity.slight": "slight harm",
    "severity.marked": "marked harm",
    "severity.hardly_possible": "conversation hardly possible",
}

# One sentence a rule, under ``rule.<id>``. Fields: {value}, {unit}, {limit} of the reason, and every score by its name.
_RULES = {
    "rule.tones_then_nothing": "No speech is audible, only tones and then nothing for longer than any ringing pauses.",
    "rule.not_answered": "No speech was due: only tones or music are heard.",
    "rule.only_remains": "No speech gets through; only buzz or repeats remain audible.",
    "rule.no_speech": "No speech is audible.",
    "rule.broken_off": "Speech breaks off in mid-sound and stays away, so that too little of it arrived.",
    "rule.mostly_lost": "Too little of the speech arrived.",
    "rule.hardly_any_speech": "A long recording holds hardly any speech.",
    "rule.partly_lost": "A part of the speech did not arrive.",
    "rule.often_disturbed": "Speech is covered up, interrupted or repeated too often.",
    "rule.spliced": "Time was cut out of the speech too often.",
    "rule.many_signs": "Speech shows too many sure signs of damage, most of them too short or too faint for an event.",
    "rule.nothing_sure": "Some loss is suspected, but no place in the speech is surely damaged.",
    "rule.arrived_whole": "The speech arrived whole or nearly so; at most a few short disturbances are heard.",
    "rule.listened": "One side says hardly anything while another carries the speech; it seems to have listened.",
    "rule.one_way": "One channel is silent from end to end while another carries speech.",
    "rule.expected_speech_missing": (
        "A channel that ought to carry speech is silent from end to end while another carries speech."
    ),
}

_BECAUSE = {
    "because.tones_then_nothing.after_tone_s": (
        "no speech is audible; after the last tone nothing is heard for {value:.1f} s, and no ringing pauses longer "
        "than {limit:.0f} s"
    ),
    "because.not_answered.tone_s": "no speech was due: only tones or music are heard",
    "because.only_remains.speech_s": (
        "no speech gets through: {value:.1f} of {duration_s:.0f} s are audible speech; less than "
        "{limit:.1f} s counts as none"
    ),
    "because.no_speech.speech_s": "no speech is audible in {duration_s:.0f} s",
    "because.broken_off.delivered_ratio": (
        "speech is audible for {speech_s:.1f} of {duration_s:.0f} s and breaks off in mid-sound: an estimated "
        "{value:.0%} arrived; blocked under {limit:.0%}"
    ),
    "because.mostly_lost.delivered_ratio": (
        "speech is audible for {speech_s:.1f} of {duration_s:.0f} s: an estimated {value:.0%} arrived; "
        "blocked under {limit:.0%}"
    ),
    "because.hardly_any_speech.speech_s": "speech is audible for only {value:.1f} of {duration_s:.0f} s",
    "because.partly_lost.delivered_ratio": (
        "an estimated {value:.1%} of the speech arrived; degraded under {limit:.0%}"
    ),
    "because.partly_lost.signs_per_minute": "{value:.1f} places a minute of speech are surely damaged",
    "because.often_disturbed.stretches_per_minute": (
        "speech is covered up, interrupted or repeated {value:.1f} times a minute; degraded over {limit:.0f}"
    ),
    "because.spliced.splices_per_minute": (
        "time is cut out of the speech {value:.1f} times a minute; degraded over {limit:.0f}"
    ),
    "because.many_signs.signs_per_minute": (
        "{value:.1f} sure signs of damage a minute of speech; degraded over {limit:.0f}"
    ),
    "because.nothing_sure.signs_per_minute": "no sure sign of damage in the speech ({value:.0f} a minute)",
    "because.nothing_sure.delivered_ratio": (
        "{value:.1%} of the speech arrived by estimate, under {limit:.0%}, but the estimate rests on doubtful places"
    ),
    "because.arrived_whole.delivered_ratio": (
        "an estimated {value:.1%} of the speech arrived; degraded under {limit:.0%}"
    ),
    "because.one_way.others_speech_s": (
        "one channel is silent from end to end while another carries {value:.1f} s of speech"
    ),
    "because.expected_speech_missing.others_speech_s": (
        "a channel that ought to carry speech is silent from end to end while another carries {value:.1f} s of speech"
    ),
    "because.listened.speech_s": "speech is audible for only {value:.1f} of {duration_s:.0f} s on this side",
    "fact.others_speech_s": "another side carries {value:.1f} s of speech",
    "fact.speech_s": "speech is audible for {value:.1f} s",
    "fact.longest_dropout_s": "the longest interruption lasts {value:.1f} s",
    "fact.open_end_s": "the last interruption lasts {value:.1f} s, to the end of the recording",
    "fact.splices_per_minute": "time is cut out {value:.1f} times a minute",
    "fact.tone_s": "tones are heard for {value:.1f} s",
    "fact.music_s": "music is heard for {value:.1f} s",
    "fact.disturbed_s": "buzz or repeated sound is heard for {value:.1f} s",
    "fact.stretches_per_minute": "speech is covered up, interrupted or repeated {value:.1f} times a minute",
}

_ERRORS = {
    "error.internal": (
        "{file}: audioq itself failed here ({cause}); please report this with the version (audioq {version}) "
        "and, if you may share it, the file; --debug shows where it happened"
    ),
    "error.empty_folder": "{file}: no recording in this folder; give the path of a file to try it whatever its name",
    "error.folder": "{file}: the folder cannot be read ({cause}); check the permissions",
    "error.output": "error: the results cannot be written ({cause})",
    "error.partial": "stopped; the rows so far are in {file}",
    "error.no_leg": "no leg of the call can be read ({problems})",
    "remedy.no_leg": "give at least one recording that can be read",
    "error.call_id": "--call-id names a call of several recordings; add --legs",
    "error.one_leg": "--legs joins recordings of one call, and only one is given; add the others or leave out --legs",
    "error.leg_folder": "'{name}' is a folder, and legs are named file by file; name its recordings one by one",
    "error.leg_twice": "two legs are named '{name}'; name each leg (--channels), and give each recording once",
    "error.legs_names": "--channels: names given: {names}, recordings: {count}; give one name a recording",
    "error.roles.side": "'{name}' is no side",
    "remedy.roles.side": "say far, both or near: whose voice the recording holds",
    "error.roles.no_name": "a channel's name is empty",
    "remedy.roles.no_name": "write the names with one comma between them",
    "error.roles.number_for_name": "'{name}' is a number and cannot be a channel's name",
    "remedy.roles.number_for_name": "give it a name with a letter",
    "error.roles.name_twice": "two channels are named '{name}'",
    "remedy.roles.name_twice": "give each a name of its own",
    "error.roles.wrong_count": "names given: {names}, channels in the recording: {count}",
    "remedy.roles.wrong_count": "give one name a channel, in their order",
    "error.roles.no_number": "there is no channel {number}; the highest number is {last}",
    "remedy.roles.no_number": "count from 0",
    "error.roles.unknown_name": "no channel is named '{name}'; the names are {names}",
    "remedy.roles.unknown_name": "use one of these, or a number from 0",
    "error.roles.unnamed": "no channel is named '{name}', because the channels have no names",
    "remedy.roles.unnamed": "name all channels in their order (--channels), or give the number, from 0",
    "error.roles.both": "channel {name} ought to carry speech and is to be ignored, and cannot do both",
    "remedy.roles.both": "leave out one of the two",
    "error.roles.all_ignored": "all channels ({count}) are to be ignored, so nothing is left to be judged",
    "remedy.roles.all_ignored": "leave one that is judged",
    "error.unknown_name": "nothing is named '{name}'; audioq explain lists all names",
    "error.near_name": "nothing is named '{name}'; did you mean {near}? audioq explain lists all names",
}

MESSAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": NOTES
        | _KINDS
        | _LABELS
        | _BASIS
        | _RIVALS
        | _SEVERITY
        | _RULES
        | _BECAUSE
        | _ERRORS
        | LISTING
        | BATCH_WORDS
        | GATE_WORDS
        | PAGE_WORDS
        | RESULT_WORDS,
    }
)
"""The table: language, then id, then sentence."""


class _Sentence(string.Formatter):
    """Fills a sentence so that an undefined number reads as a word and a plain one is brief."""

    def format_field(self, value: object, spec: str) -> str:
        """Return one filled field."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return "unknown"
        if isinstance(value, float) and not spec:
            return f"{value:.10g}"
        return format(value, spec)


_SENTENCE = _Sentence()


def text(id: str, values: Mapping[str, object] = MappingProxyType({}), language: str = "en") -> str:
    """Return the sentence `id` with its fields filled.

    Parameters
    ----------
    id : str
        Namespaced id, such as ``note.truncated``.
    values : mapping of str to object
        The fields of the sentence by name; further ones are ignored.
    language : str
        Which table to take.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        The language, the id or a field is unknown.

    Examples
    --------
    >>> text("basis.no_speech")
    'no speech is audible'
    """
    return _SENTENCE.vformat(MESSAGES[language][id], (), values)


def names(group: str, language: str = "en") -> tuple[str, ...]:
    """Return what is named in a group of ids, such as ``rival``, in the order of the table."""
    return tuple(id.removeprefix(f"{group}.") for id in MESSAGES[language] if id.startswith(f"{group}."))


def severity_band(severity: float) -> str:
    """Return the name of the band of `SEVERITY_BANDS` that holds a severity of 0 to 1.

    Examples
    --------
    >>> severity_band(0.0), severity_band(0.1), severity_band(0.9)
    ('none', 'slight', 'hardly_possible')
    """
    return next(name for below, name in SEVERITY_BANDS if severity < below)
