"""The pages: generated tables are up to date, and what is linked to is there."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.smoke

ROOT = Path(__file__).resolve().parents[1]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))


@pytest.fixture(scope="module")
def make_tables():
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs" / "make_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_tables_are_up_to_date():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "make_tables.py"), "--check"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run python docs/make_tables.py"


def test_an_old_table_is_seen_and_filled(make_tables):
    page = "a\n<!-- kinds-table -->\nof yore\n<!-- /kinds-table -->\nb\n"
    new = make_tables.filled(page)
    assert "yore" not in new and "`dropout`" in new and new.startswith("a\n") and new.endswith("\nb\n")
    assert make_tables.filled(new) == new


@pytest.mark.parametrize(
    ("page", "tables"),
    [
        ("README.md", {"scores", "kinds"}),
        ("docs/scores.md", {"scores", "kinds", "thresholds"}),
        ("docs/verdict.md", {"rules"}),
    ],
)
def test_the_pages_have_their_tables(page, tables):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert {name for name in ("scores", "kinds", "thresholds", "rules") if f"<!-- {name}-table -->" in text} == tables


def test_every_name_has_a_row(make_tables):
    from audioq import DEFAULT_THRESHOLDS, KINDS, METRICS, RULES
    from audioq.rules import CALL_RULES

    named = {
        "scores": [metric.name for metric in METRICS],
        "kinds": [kind.name for kind in KINDS],
        "thresholds": list(DEFAULT_THRESHOLDS),
        "rules": [*(rule.id for rule in (*RULES, *CALL_RULES))],
    }
    for table, names in named.items():
        rows = make_tables.TABLES[table]().splitlines()[2:]
        assert [name for row in rows for name in re.findall(r"`([a-z0-9_.]+)`", row)[:1]] == names
        assert len({row.count("|") for row in rows}) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_how_it_hears_names_every_kind_with_a_picture_and_every_picture_has_a_case():
    from audioq import DEFAULT_THRESHOLDS, KINDS

    text = (ROOT / "docs" / "how-it-hears.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for kind in KINDS:
        section = sections[kind.name.replace("_", " ").capitalize()]
        assert f"images/hearing-{kind.name}.png" in section, kind.name
        for part in ("What one hears", "What it looks like", "How it is found", "Blind to", "Source"):
            assert f"**{part}.**" in section, (kind.name, part)
    cases = set(re.findall(r'^    Case\(\s*"([^"]+)"', (ROOT / "docs" / "hearing_cases.py").read_text("utf-8"), re.M))
    assert set(re.findall(r"images/hearing-(.+?)\.png", text)) == cases
    assert all((ROOT / "docs" / "images" / f"hearing-{name}.png").stat().st_size < 120_000 for name in cases)
    groups = {name.partition(".")[0] for name in DEFAULT_THRESHOLDS}
    named = {name for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", text) if name.partition(".")[0] in groups}
    assert named <= set(DEFAULT_THRESHOLDS), named - set(DEFAULT_THRESHOLDS)
