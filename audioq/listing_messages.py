"""Sentences about what is listed for a batch and why it cannot be scored; a part of `messages`.

A pair of ``error.listing.*`` and ``remedy.listing.*`` stands behind the name of the file that it is about.
"""

from __future__ import annotations

_PLACES = {
    "error.listing.missing": "does not exist",
    "remedy.listing.missing": "check the name",
    "error.listing.not_there": "was listed, but the worker on {host} does not find it",
    "remedy.listing.not_there": (
        "have the same files at the same path on the machines of all workers, or name an address such as s3://, "
        "then add --retry-failed"
    ),
    "error.listing.vanished": "vanished while it was read",
    "remedy.listing.vanished": "try again once nothing moves or deletes it",
    "error.listing.changed": "changed while it was read",
    "remedy.listing.changed": "try again once nothing writes to it",
    "error.listing.folder": "is a folder",
    "remedy.listing.folder": "name the recordings in it, or give the folder itself as a source",
    "error.listing.not_a_file": "is {kind} and no file",
    "remedy.listing.not_a_file": "give a regular file",
    "error.listing.forbidden": "may not be read",
    "remedy.listing.forbidden": "ask for permission to read it",
    "error.listing.unreadable": "cannot be read ({cause})",
    "remedy.listing.unreadable": "check the name and the disc",
    "error.listing.empty": "no recording in this folder",
    "remedy.listing.empty": "give the path of a file to try it whatever its name, or a pattern (--glob)",
    "error.listing.empty_archive": "no recording in this archive",
    "remedy.listing.empty_archive": "check what is in it, or give a pattern (--glob)",
    "error.listing.too_large": "has {size} bytes or more, and {limit} are allowed",
    "remedy.listing.too_large": "score it by itself, or allow more (--max-size)",
    "error.listing.own_file": "names a file of this machine, in a manifest at an address",
    "remedy.listing.own_file": "name an address, or copy the manifest to this machine",
    "error.listing.no_source": "neither file nor outcome",
    "remedy.listing.no_source": "name a file, or say what became of the call (outcome)",
}

_ARCHIVES = {
    "error.listing.archive": "cannot be read as an archive ({cause})",
    "remedy.listing.archive": "make it again, or give its files as a folder",
    "error.listing.archive_bomb": "unpacks to over {ratio} times its size",
    "remedy.listing.archive_bomb": "unpack it yourself if you trust it, and give the folder",
    "error.listing.encrypted": "is encrypted",
    "remedy.listing.encrypted": "unpack the archive with its password, and give the folder",
    "error.listing.member": "cannot be unpacked ({cause})",
    "remedy.listing.member": "make the archive again",
    "error.listing.member_link": "is a link in an archive, and links there are not followed",
    "remedy.listing.member_link": "unpack the archive, and give the folder",
    "error.listing.member_special": "is a pipe or a device in an archive and no file",
    "remedy.listing.member_special": "give regular files",
    "error.listing.no_member": "is no longer in the archive",
    "remedy.listing.no_member": "try again once nothing writes to the archive",
}

_REMOTE = {
    "error.listing.remote_forbidden": "may not be read with these credentials ({cause})",
    "remedy.listing.remote_forbidden": "ask for permission to list and read it, or give credentials that have it",
    "error.listing.remote_credentials": "no credentials were found ({cause})",
    "remedy.listing.remote_credentials": "set them in the environment, such as AWS_ACCESS_KEY_ID or AWS_PROFILE",
    "error.listing.remote": "could not be fetched ({cause})",
    "remedy.listing.remote": "check the address and the network, then try again (--retry-failed)",
    "error.listing.no_extra": "addresses need fsspec, which is not installed",
    "remedy.listing.no_extra": "pip install 'audioq[bucket]'",
    "error.listing.no_protocol": "its kind of address needs a package that is not installed ({cause})",
    "remedy.listing.no_protocol": "pip install {package}",
    "error.listing.unknown_protocol": "nothing is known of addresses that begin with {protocol}://",
    "remedy.listing.unknown_protocol": "use s3://, gs://, https:// or sftp://, or give a path",
}

_MANIFESTS = {
    "error.listing.no_file_column": "has no column file; its columns are {columns}",
    "remedy.listing.no_file_column": "name the column of the recordings file",
    "error.listing.no_header": "is empty",
    "remedy.listing.no_header": "begin it with a line of column names, one of which is file",
    "error.listing.column_twice": "has two columns named '{column}'",
    "remedy.listing.column_twice": "give each a name of its own",
    "error.listing.cells": "{place} has {cells} cells, and there are {columns} columns",
    "remedy.listing.cells": "put quotation marks around cells that hold the separator",
    "error.listing.row": "{place} cannot be read ({cause})",
    "remedy.listing.row": "correct it and start again",
    "error.listing.no_utf8": "{place}, column {column}: holds bytes that are no UTF-8",
    "remedy.listing.no_utf8": "save the manifest as UTF-8, in a spreadsheet as CSV UTF-8",
    "error.listing.value": "{place}, column {column}: {problem}",
    "remedy.listing.value": "{remedy}, or leave it blank",
    "error.listing.not_a_count": "'{value}' is no number of a track",
    "remedy.listing.not_a_count": "write a whole number from 0 on",
    "error.listing.not_seconds": "'{value}' is no time",
    "remedy.listing.not_seconds": "write seconds from the beginning, such as 12.5",
    "error.listing.end": "{end} s does not lie after start, {start} s",
    "remedy.listing.end": "write an end after start",
    "error.listing.two_columns": "'{value}', but '{other}' in column {same}",
    "remedy.listing.two_columns": "use one of the two columns",
    "error.listing.leg_twice": "call {call} has two recordings of leg '{leg}'",
    "remedy.listing.leg_twice": "name each leg once in a call",
    "error.listing.leg_differs": "'{value}' and '{other}' are said of the same call {call}",
    "remedy.listing.leg_differs": "say the same in each row of a call",
    "error.listing.no_parquet": "Parquet needs pyarrow, which is not installed",
    "remedy.listing.no_parquet": "pip install 'audioq[parquet]'",
    "line.repeated_rows": "{file}: rows that repeat others and are taken once: {count}",
    "line.file_and_outcome": (
        "{file}: a file and an outcome stand in {count} of {rows} rows: they are scored, "
        "and the outcome is carried along"
    ),
    "line.no_dates": (
        "{file}: started_at of {count} of {rows} rows is no date of ISO 8601, "
        "the first in {place}: no absolute times for them"
    ),
    "line.misspelled": "{file}: column '{column}' is carried along only; did you mean {meant}?",
}

_DRAFTS = {
    "error.listing.draft_of_archive": "is an archive, and a manifest cannot name what is in it",
    "remedy.listing.draft_of_archive": "unpack it, or score the archive itself (audioq batch)",
    "error.listing.time_zone": "'{zone}' is no time zone",
    "remedy.listing.time_zone": "give a name such as Africa/Lagos, an offset such as +01:00, or local",
}

LISTING = _PLACES | _ARCHIVES | _REMOTE | _MANIFESTS | _DRAFTS
"""The English ones: id, then sentence."""
