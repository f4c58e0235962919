"""What is said where a batch is held to something, in English; `messages` takes it in."""

from __future__ import annotations

GATE_WORDS = {
    "error.gate.condition": (
        "--fail-if {given}: is no condition; write the name of a score, <, <=, > or >=, and a number: 'mos<3.5'"
    ),
    "error.gate.name": "--fail-if {given}: there is no number {name}; there are: {names}",
    "error.gate.near": "--fail-if {given}: there is no number {name}; did you mean: {names}",
    "error.gate.allow": (
        "--allow {given}: is neither a number of recordings, such as 3, nor a share of those that were scored: 2%"
    ),
    "error.gate.allow_what": "--allow {given}: says how many may meet a condition; add --fail-on or --fail-if",
    "error.gate.verdict": "--fail-on {given}: is no verdict to stop at; there are: {verdicts}",
    "error.baseline.line": (
        "{file}: line {line} is no result of audioq; give a folder that audioq batch wrote, its log.jsonl, or what "
        "audioq analyze --format json wrote"
    ),
    "error.baseline.no_lines": (
        "{file}: has no log.jsonl and no recordings.jsonl, which a baseline is read from; CSV and Parquet will not do"
    ),
    "error.baseline.own": (
        "{file}: these results go there, and would be compared with themselves in the end; give a copy of earlier "
        "results with --baseline"
    ),
    "error.baseline.hidden": "{file}: its rows are anonymised; give --anonymize with their key, or another --baseline",
    "error.baseline.open": "{file}: its rows are not anonymised; leave --anonymize out, or give another --baseline",
    "error.baseline.other_key": "{file}: its rows were anonymised with another key; give that, or another --baseline",
    "error.baseline.empty": "{file}: holds no recording that was scored; give another one with --baseline",
    "error.baseline.unread": "{file}: cannot be read ({cause}); give another one with --baseline",
    "error.baseline.others": (
        "{file}: has no recording by the name of any of these; give results of the same recordings with --baseline"
    ),
    "error.checks.place": "{option} {file}: cannot be written there ({cause}); give a file in a folder that is there",
    "error.checks.stranger": "{option} {file}: is there already and something else; give another name",
    "error.checks.unwritten": (
        "{file}: cannot be written ({cause}); the results themselves are whole: run the same command again"
    ),
    "error.junit.ending": "--junit {file}: build servers look for files that end in .xml; give such a name",
    "error.gauges.ending": (
        "--prometheus {file}: the textfile collector reads only files that end in .prom; give such a name"
    ),
    "error.gauges.package": "--prometheus needs a package that is not installed: pip install 'audioq[prometheus]'",
    "junit.tolerated": "tolerated, as no more meet the gate than are allowed: {met}",
    "junit.event": "{start:.2f} to {end:.2f} s, channel {channel}: {kind} (confidence {confidence:.2f})",
    "junit.more": "and {count} more",
    "gate.verdict": "the verdict is {label}",
    "gate.number": "{name} is {value} (unit: {unit}), so {condition}",
    "gate.recording": "{file}: {met}",
    "gate.more": "and {count} more",
    "gate.nothing": "gate NOT PASSED: nothing was scored that could meet it",
    "gate.passed": "gate passed: {met} of {scored} scored recordings ({share:.1%}) meet {gate}; allowed: {allowed}",
    "gate.failed": "gate FAILED: {met} of {scored} scored recordings ({share:.1%}) meet {gate}; allowed: {allowed}",
    "gate.undefined": "{condition}: {count} recordings have no such number, and do not count as meeting it",
    "compare.worse": (
        "WORSE than {file}: {pairs} recordings scored in both; only here {here}, only there {there}, scored only there "
        "{lost}, scored only here {gained}"
    ),
    "compare.not_worse": (
        "not worse than {file}: {pairs} recordings scored in both; only here {here}, only there {there}, scored only "
        "there {lost}, scored only here {gained}"
    ),
    "compare.nothing": (
        "NOTHING TO COMPARE with {file}: no recording is scored in both; only here {here}, only there {there}, scored "
        "only there {lost}, scored only here {gained}"
    ),
    "compare.folders": "pairs are what follows {theirs} there and {ours} here",
    "compare.few": "less than half of the recordings are scored in both, and the others are not compared",
    "compare.otherwise": (
        "another version of audioq, other thresholds or other options made the baseline: a part of the change may be "
        "theirs"
    ),
    "compare.damaged": (
        "degraded or blocked: {was} then, {now} now of {pairs}: {estimate:+.1%} of them ({level:.0%} interval "
        "{low:+.1%} to {high:+.1%})"
    ),
    "compare.blocked": (
        "blocked: {was} then, {now} now of {pairs}: {estimate:+.1%} of them ({level:.0%} interval {low:+.1%} to "
        "{high:+.1%})"
    ),
    "compare.mos": (
        "MOS of calls with speech in both (n = {n}): {was:.2f} then, {now:.2f} now: {estimate:+.3f} ({level:.0%} "
        "interval {low:+.3f} to {high:+.3f})"
    ),
    "compare.few_mos": (
        "MOS of calls with speech in both (n = {n}): {was:.2f} then, {now:.2f} now: {estimate:+.3f} (fewer than "
        "{fewest}: no interval)"
    ),
    "compare.no_mos": "MOS of calls with speech in both: there are none",
    "compare.mark": "  << worse",
    "compare.moves": "verdicts that changed: {moves}",
    "compare.worst": "those that got worse most:",
    "compare.row": "{file}: {was} > {now}, severity {severity_was:.2f} > {severity_now:.2f}",
}
