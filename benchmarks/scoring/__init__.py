"""Scoring: how well verdicts, events and scores agree with labels of known truth.

The walk: ``labels`` (truth) and ``predictions`` (what was said) are compared by ``verdicts``,
``events``, ``frames``, ``edges``, ``mos`` and ``calibration``; ``intervals`` says how sure a figure
is; ``scorecard`` gathers them; ``printout`` writes them for people. ``selection`` picks labels.
"""
