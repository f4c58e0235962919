"""Words of the page, of ``audioq explain`` and of what a recording could not show; a part of `messages`."""

from __future__ import annotations

_ASSESSABLE = {
    "assessable.nothing_heard": "no speech is audible, so none could be seen to be harmed",
    "assessable.only_tone": "only tones are heard ({seconds:.1f} s), no speech that could be harmed",
    "assessable.only_music": "only music is heard ({seconds:.1f} s), no speech that could be harmed",
    "assessable.little_speech": "only {speech:.1f} s of speech are audible; under {limit:.1f} s is too little to tell",
    "assessable.low_level": "the speech is too quiet: {level:.0f} dBFS, under {limit:.0f}; its softer parts are lost",
    "assessable.filled_gaps": (
        "the noise lies only {snr:.1f} dB under the speech; nearer than {limit:.0f} dB it fills and hides gaps"
    ),
    "assessable.masking_noise": (
        "the noise lies only {snr:.1f} dB under the speech; nearer than {limit:.0f} dB it covers repeats and jumps"
    ),
    "assessable.narrow_band": (
        "the sound ends at {bandwidth:.0f} Hz; a band under {limit:.0f} Hz holds too little of such harm"
    ),
    "assessable.rerecorded": (
        "the call was probably ({probability:.0%}) played by a loudspeaker and recorded by a microphone, or its line "
        "is as noisy as a room, which hides edges"
    ),
    "assessable.processed_voice": (
        "the voice sounds processed for {seconds:.0f} s; a buzz would not stand out from it"
    ),
    "assessable.too_short": "the recording lasts {duration:.1f} s; silences of under {limit:.0f} s are no dead air",
}

_PAGE = {
    "channel": "channel {number}",
    "reason.generic": "rule {rule}: {score} is {value}",
    "reason.generic_limit": "rule {rule}: {score} is {value}; the limit is {limit}",
    "note.generic": "{id}: {values}",
    "line.confidence": "{confidence:.0%} sure",
    "line.failure": "error: {message}",
    "line.hidden": "[cannot show {kinds}]",
    "page.format": "{container}, {codec}, {sr} Hz, channels: {channels}, {duration:.2f} s",
    "page.why": "Why",
    "page.rivals": "Fits as well",
    "page.channels": "Channels",
    "page.channel": "{channel}: {label}, {confidence}; {reason}",
    "page.recording": "{chain} ({confidence:.0%}){side}",
    "chain_meaning.loudspeaker": "a loudspeaker played the call and a microphone recorded it, by the room between them",
    "chain_meaning.lossy": "the file is of a lossy codec",
    "chain_meaning.direct": "no loudspeaker and no lossy codec lies between the call and the file",
    "chain_meaning.unknown": "too little stands out of the noise to tell, or a room and a poor line would sound alike",
    "side_meaning.far": "the channel holds the voice of the other end; --side says so",
    "side_meaning.near": "the channel holds the voice of whoever recorded; --side says so",
    "side_meaning.both": "the channel holds both voices; --side says so",
    "fault_meaning.dropped_buffers": "zeros on a grid of a sound card's buffers, as a recorder that drops some leaves",
    "fault_meaning.buffers_left_out": "cuts on a grid of a sound card's buffers, as a recorder that leaves some out",
    "fault_meaning.recorder_muted": "exact zeros in the recording of a room, whose noise never stops",
    "fault_meaning.all_muted": "all channels turn to exact zeros on one sample, and not for whole packets",
    "fault_meaning.recorder_clipped": "peaks cut off at full scale in the recording of a room",
    "fault_meaning.file_cut_off": "the file ends before its sound does, by its header, in a packet or without end mark",
    "fault_meaning.wrong_rate": "the sound is played at half or at twice its speed, as by a wrong sampling rate",
    "fault_meaning.dc_jump": "the sound jumped aside and stayed there",
    "explain.chain": "{name} (chain of a recording)\n  {meaning}",
    "explain.side": "{name} (side)\n  {meaning}",
    "explain.fault": "{name} (fault of a recorder)\n  {meaning}",
    "chain.loudspeaker": "probably played by a loudspeaker and recorded by a microphone",
    "chain.lossy": "kept in a lossy format",
    "chain.direct": "recorded without a loudspeaker between",
    "chain.unknown": "recorded nobody knows how",
    "side.far": "; the far voice, as was said",
    "side.near": "; the near voice, as was said",
    "side.both": "; both voices in a channel, as was said",
    "page.rests_on": "the verdict rests on {channel}",
    "page.ignored": "{channel}: ignored; by itself {label}, {confidence}; {reason}",
    "page.legs": "Legs",
    "page.leg": "{leg}: {file}; {format}",
    "line.of_leg": "{leg}: {note}",
    "line.channel": "{channel}: {reason}",
    "page.timeline": "When",
    "page.events": "What was heard",
    "page.more": "and {count} more, less severe",
    "page.meanings": "What it means",
    "page.scores": "Scores",
    "page.warnings": "Please note",
    "page.assessable": "What this recording could not show",
    "page.hidden": "{kinds}: {reason}",
    "page.harmless": "no",
    "page.harmful": "yes",
    "column.start": "from",
    "column.end": "to",
    "column.kind": "what",
    "column.channel": "where",
    "column.severity": "severity",
    "column.confidence": "sure",
    "column.affects_verdict": "counts",
    "value.ratio": "{percent} %",
    "value.1-5": "{value} of 5",
    "value.0-1": "{value} of 1",
    "value.1/min": "{value} a minute",
    "value.undefined": "undefined",
    "progress.one": "{file}: {seconds:.0f} s",
    "progress.many": "{number} of {total}, {file}: {seconds:.0f} s",
}

_INFO = {
    "info.container": "  container: {container}",
    "info.rate": ", {sr} Hz, channels: {channels}",
    "info.header": ", {seconds:.2f} s by its header",
    "info.problem": "  cannot be read: {problem}",
    "info.sound": "  decoded: {seconds:.2f} s at {sr} Hz, channels: {channels}",
    "info.gaps": "  gaps: {count}, together {seconds:.2f} s",
    "info.no_clock": "  gaps: unknown, the container does not tell the time",
}

_EXPLAIN = {
    "explain.metric": "{name} (score)\n  {meaning}\n  Unit: {unit}; {direction}; shown with {decimals} decimals.",
    "explain.kind": "{name} (kind of event)\n  {meaning}\n  {affects}{thresholds}",
    "explain.affects": "It counts for the verdict.",
    "explain.affects_not": "It does not count for the verdict; it is shown as an aside.",
    "explain.thresholds": "\n  Its thresholds: {names}.",
    "explain.threshold": (
        "{name} (threshold)\n  {meaning}\n  Value: {value}{unit}, allowed from {low} to {high}{unit}.\n"
        "  Source: {source}\n  Change it with --set {name}=NUMBER, or in a file for --thresholds."
    ),
    "explain.rule": "{name} (rule, gives {label})\n  {meaning}",
    "explain.label": "{name} (verdict)\n  {meaning}",
    "explain.basis": "{name} (basis of a verdict)\n  {meaning}",
    "explain.rival": "{name} (another explanation that fits)\n  It may be that {meaning}.",
    "explain.severity": "{name} (band of severity)\n  {meaning}: severity from {low} to {high}.",
    "explain.severity_last": "{name} (band of severity)\n  {meaning}: severity from {low} to 1.",
    "explain.assessable": "{name} (why a kind of event would not show)\n  {meaning}",
    "explain.note": "{name} (warning)\n  {meaning}",
    "explain.group": "{group}:",
    "explain.hint": "audioq explain NAME says what one of them means.",
}

PAGE_WORDS = _ASSESSABLE | _PAGE | _INFO | _EXPLAIN
"""The English ones: id, then sentence."""
