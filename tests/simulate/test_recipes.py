"""Recipes: what is drawn from them, and one sentence for every mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.errors import SimulationError
from audioq.simulate.ingredients import SECTIONS
from audioq.simulate.recipes import ORDINARY, Plan, Recipe, _value, names, read_recipe
from audioq.simulate.settings import Setting


def recipe_of(tmp_path: Path, text: str, name: str = "mine.toml") -> Recipe:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_recipe(str(file))


def drawn(recipe: Recipe, count: int = 200) -> list[Plan]:
    rng = np.random.default_rng(1)
    return [recipe.draw(rng) for _ in range(count)]


NETWORK = '[[network]]\nname = "random"\n'
ISOLATED = '[[network]]\nname = "isolated"\nruns_per_minute = 9\n'
MISTAKES = {
    "section": ("[[netwerk]]\n", ["'netwerk' is no part of a recipe", "network"]),
    "toml": ("[[network\n", ["is no TOML", "mend that line"]),
    "name": ('[[network]]\nname = "radnom"\n', ["there is no network 'radnom'", "random"]),
    "setting": (NETWORK + "share = 0.1\nburst = 3\n", ["network random has no setting burst", "share"]),
    "chance is no weight": (NETWORK + "share = 0.1\nchance = 0.5\n", ["has no setting chance"]),
    "needed": (NETWORK, ["network random needs share", "0 to 1"]),
    "low end": (NETWORK + "share = [-0.1, 0.5]\n", ["share cannot be -0.1", "0 to 1"]),
    "high end": (NETWORK + "share = [0.1, 1.5]\n", ["share cannot be 1.5", "0 to 1"]),
    "number": (NETWORK + "share = 2\n", ["share cannot be 2"]),
    "word for a number": (NETWORK + 'share = "much"\n', ["share cannot be 'much'"]),
    "nan": (NETWORK + "share = nan\n", ["share cannot be nan"]),
    "table": (NETWORK + "share = {low = 1}\n", ["share cannot be {'low': 1}"]),
    "lists": (NETWORK + "share = [[0.1, 0.2], [0.3, 0.4]]\n", ["share cannot be [0.1, 0.2]"]),
    "reversed": (NETWORK + "share = [0.5, 0.1]\n", ["share is [0.5, 0.1]", "write the lower end first"]),
    "empty list": (NETWORK + "share = []\n", ["an empty list leaves nothing to draw from"]),
    "not whole": (ISOLATED + "longest = 1.5\n", ["longest cannot be 1.5", "a whole number"]),
    "unknown word": ('[[codec]]\nname = "pcm"\nsr = ["16000", "17000"]\n', ["sr cannot be '17000'", "one of 8000"]),
    "weight 0": (NETWORK + "share = 0.1\nweight = 0\n", ["network random has the weight 0", "above 0"]),
    "weight -1": (NETWORK + "share = 0.1\nweight = -1\n", ["network random has the weight -1", "above 0"]),
    "weight nan": (NETWORK + "share = 0.1\nweight = nan\n", ["has the weight nan", "above 0"]),
    "weight true": (NETWORK + "share = 0.1\nweight = true\n", ["has the weight True", "above 0"]),
    "weight word": (NETWORK + 'share = 0.1\nweight = "big"\n', ["has the weight 'big'", "above 0"]),
    "chance": ('[[talker]]\nname = "hum"\nlevel_dbfs = -40\nchance = 1.5\n', ["the chance of hum is 1.5", "0 to 1"]),
    "one bracket": ('[network]\nname = "none"\n', ["write [[network]] and a name below it"]),
    "nameless": ("[[network]]\nweight = 1\n", ["write [[network]] and a name below it"]),
    "name is a list": ('[[network]]\nname = ["none"]\n', ["write [[network]] and a name below it"]),
    "name is a number": ("[[network]]\nname = 3\n", ["write [[network]] and a name below it"]),
    "none": ("network = []\n", ["it needs at least one [[network]]"]),
    "short": ("duration_s = 2\n", ["duration_s is 2", "3 to 600"]),
    "long": ("duration_s = [10, 601]\n", ["duration_s is [10, 601]", "3 to 600"]),
    "long first": ("duration_s = [20, 10]\n", ["write the shorter one first"]),
    "three": ("duration_s = [5, 6, 7]\n", ["duration_s is [5, 6, 7]", "[low, high]"]),
    "duration nan": ("duration_s = nan\n", ["duration_s is nan"]),
    "duration word": ('duration_s = "long"\n', ["duration_s is 'long'"]),
    "mix": ("mix = 3\n", ["[mix] holds names of recipes and their weights"]),
    "mix weight": ("[mix]\nclean = 0\n", ["mix has the weight 0"]),
    "mix unknown": ("[mix]\nclaen = 1\n", ["there is no recipe 'claen'", "clean"]),
}


@pytest.mark.parametrize("what", list(MISTAKES))
def test_a_mistake_gives_one_sentence(what: str, tmp_path: Path) -> None:
    text, words = MISTAKES[what]
    with pytest.raises(SimulationError) as problem:
        recipe_of(tmp_path, text)
    said = str(problem.value)
    for word in words:
        assert word in said
    assert said.startswith("there is no recipe" if what == "mix unknown" else "recipe ")
    assert "\n" not in said
    if what != "mix unknown":
        assert "mine.toml" in said


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"recipe .*gone\.toml: cannot be read .*check the name"):
        read_recipe(str(tmp_path / "gone.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(SimulationError, match=r"folder\.toml: cannot be read"):
        read_recipe(str(tmp_path / "folder.toml"))
    (tmp_path / "latin.toml").write_bytes('meaning = "für"\n'.encode("latin-1"))
    with pytest.raises(SimulationError, match=r"latin\.toml: cannot be read"):
        read_recipe(str(tmp_path / "latin.toml"))


@pytest.mark.parametrize("name", ["", "benchmrak", "../clean", "clean.tml", "/etc/passwd"])
def test_unknown_recipes(name: str) -> None:
    with pytest.raises(SimulationError) as problem:
        read_recipe(name)
    assert str(problem.value).startswith(f"there is no recipe {name!r}; use benchmark, ")
    assert ORDINARY not in str(problem.value)


def test_a_mix_of_itself(tmp_path: Path) -> None:
    file = tmp_path / "me.toml"
    for text in (f'[mix]\n"{file}" = 1\n', f'[mix]\n"{tmp_path / "you.toml"}" = 1\n'):
        (tmp_path / "you.toml").write_text(f'[mix]\n"{file}" = 2\n', encoding="utf-8")
        with pytest.raises(SimulationError, match="it mixes itself; take it out of"):
            recipe_of(tmp_path, text, "me.toml")


@pytest.mark.parametrize("name", names())
def test_shipped_recipes_say_what_they_are_and_draw(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.meaning.endswith(".")
    for plan in drawn(recipe, 20):
        assert list(plan.parts) == list(SECTIONS)
        assert plan.recipe in names()
        for section, parts in plan.parts.items():
            assert len(parts) == 1 or not SECTIONS[section].one
            for part in parts:
                known = SECTIONS[section].settings(part.name)
                assert list(part.settings) == [one.name for one in known]
                assert all(one.takes(part.settings[one.name]) for one in known), part


def test_what_a_recipe_does_not_say_is_ordinary(tmp_path: Path) -> None:
    ordinary, mine = read_recipe(ORDINARY), recipe_of(tmp_path, NETWORK + "share = 0.5\n")
    assert mine.name == "mine"
    assert mine.duration_s == ordinary.duration_s
    for section in SECTIONS:
        assert (mine.choices[section] == ordinary.choices[section]) == (section != "network")


TEXT = """
duration_s = [5.001, 5.004]
[[content]]
name = "speech"
[[network]]
name = "isolated"
weight = 3
runs_per_minute = [8.0004, 8.0006]
longest = [1, 3]
apart = [2.0, 4.0]
[[network]]
name = "random"
share = [0.8804, 0.8806, 0.1]
[[talker]]
name = "hum"
chance = 0.25
level_dbfs = [-60, -40]
[[file]]
name = "flac"
sr = ["8000", "48000"]
"""


def test_values_lie_in_their_ranges_and_whole_ones_stay_whole(tmp_path: Path) -> None:
    plans = drawn(recipe_of(tmp_path, TEXT), 400)
    isolated = [plan.one("network").settings for plan in plans if plan.one("network").name == "isolated"]
    assert all(5.001 <= plan.duration <= 5.004 for plan in plans)
    assert all(8.0004 <= one["runs_per_minute"] <= 8.0006 for one in isolated)
    assert {one["longest"] for one in isolated} == {1, 2, 3}
    assert {one["apart"] for one in isolated} == {2, 3, 4}
    assert all(isinstance(one["longest"], int) and isinstance(one["apart"], int) for one in isolated)
    shares = {plan.one("network").settings["share"] for plan in plans if plan.one("network").name == "random"}
    assert shares == {0.8804, 0.8806, 0.1}
    hums = [part.settings["level_dbfs"] for plan in plans for part in plan.parts["talker"]]
    assert min(hums) >= -60.0
    assert max(hums) <= -40.0
    assert np.std(hums) > 4.0
    assert {plan.one("file").settings["sr"] for plan in plans} == {"8000", "48000"}


def test_weights_and_chances_are_kept(tmp_path: Path) -> None:
    plans = drawn(recipe_of(tmp_path, TEXT), 1000)
    networks = Counter(plan.one("network").name for plan in plans)
    assert networks["isolated"] / 1000 == pytest.approx(0.75, abs=0.05)
    assert sum(bool(plan.parts["talker"]) for plan in plans) / 1000 == pytest.approx(0.25, abs=0.05)
    mix = recipe_of(tmp_path, "[mix]\nclean = 3\nrandom = 1\n")
    mixed = Counter(plan.recipe for plan in drawn(mix, 1000))
    assert set(mixed) == {"clean", "random"}
    assert mixed["clean"] / 1000 == pytest.approx(0.75, abs=0.05)


def test_numbers_may_stand_for_words(tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, '[[codec]]\nname = "pcm"\nsr = [16000, "48000"]\nframe = 20\n')
    settings = [plan.one("codec").settings for plan in drawn(recipe, 50)]
    assert {one["sr"] for one in settings} == {"16000", "48000"}
    assert {one["frame"] for one in settings} == {"20"}


def test_the_seed_decides() -> None:
    recipe = read_recipe("benchmark")
    assert drawn(recipe, 20) == drawn(recipe, 20)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 1000))
def test_any_range_is_kept(one: float, other: float, seed: int) -> None:
    low, high = sorted((one, other))
    value = _value(Setting("x"), [low, high], np.random.default_rng(seed))
    assert isinstance(value, float)
    assert low <= value <= high


@given(st.integers(-1000, 1000), st.integers(0, 50), st.integers(0, 1000))
def test_any_whole_range_is_kept(low: int, more: int, seed: int) -> None:
    value = _value(Setting("x", whole=True), [low, low + more], np.random.default_rng(seed))
    assert low <= float(value) <= low + more
    assert float(value).is_integer()


def test_a_mixture_takes_nothing_else_and_finds_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('duration_s = 4\n[[network]]\nname = "outage_total"\n', encoding="utf-8")
    mixture = tmp_path / "mix.toml"
    mixture.write_text('[mix]\n"one.toml" = 1\n', encoding="utf-8")
    plan = read_recipe(str(mixture)).draw(np.random.default_rng(1))
    assert (plan.recipe, plan.duration, plan.one("network").name) == ("one", 4.0, "outage_total")
    mixture.write_text("duration_s = 5\n[mix]\nclean = 1\n", encoding="utf-8")
    with pytest.raises(SimulationError, match="duration_s has no effect beside"):
        read_recipe(str(mixture))
    mixture.write_text("[mix]\n", encoding="utf-8")
    with pytest.raises(SimulationError, match="holds names of recipes"):
        read_recipe(str(mixture))
