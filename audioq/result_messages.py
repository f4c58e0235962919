"""What is said of the results of a batch, in English; `messages` takes it in."""

from __future__ import annotations

RESULT_WORDS = {
    "error.time_zone": "{zone} is no time zone; give a name of IANA or an offset, such as Europe/Berlin or +02:00",
    "error.no_results": "{path}: there are no results of a batch; give the folder that audioq batch -o wrote",
    "error.no_table": "{path}: these results have no table {table}; write them again with audioq batch",
    "error.unknown_table": "there is no table {table}; take one of {tables}",
    "error.unknown_library": "results cannot be given to {library}; take pandas or polars",
    "error.unknown_format": "tables cannot be written as {format}; take one of {formats}",
    "error.not_installed": "{library} is not installed; pip install '{package}'",
    "error.damaged_results": "{path}: is damaged ({cause}); write the tables again with audioq batch",
    "error.cannot_write_tables": (
        "{path}: the tables cannot be written ({cause}); free space or allow it, then start the same command again"
    ),
    "error.stranger": (
        "{file}: has the name of a table and is none that audioq wrote, so it is left alone; "
        "give another folder for the results"
    ),
    "error.partition": "{column} cannot divide the tables; take a text column of recordings, such as {columns}",
    "summary.head": "{total:,.0f} recordings: {ok:,.0f} scored, {failed:,.0f} failed, {none:,.0f} without a recording",
    "summary.empty": "no recordings",
    "summary.hours": "{hours:,.2f} h of sound",
    "summary.verdict": "verdict",
    "summary.basis": "basis",
    "summary.cause": "failed",
    "summary.outcome": "no recording",
    "summary.unsaid": "not said",
    "summary.others": "others",
    "summary.count": "{name} {count:,.0f} ({share:.1%})",
    "summary.mos": (
        "MOS of calls with speech: {mean:.2f} on average, of the {n:,.0f} in which enough speech is heard, and "
        "{share:.1%} of all {ok:,.0f} that were scored are blocked"
    ),
    "summary.no_mos": (
        "MOS of calls with speech: undefined, because none has speech; {share:.1%} of all {ok:,.0f} that were scored "
        "are blocked"
    ),
    "summary.misread": "recordings whose bytes are probably in another format (see their warnings): {count:,.0f}",
    "summary.without_leg": "calls of which a leg could not be read: {count:,.0f}, judged by the others",
    "summary.small_groups": (
        "{recordings:,.0f} recordings are in {groups:,.0f} groups of fewer than {least:.0f} by {columns}: they may "
        "name a person (small_group)"
    ),
    "summary.no_small_groups": "no group by {columns} has fewer than {least:.0f} recordings",
    "summary.failures": "could not be scored (the first {count:.0f}):",
    "summary.gone_failures": "of those that failed, {count:,.0f} are not in the sources (any more)",
    "summary.worst": "most severe (0 none, 1 nothing got through):",
    "summary.row": "{severity:.2f}  {label:<8}  longest dropout {longest:.2f} s  {file}",
    "summary.row_without": "{severity:.2f}  {label:<8}  {file}",
    "summary.throughput": "{seconds:,.1f} s: {rate:,.1f} recordings a second, {hours:,.0f} h of sound an hour",
}
"""The English ones: id, then sentence."""
