"""Rooms that turn a `Report` into text: JSON Lines, CSV and pages for people. They never measure.

``json.to_line``, ``csv.to_row`` and ``text.to_line`` each make one line of a report or of a
failure; ``text.to_page`` tells one recording in full.
"""
