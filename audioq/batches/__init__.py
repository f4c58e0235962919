"""Batches: many recordings, scored in processes of their own, and never a row lost.

The walk of a batch, one noun and one verb a file::

    sources --list--> Item --plan--> Plan --run--> Row --log--> log.jsonl --finish--> recordings, channels, events

What is decoded is decoded in a child, never here: see `children`.
"""
