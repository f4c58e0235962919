"""Withholding: of a recording whose name is replaced, nothing is said that somebody else put into words."""

from __future__ import annotations

import pytest

from audioq.batches.items import Item
from audioq.batches.pool import Loss
from audioq.batches.pseudonyms import Pseudonyms
from audioq.batches.refusals import _CAUSES, problem_of, refused
from audioq.batches.rows import CAUSES
from audioq.batches.withholding import detail_of, fault_of, problem_of_masked, told
from audioq.errors import AudioError, BatchError
from audioq.listing_messages import LISTING

PLAIN = Item("calls/anna.wav", "/home/me/calls/anna.wav", None, 10, "1")
MASKED = Pseudonyms(bytes(16)).item(PLAIN)
IDS = [id.removeprefix("error.listing.") for id in LISTING if id.startswith("error.listing.")]


def test_nothing_is_withheld_of_a_recording_that_has_its_name():
    error = refused("calls/anna.wav", "remote", cause="ANNA.WAV: no answer")
    assert told(PLAIN, error) == str(error)
    assert fault_of(PLAIN, ValueError("anna")) == "ValueError: anna"
    assert detail_of(PLAIN, Loss("internal", "ValueError: anna")) == "ValueError: anna"


@pytest.mark.parametrize(
    "error",
    [
        refused("s3://b/x.wav", "remote", cause="ANNA%2EWAV: no answer"),  # a spelling that no search would find
        refused("x", "member", cause="Bad CRC-32 for file 'someone else'"),
        AudioError("x", "cannot be read to the end (/home/me/calls/anna.wav)", "copy it again"),
        AudioError("x", "is odd", "rename anna.wav"),
        BatchError("s3://b/anna.wav: needs a package"),
    ],
)
def test_what_is_quoted_is_left_out_and_the_cause_stays(error):
    said = told(MASKED, error)
    cause = CAUSES[getattr(error, "cause", "unreadable")]
    assert said == f"{MASKED.file}: {cause}; more is not said of it, as it might name it (--anonymize)"


@pytest.mark.parametrize("id", ["missing", "vanished", "changed", "encrypted", "not_there"])
def test_sentences_of_our_own_stay(id):
    error = refused("s3://bucket/anna.wav", id, host="worker-3", cause="the text of s3")
    assert told(MASKED, error) == f"{MASKED.file}: {error.problem}; {error.remedy}"


@pytest.mark.parametrize("id", IDS)
def test_no_problem_of_a_listing_keeps_what_it_quotes(id):
    names = ("cause", "kind", "host", "size", "limit", "ratio", "package", "protocol", "columns", "column", "place")
    names += ("cells", "problem", "remedy", "value", "start", "end", "other", "same", "call", "leg", "zone")
    error = refused("anna", id, **dict.fromkeys(names, "of anna"))
    cause, said = problem_of_masked("0123.wav", problem_of(error))
    assert cause == error.cause == _CAUSES.get(id, "unreadable")
    assert "anna" not in said and said.startswith("0123.wav: ")
    if "of anna" not in str(error):
        assert said == f"0123.wav: {error.problem}; {error.remedy}"


def test_a_row_without_a_file_is_not_told_by_its_place():
    error = refused("list of anna.csv line 7", "no_source")
    assert problem_of_masked("", problem_of(error)) == (error.cause, f"-: {error.problem}; {error.remedy}")


def test_faults_and_losses_say_their_kind_alone():
    assert fault_of(MASKED, ValueError("anna")) == "ValueError"
    assert detail_of(MASKED, Loss("internal", "ValueError: anna: x")) == "ValueError"
    assert detail_of(MASKED, Loss("crash", "SIGSEGV")) == "SIGSEGV"
