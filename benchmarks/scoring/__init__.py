"""Scoring: how well verdicts, events and scores agree with labels of known truth.

The walk: ``labels`` (truth; ``lines``, ``lengths`` and ``true_events`` read it) and ``predictions`` (what was said)
are compared by ``verdicts``, ``events``, ``frames``, ``edges``, ``mos`` and ``calibration`` with its ``reliability``.
``groups`` says by what recordings are told apart (``talkers``, ``recorders``), and ``breakdown`` gives the figures of
each group.
``intervals`` says how sure a figure is, by ``bootstrap``. ``scorecard`` gathers all; ``printout`` and ``tables`` write
it for people. ``selection`` picks labels, ``completeness`` says what is missing, ``problems`` what makes a corpus
unusable.
"""
