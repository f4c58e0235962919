"""JSON Lines: strict, ASCII, fixed order, true to the schema."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reports import FAILURE, a_report, a_verdict, assessments

from audioq.events import Event
from audioq.render.json import to_dict, to_line
from audioq.render.schema import report_schema
from audioq.report import Failure
from audioq.scores import METRICS
from audioq.table import Note

REPORT_KEYS = "schema audioq file format verdict severity scores events channels warnings thresholds".split()
REPORT_KEYS += ["assessable"]
VERDICT_KEYS = "label confidence probabilities basis rivals rule because".split()

CASES = {
    "plain": a_report(),
    "stereo": a_report(channels=2, sha256="0" * 64),
    "no events": a_report(events=(), label="intact"),
    "warnings": a_report(warnings=(Note("truncated", (("declared", 9.0), ("decoded", 5.0))), Note("mine"))),
    "undefined": a_report(snr_db=math.nan, hum_db=math.inf, of_mine=math.nan),
    "silence": a_report(verdict=a_verdict(basis="no_speech", rivals=("microphone_muted",))),
    "odd name": a_report("a\udcff\n\x1b[31m\U0001f600.wav"),
    "assessed": a_report(
        channels=2,
        assessable=assessments(buzz=(Note("narrow_band", (("bandwidth", 2400.0), ("limit", 3000.0))), Note("mine"))),
    ),
    "failure": FAILURE,
    "odd failure": Failure("a\udcff.wav", "InternalError", "a\udcff.wav: failed; report it"),
}


def strict(line: str) -> object:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize("item", CASES.values(), ids=CASES)
def test_lines_keep_to_the_schema(item):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(report_schema()).validate(strict(to_line(item)))


def test_the_schema_is_a_schema():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(report_schema())
    assert report_schema()["$id"] == "urn:audioq:report:1"
    assert {"mos_low", "mos_high"} <= report_schema()["$defs"]["scores"]["properties"].keys()
    assert "track" in report_schema()["$defs"]["report"]["properties"]


def test_the_schema_refuses_what_is_wrong():
    jsonschema = pytest.importorskip("jsonschema")
    valid = jsonschema.Draft202012Validator(report_schema()).is_valid
    good = to_dict(a_report())
    assert valid(good)
    assert not valid(good | {"error": {"type": "AudioError", "message": "x"}})
    assert not valid(good | {"severity": 1.5})
    assert not valid(good | {"verdict": good["verdict"] | {"label": "unknown"}})
    assert not valid({key: value for key, value in good.items() if key != "verdict"})


def undeclared(value: object, schema: dict, path: str = "") -> list[str]:
    """Return the keys that the schema does not name: additions have to be written into it."""
    schemas = report_schema()["$defs"]
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if isinstance(value, list):
        return [bad for item in value for bad in undeclared(item, schema.get("items", {}), path)]
    if not isinstance(value, dict) or "additionalProperties" in schema:
        return []
    known = schema.get("properties", {})
    unknown = [f"{path}/{key}" for key in value if key not in known]
    return unknown + [
        bad for key in value if key in known for bad in undeclared(value[key], known[key], f"{path}/{key}")
    ]


@pytest.mark.parametrize("item", CASES.values(), ids=CASES)
def test_every_key_is_in_the_schema(item):
    kind = "failure" if isinstance(item, Failure) else "report"
    assert undeclared(to_dict(item), {"$ref": f"#/$defs/{kind}"}) == []


def test_the_order_of_the_keys_is_fixed():
    made = to_dict(a_report())
    assert list(made) == REPORT_KEYS
    assert list(to_dict(a_report(sha256="0" * 64)))[3] == "sha256"
    assert list(made["verdict"]) == VERDICT_KEYS
    assert list(made["scores"]) == [metric.name for metric in METRICS]
    assert list(made["format"]) == ["container", "codec", "sr", "codec_sr", "channels", "duration"]
    assert list(made["events"][0])[-1] == "evidence"
    assert list(made["verdict"]["because"][0]) == ["rule", "score", "value", "unit", "limit", "text"]
    assert list(to_dict(FAILURE)) == ["schema", "audioq", "file", "error"]


def test_scores_keep_their_order_whatever_the_report_says():
    backwards = dict(reversed(a_report().scores.items()))
    assert list(to_dict(a_report(**backwards, of_mine=1.0))["scores"]) == [*(m.name for m in METRICS), "of_mine"]


def test_undefined_is_null():
    made = strict(to_line(CASES["undefined"]))
    assert made["scores"]["snr_db"] is made["scores"]["hum_db"] is made["scores"]["of_mine"] is None
    assert made["events"][1]["evidence"][0] == {"curve": "periodicity", "value": None, "unit": "", "limit": None}


def test_reasons_and_warnings_come_as_sentences():
    made = to_dict(CASES["warnings"])
    assert made["verdict"]["because"][0]["text"] == "rule of_ours: delivered_ratio is 9.0 %; the limit is 15.0 %"
    assert made["warnings"][0]["text"] == "the file is cut short: 5.00 of 9.00 s could be read"
    assert made["warnings"][0]["values"] == {"declared": 9.0, "decoded": 5.0}


def test_what_could_not_be_revealed_comes_by_kind():
    made = strict(to_line(CASES["assessed"]))
    assert made["assessable"] == made["channels"][1]["assessable"]
    assert list(made["assessable"])[:2] == ["dropout", "buzz"]
    assert made["assessable"]["dropout"] == {"assessable": True, "because": []}
    buzz = made["assessable"]["buzz"]
    assert buzz["assessable"] is False
    assert list(buzz["because"][0]) == ["id", "values", "text"]
    assert buzz["because"][0]["values"] == {"bandwidth": 2400.0, "limit": 3000.0}
    assert "2400 Hz" in buzz["because"][0]["text"] and buzz["because"][1]["id"] == "mine"


def test_a_name_that_is_not_unicode_keeps_its_bytes_aside():
    made = strict(to_line(a_report("a\udcff b.wav")))
    assert made["file"] == "a\\xff b.wav"
    assert made["file_uri"] == "a%FF%20b.wav"
    assert "file_uri" not in to_dict(a_report("a b.wav"))


@given(st.text(st.characters(), min_size=1))
def test_any_name_is_one_ascii_line_that_strict_readers_take(name):
    line = to_line(a_report(name))
    assert line.isascii() and "\n" not in line and "\r" not in line
    strict(line)["file"].encode("utf-8")


@given(st.text(min_size=1))
def test_a_unicode_name_comes_back_as_it_was(name):
    assert strict(to_line(a_report(name)))["file"] == name


def test_numbers_of_numpy_are_plain_numbers():
    np = pytest.importorskip("numpy")
    event = Event(np.float64(1.0), np.float32(1.5), "buzz", np.int64(0), 0.5, 0.5, True)
    assert strict(to_line(a_report(events=(event,))))["events"][0]["channel"] == 0


def test_duckdb_and_pandas_read_the_lines_unedited(tmp_path):
    duckdb, pd = pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(f"{to_line(item)}\n" for item in CASES.values()), encoding="ascii")
    rows = duckdb.sql(f"select file, verdict.label, error.type from read_json('{file}')").fetchall()
    assert [row[1] is None for row in rows] == [isinstance(item, Failure) for item in CASES.values()]
    assert len(pd.read_json(file, lines=True)) == len(CASES)
