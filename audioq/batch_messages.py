"""What is said of a batch as such, in English; `messages` takes it in."""

from __future__ import annotations

BATCH_WORDS = {
    "error.batch.no_child": (
        "no worker process can begin its work ({cause}); see what is short: memory, processes, or a file of audioq "
        "itself, and try --jobs 1"
    ),
    "error.batch.in_use": (
        "{folder}: another run is writing its results there; wait for it, or give another folder with -o"
    ),
    "error.batch.folder": "{folder}: cannot be written to ({cause}); give another folder with -o",
    "error.batch.bucket": (
        "{folder}: cannot be read and written ({cause}); check the address and that these credentials may list, read, "
        "write and delete there, and run the same command again"
    ),
    "error.batch.sending": (
        "{folder}: rows can no longer be sent there ({cause}); those that were sent are whole: see to the cause, and "
        "run the same command again"
    ),
    "batch.lease": (
        "{folder}: a run that has not ended is named there; waiting up to {seconds:.0f} s to see whether it is alive"
    ),
    "error.batch.no_log": (
        "{file}: was not written by audioq batch; give another folder than {folder} with -o, or move the file away"
    ),
    "error.batch.unread": "{file}: cannot be read ({cause}); give the folder that audioq batch wrote with -o",
    "error.batch.otherwise": (
        "{folder}: its rows were made otherwise ({differences}); add --rescore to score everything again, or give "
        "another folder with -o"
    ),
    "error.batch.tables": "{folder}: no folder for tables can be made there ({cause}); give another one with --tables",
    "error.batch.not_divided": "{columns}: only Parquet is divided into folders; add --format parquet",
    "error.batch.crash": (
        "{file}: three worker processes in a row ended while they read it ({detail}); the decoder cannot cope with it: "
        "convert it, or take it out"
    ),
    "error.batch.timeout": "{file}: took longer than is allowed; raise --timeout, or take it out",
    "error.batch.memory": "{file}: needed more memory than is allowed; raise --max-memory, or take it out",
    "error.batch.internal": "{file}: a worker met a fault of audioq itself ({detail}); please report this",
    "error.batch.no_scheduler": (
        "{address}: no Dask scheduler answers there ({cause}); start one with: dask scheduler"
    ),
    "error.batch.no_worker": (
        "{address}: no worker has joined this scheduler for {seconds:.0f} s; start one on each machine with: "
        "dask worker {address}"
    ),
    "error.batch.other_worker": (
        "{address}: the worker {worker} has {theirs} and this is {ours}; "
        "install the same version of audioq[cluster] there"
    ),
    "error.batch.worker": (
        "a worker of the cluster cannot do its work ({cause}); see that it has audioq[cluster] of this version, memory "
        "and processes, and run the same command again"
    ),
    "error.batch.cluster_lost": (
        "the cluster went away ({cause}); all rows so far are whole: run the same command again"
    ),
    "error.batch.other_thresholds": (
        "{folder}: its rows were judged by thresholds {theirs}, and these are {ours}; "
        "give the same --thresholds and --set"
    ),
    "error.batch.full": (
        "{file}: cannot be written ({cause}); all rows before are whole: make room and run the same command again"
    ),
    "error.batch.room": (
        "{folder}: no room for a copy of {file} ({cause}); all rows before are whole: set TMPDIR to a folder on a "
        "larger disc, and run the same command again"
    ),
    "error.batch.manifest": "{file}: cannot be written ({cause}); give another file with -o",
    "bar.rate": "{rate:.1f} recordings/s",
    "batch.throughput": (
        "{items} rows made in {elapsed:.1f} s: {rate:.1f} recordings/s, {speed:.0f} times as fast as they were spoken"
    ),
    "batch.kept": "{kept} rows of earlier runs were kept",
    "batch.gone": "{gone} rows are of recordings that the sources do not have (any more)",
    "error.batch.moved": (
        "{folder}: has rows of the same recordings under other names ({was}, now {now}); names are relative to the "
        "working folder: type the command where it was typed first, or give another folder with -o"
    ),
    "error.anonymous": "{file}: {what}; more is not said of it, as it might name it (--anonymize)",
    "error.batch.no_key": (
        "{file}: holds no key that can be read ({cause}); check the name, or make a new one: "
        "(umask 077; set -C; python3 -c 'import secrets; print(secrets.token_hex(32))' > newkey)"
    ),
    "error.batch.short_key": (
        "{file}: the key has {size:.0f} bytes, and names could be guessed from one of fewer than {least:.0f}; make one "
        "with: (umask 077; set -C; python3 -c 'import secrets; print(secrets.token_hex(32))' > newkey)"
    ),
    "error.batch.key_in_results": (
        "{file}: the key lies in the folder of the results, and whoever gets them would have it; put it elsewhere"
    ),
    "error.batch.key_type": "anonymize is of type {type}; give the key as bytes, or the path of its file",
    "error.batch.kept_without_key": "columns are all kept without --anonymize; leave --keep-column out, or give a key",
    "error.batch.never_kept": (
        "column '{column}' names recordings, which --anonymize hides, or nothing; leave out --keep-column '{column}'"
    ),
    "error.batch.anonymize_sha256": (
        "a digest names a recording to whoever has it; leave out either --sha256 or --anonymize"
    ),
    "error.batch.anonymize_debug": (
        "a traceback may hold the names of recordings; leave out either --debug or --anonymize"
    ),
    "error.batch.open_names": (
        "{folder}: has rows with the real names of recordings, which stay in its log; give another folder with -o"
    ),
    "error.batch.hidden_names": (
        "{folder}: its rows are anonymised, and real names beside them would tell which is which; give --anonymize "
        "with their key, or another folder with -o"
    ),
    "error.batch.other_names": (
        "{folder}: its rows were anonymised with another key (fingerprint {theirs}, and this one has {ours}); they "
        "stay in its log and would tell which is which: give their key, or another folder with -o"
    ),
    "error.batch.shown_before": (
        "{folder}: columns were kept readable in its rows ({columns}), which stay in its log; keep them, or give "
        "another folder with -o"
    ),
    "error.batch.other_tables": (
        "{folder}: has feature tables of recordings under other names (without --anonymize, or with another key), "
        "which would tell which is which; give another folder with --tables"
    ),
    "error.batch.verify_no_key": (
        "{folder}: its rows are anonymised; give the key that they were made with (--anonymize)"
    ),
    "error.batch.verify_open": "{folder}: its rows are not anonymised; leave --anonymize out",
    "error.batch.verify_other_key": (
        "{folder}: its rows were anonymised with another key (fingerprint {theirs}, and this one has {ours}); give "
        "that one"
    ),
    "batch.not_kept": "no row has the column '{column}', which is to be kept; check its name",
    "error.batch.range": "{name} is {value}; give {wanted}",
    "error.batch.draft_of_manifest": (
        "{file}: is a manifest already, and a draft of it would lose what is filled in; "
        "give the folders of its recordings"
    ),
    "error.batch.manifest_name": "{file}: a manifest is drafted as CSV; give a name that ends in .csv with -o",
    "error.batch.manifest_there": (
        "{file}: is there already, and what was filled in would be lost; give another name with -o, or take it away"
    ),
    "batch.interrupted": "interrupted; {items} rows of this run are in {output}. Run the same command again to go on",
    "manifest.written": (
        "{rows} recordings in {output}: {duplicates} are copies of others, {near} sound like others; fill in app, "
        "operator, volunteer and side, then run: audioq batch {output} -o results"
    ),
    "batch.written": "results in {output}",
    "estimate.amount": "{items} recordings, {megabytes:.0f} MB",
    "estimate.pending": "{pending} of them are still to be scored",
    "estimate.time": (
        "about {hours:.1f} hours of sound in all; scoring what is left would take about {took} (h:mm:ss) with {jobs} "
        "worker processes, judged by {tried} recordings drawn at random"
    ),
    "estimate.unknown": "an unknown time",
    "verify.differs": "{file}: {what} differ: was {was}, now {now}",
    "verify.counts": "{agree} rows agree, {differ} differ",
    "verify.without_row": "{count} recordings have no row: run audioq batch again",
    "verify.without_recording": "{count} rows cannot be verified: their recordings are gone, or have changed",
}
