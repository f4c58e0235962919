"""What is said of a recording as such: the warnings of a report, in English; `messages` takes them in."""

from __future__ import annotations

NOTES = {
    "note.dropped_buffers": (
        "{count:.0f} stretches of zeros, the first at {start:.2f} s, lie on a grid of {value:.1f} ms: buffers that the "
        "recorder dropped, or a player that ran dry; the packets of most calls have another length. Few of them are "
        "kept out of the verdict"
    ),
    "note.buffers_left_out": (
        "{count:.0f} cuts, the first at {start:.2f} s, lie on a grid of {value:.1f} ms: buffers that the recorder left "
        "out; the packets of most calls have another length. Few of them are kept out of the verdict"
    ),
    "note.recorder_muted": (
        "a microphone probably recorded this out of a room, yet {value:.1f} s of it are exactly zero, from {start:.2f} "
        "s on: then the recorder was muted there; where that is little, it is kept out of the verdict"
    ),
    "note.all_muted": (
        "all channels turn to exact zeros on one sample, the first time at {start:.2f} s, {value:.1f} s in all, and "
        "not for whole packets: losses on two ways hardly do that, so the recorder was probably muted or stopped "
        "there, or the call was put on hold or ended. Little of it that does not reach the end is kept out of the "
        "verdict"
    ),
    "note.recorder_clipped": (
        "a microphone probably recorded this out of a room, and {value:.0f} peaks a minute are cut off at full scale: "
        "then the recorder was overdriven, not the call; set it softer or move it away"
    ),
    "note.wrong_rate": (
        "the voice sounds as if it were played at about {value:g} times its speed: the file probably states a wrong "
        "sampling rate, and all times, pitches and bands are off by that. A verdict on such a recording errs more "
        "often; mend the rate and analyse it again"
    ),
    "note.dc_jump": (
        "at {start:.2f} s the sound jumps by {value:.3f} of full scale and stays there: something was switched in the "
        "recorder; the jump was taken off"
    ),
    "note.near_side": (
        "by --side near this holds the voice at the recorder's own end: it tells of the microphone, and not of what "
        "the network carried"
    ),
    "note.both_sides": (
        "by --side both the two voices share a channel, and the verdict covers them together: the near voice can be "
        "perfect while the far one is gone"
    ),
    "note.unanswered": (
        "from {start:.1f} to {end:.1f} s nobody is heard: an answer from the far end may be missing there, or none came"
    ),
    "note.long_silences": (
        "long silences between the words, {seconds:.0f} s in all, the longest at {spans} s: where both voices share "
        "this channel, an answer may be missing there; where it holds one, the other may have spoken; --side says "
        "which it is"
    ),
    "note.truncated": "the file is cut short: {decoded:.2f} of {declared:.2f} s could be read",
    "note.wrong_length_header": (
        "the file's header gives a wrong length, {declared:.2f} s; all {decoded:.2f} s that are there were read"
    ),
    "note.broken_off": (
        "the file ends within a packet or lacks its end mark and may be cut short; {decoded:.2f} s could be read, and "
        "nothing says how much is missing"
    ),
    "note.undecodable": (
        "{seconds:.2f} s inside the file could not be decoded; silence stands in for them. Where the file has no "
        "header, its bytes may be in another format"
    ),
    "note.missing_packets": (
        "{seconds:.2f} s are missing inside the file, by its own clock; silence stands in for them, "
        "so that all times are right"
    ),
    "note.dtx_gaps": (
        "{count} gaps, {seconds:.2f} s in all, come where the sender had nothing to send (DTX); nothing is lost there"
    ),
    "note.overlapping_packets": (
        "{seconds:.2f} s of sound are stamped as if they were heard at the same time as others; they are played one "
        "after the other, so that nothing is lost and times may be late"
    ),
    "note.clock_jumps": (
        "the file's clock jumps {count} times, back or further than any loss is long; the jumps are left out"
    ),
    "note.loose_gaps": (
        "the file tells its time only once in {seconds:.2f} s; missing packets may lie that much later than shown"
    ),
    "note.late_start": (
        "the sound begins {seconds:.2f} s after the other tracks of the file; silence stands before it, as in a player"
    ),
    "note.several_tracks": (
        "{count} audio tracks; number {track}, counted from 0, was read, and --stream chooses another"
    ),
    "note.odd_bytes": (
        "{bytes:.0f} bytes are left over at the end, too few for a whole sample or frame of {codec}; the file is cut "
        "off, or its bytes are in another format: say which with --raw-format"
    ),
    "note.looks_like_noise": (
        "read as {codec}, this sounds like white noise at {level:.0f} dBFS; its bytes are probably in another format: "
        "say which with --raw-format, such as mulaw,8000,1 or s16le,8000,1"
    ),
    "note.looks_like_other_law": (
        "read as {codec}, even the quietest moments never come near zero; the bytes are probably {other}, or in "
        "another format: say which with --raw-format, such as {other},8000,1"
    ),
    "note.part": "only a part was analysed, from {start:.2f} s on; all times count from there",
    "note.dc_offset": "the first seconds sit {offset:.4f} of full scale beside zero; that offset was taken off",
    "note.resampled_array": (
        "an array at 22050 Hz is probably resampled, as librosa.load does by default, and resampling erases "
        "evidence; pass the path of the file, or load it with sr=None, mono=False"
    ),
    "note.many_channels": "{channels} channels, where a call has one or two; each is judged as one side of the call",
    "note.odd_rate": "{sr} Hz is not a rate at which calls are recorded; the file may have been converted",
    "note.full_scale": "some samples lie at full scale; the recording may be overdriven",
    "note.all_zero": "every sample is exactly zero; nothing was recorded, or the recorder was not given any sound",
    "note.short": "only {duration:.2f} s long; a verdict on less than 3 s rests on little",
    "note.ignored_channel": "{who} was ignored, as asked: it has scores, but the verdict leaves it out",
    "note.silent_channel": (
        "{who} is silent from end to end; no speech was expected in it, so it does not count for the verdict"
    ),
    "note.microphone_muted": (
        "{who} falls silent by itself at {start:.1f} s and stays so, while {speech:.0f} s of speech follow on another "
        "side: its microphone may have been muted, or the person there just listened"
    ),
    "note.leg_missing": "{leg} could not be read and is not part of this verdict: {problem}",
}
