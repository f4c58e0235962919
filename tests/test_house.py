"""The floors of the house: what may import what, how long things may be, what they may be called.

Everything here reads the source without running it, except for the test of what `import audioq` loads.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.smoke

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "audioq"

# Module -> (floor, step). A module imports from lower floors, and on its own floor from its own
# step or an earlier one. A name that ends in .* stands for every module of a package.
FLOORS: dict[str, tuple[int, int]] = {
    "errors": (0, 0),
    "batch_messages": (0, 0),
    "gate_messages": (0, 0),
    "note_messages": (0, 0),
    "listing_messages": (0, 0),
    "page_messages": (0, 0),
    "result_messages": (0, 0),
    "threshold_rows": (0, 0),
    "messages": (0, 1),
    "table": (0, 1),
    "thresholds": (0, 1),
    "fft": (1, 0),
    "decoders.*": (1, 0),
    "decoders": (1, 0),
    "audio": (1, 1),
    "frames": (1, 2),
    "features.weights": (1, 2),
    "features.quantiles": (1, 2),
    "features.*": (1, 3),
    "features": (1, 4),
    "offset": (2, 0),
    "measurement": (2, 1),
    "masks": (3, 0),
    "roles": (3, 0),
    "listening": (3, 1),
    "absences": (3, 2),
    "silences": (3, 2),
    "copies": (3, 2),
    "joints": (3, 2),
    "kinds": (3, 2),
    "events": (3, 3),
    "confidence": (3, 3),
    "rules": (3, 3),
    "scores": (3, 4),
    "verdict": (3, 5),
    "buffers": (3, 0),
    "recorder": (3, 3),
    "chain": (3, 6),
    "sides": (3, 7),
    "assessable": (3, 6),
    "cautions": (4, 0),
    "rounding": (4, 0),
    "report": (4, 1),
    "tracks": (4, 0),
    "render.*": (4, 2),
    "render": (4, 2),
    "legs": (4, 2),
    "batches.*": (4, 3),
    "batches": (4, 3),
    "batches.folders": (4, 2),
    "batches.attempts": (4, 2),
    "glossary": (4, 2),
    "simulate.*": (4, 2),
    "simulate.codecs.*": (4, 2),
    "simulate.devices.*": (4, 2),
    "simulate": (4, 2),
    "": (5, 0),  # audioq/__init__.py, the map: it shows every floor but the command
    "arguments": (5, 0),
    "endings": (5, 0),
    "testing": (5, 0),
    "options": (5, 1),
    "batch_options": (5, 1),
    "batch_commands": (5, 2),
    "results": (5, 2),
    "cli": (5, 3),
    "__main__": (5, 4),
}

# What a group of modules may see of the package, where the floors alone would allow more.
# Names are modules, or packages with all that is in them.
SEES: dict[str, set[str]] = {
    "features.weights": {"errors"},
    "features.quantiles": set(),
    "features.*": {"errors", "table", "fft", "frames", "features.weights", "features.quantiles"},
    "features": {"errors", "table", "fft", "frames", "features"},
    "measurement": {"errors", "table", "fft", "audio", "decoders", "frames", "features", "offset"},
    "simulate.*": {"errors", "table", "fft", "decoders", "audio", "frames", "batches", "report", "simulate"},
    "simulate.codecs.*": {"errors", "table", "fft", "decoders", "audio", "frames", "batches", "report", "simulate"},
    "simulate.devices.*": {"errors", "table", "fft", "decoders", "audio", "frames", "batches", "report", "simulate"},
    "simulate": {"errors", "table", "fft", "decoders", "audio", "frames", "batches", "report", "simulate"},
    "render.*": {"errors", "messages", "table", "thresholds", "gaps", "kinds", "events", "scores", "rules", "verdict"}
    | {"chain"}
    | {"assessable", "report", "tracks", "render"},
    "__main__": {"cli"},
}

# Imports against the floors, allowed inside functions only. Whoever writes the version takes it
# from the top, late: `from audioq import __version__`.
LATE = {("report", "render")}
VERSION = "audioq.__version__"

# Third-party packages by floor. The standard library is free everywhere.
THIRD_PARTY: dict[int, set[str]] = {
    0: {"numpy"},
    1: {"numpy", "scipy", "librosa", "soundfile", "av", "soxr"},
    2: {"numpy", "scipy", "soxr"},
    3: {"numpy", "scipy"},
    4: {"numpy", "scipy", "librosa", "soundfile", "av", "soxr", "pandas", "matplotlib", "rich"}
    | {"filelock", "threadpoolctl", "pyarrow", "polars", "fsspec", "distributed", "prometheus_client"},
    5: {"numpy", "rich", "typer"},
}
THIRD_PARTY_MORE = {"table": {"pandas"}}  # to_dataframe

# Third-party packages that only modules in these places (keys of FLOORS, or modules) may import, early or late.
ONLY_IN = {
    "soundfile": {"audio", "decoders", "decoders.*", "simulate.codecs", "simulate.codecs.*"},
    "av": {"audio", "decoders", "decoders.*", "simulate.codecs", "simulate.codecs.*"},
    "typer": {"batch_commands", "batch_options", "cli", "endings", "options", "results"},
}

# Slow to import, so never at the time a module is imported.
ALWAYS_LATE = {
    "librosa",
    "scipy",
    "pandas",
    "matplotlib",
    "pyarrow",
    "polars",
    "fsspec",
    "distributed",
    "prometheus_client",
}
LATE_BUT_FOR_THE_COMMAND = {"rich": {"cli", "render.text"}}
NOT_LOADED_BY_IMPORT = ("scipy.signal", "scipy.fft", "librosa", "pandas", "matplotlib", "numba", "av", "rich", "typer")

FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "engine", "service", "processor"}
BODY_LINES = 50
FILE_LINES = 300

# Packages of the extras: a test asks for them with pytest.importorskip, so that the smoke set runs without them.
EXTRAS = {"pandas", "matplotlib", "duckdb", "jsonschema", "pyarrow", "polars", "fsspec", "distributed", "moto"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one module: where, what, and whether it happens when the file is imported."""

    module: str
    target: str
    line: int
    early: bool

    def __str__(self) -> str:
        return f"audioq/{self.module.replace('.', '/') or '__init__'} line {self.line}: imports {self.target}"


def module_name(file: Path, root: Path = PACKAGE) -> str:
    """Return the dotted name below the package; "" for the package itself."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(file.read_text(encoding="utf-8"), str(file)) for name, file in FILES.items()}


def place(module: str) -> str | None:
    """Return the key of a module in FLOORS: itself, or its package with a star."""
    if module in FLOORS:
        return module
    star = f"{module.rpartition('.')[0]}.*"
    return star if star in FLOORS else None


def type_only(node: ast.AST) -> bool:
    """Say whether a node is `if TYPE_CHECKING`."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def import_nodes(tree: ast.AST, early: bool = True) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield the import statements below a node, and whether each runs when the file is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, early
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or type_only(node)
        yield from import_nodes(node, early and not inside)


def targets(node: ast.Import | ast.ImportFrom, module: str, is_package: bool) -> list[str]:
    """Return the absolute names that a statement imports; a name from audioq that is a module stays whole."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    origin = node.module or ""
    if node.level:
        parts = ["audioq", *module.split(".")] if module else ["audioq"]
        kept = parts[: len(parts) - node.level + is_package]
        origin = ".".join([*kept, *([node.module] if node.module else [])])
    names = [f"{origin}.{alias.name}" for alias in node.names]
    if names == [VERSION]:
        return names
    if origin.split(".")[0] != "audioq":
        return names if origin in {"scipy"} else [origin]
    modules = [name for name in names if name.partition(".")[2] in FILES]
    return modules if len(modules) == len(names) else [origin, *modules]


def imports_of(module: str) -> list[Import]:
    """Return every import of a module."""
    is_package = FILES[module].name == "__init__.py"
    return [
        Import(module, target, node.lineno, early)
        for node, early in import_nodes(TREES[module])
        for target in targets(node, module, is_package)
    ]


IMPORTS = [found for module in FILES for found in imports_of(module)]
OWN = [
    (found, found.target.partition(".")[2])
    for found in IMPORTS
    if found.target.split(".")[0] == "audioq" and (found.early or found.target != VERSION)
]
FOREIGN = [
    (found, found.target.split(".")[0])
    for found in IMPORTS
    if found.target.split(".")[0] not in {"audioq", "__future__", *sys.stdlib_module_names}
]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function below a node, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def none_of(problems: list[str]) -> None:
    """Fail with one problem a line."""
    assert not problems, "\n" + "\n".join(problems)


def test_every_module_has_a_floor():
    none_of(
        [
            f"audioq.{module} has no floor: add it to FLOORS in tests/test_house.py and to docs/design.md"
            for module in FILES
            if place(module) is None
        ]
    )


def test_imports_go_down_the_floors():
    problems = []
    for found, target in OWN:
        own, other = place(found.module), place(target)
        if own is None or other is None:
            continue  # the test above names it
        late = not found.early and (found.module, target.split(".")[0]) in LATE
        if FLOORS[other] > FLOORS[own] and not late:
            problems.append(f"{found}: floor and step {FLOORS[other]} from {FLOORS[own]}")
    none_of(problems)


def test_every_import_of_audioq_names_a_module():
    none_of([f"{found}: no such module" for found, target in OWN if target not in FILES])


def test_modules_see_only_their_neighbours():
    none_of(
        [
            f"{found}: {place(found.module)} sees only {', '.join(sorted(SEES[place(found.module) or '']))}"
            for found, target in OWN
            if place(found.module) in SEES and not {target, target.split(".")[0]} & SEES[place(found.module) or ""]
        ]
    )


def test_features_do_not_import_each_other():
    none_of(
        [
            str(found)
            for found, target in OWN
            if place(found.module) == "features.*" and place(target) in {"features", "features.*"}
        ]
    )


def test_measurement_knows_no_policy():
    none_of(
        [
            str(found)
            for found, target in OWN
            if FLOORS.get(place(found.module) or "", (9, 0))[0] in {1, 2} and target in {"thresholds", "messages"}
        ]
    )


def test_judgement_knows_no_audio():
    none_of(
        [
            str(found)
            for found, target in OWN
            if FLOORS.get(place(found.module) or "", (9, 0))[0] == 3
            and FLOORS.get(place(target) or "", (0, 0))[0] in {1, 2}
        ]
    )


def test_the_package_is_not_imported_from_below():
    none_of([str(found) for found, target in OWN if target == "" and FLOORS[place(found.module) or ""][0] < 5])


def test_imports_make_no_circle():
    graph = {module: {t for f, t in OWN if f.module == module and f.early and t in FILES} for module in FILES}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for target in sorted(graph[module]):
                walk(target, (*path, module))
            done.add(module)

    for module in graph:
        walk(module, ())


def test_third_party_packages_by_floor():
    problems = []
    for found, package in FOREIGN:
        if (own := place(found.module)) is None:
            continue
        allowed = THIRD_PARTY[FLOORS[own][0]] | THIRD_PARTY_MORE.get(found.module, set())
        if package not in allowed:
            problems.append(f"{found}: floor {FLOORS[own][0]} may import {', '.join(sorted(allowed))}")
    none_of(problems)


def test_some_packages_have_one_door():
    none_of(
        [
            f"{found}: only in {', '.join(sorted(ONLY_IN[package]))}"
            for found, package in FOREIGN
            if package in ONLY_IN and not {found.module, place(found.module)} & ONLY_IN[package]
        ]
    )


def test_slow_packages_are_imported_late():
    none_of(
        [
            f"{found} when the module is imported: move it into the function that needs it"
            for found, package in FOREIGN
            if found.early
            and (package in ALWAYS_LATE or found.module not in LATE_BUT_FOR_THE_COMMAND.get(package, {found.module}))
        ]
    )


def test_import_audioq_is_light():
    code = f"import sys, audioq; print(*(m for m in {NOT_LOADED_BY_IMPORT!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_version_is_written_once_more_and_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f'__version__ = "{project["version"]}"' in FILES[""].read_text(encoding="utf-8").splitlines()


def test_function_bodies_are_short():
    none_of(
        [
            f"audioq/{FILES[module].relative_to(PACKAGE)} line {function.lineno}: "
            f"{function.name} has {body_length(function)} lines, at most {BODY_LINES}"
            for module, tree in TREES.items()
            for function in functions(tree)
            if body_length(function) > BODY_LINES
        ]
    )


def test_files_are_short():
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES.values()}
    long = {file.relative_to(ROOT): n for file, n in lengths.items() if n > FILE_LINES}
    none_of([f"{file}: {n} lines, at most {FILE_LINES}" for file, n in long.items()])


def test_no_module_has_a_name_that_says_nothing():
    folders = [ROOT / name for name in ("audioq", "tests", "benchmarks")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix == ".py" or path.is_dir()]
    none_of([str(path.relative_to(ROOT)) for path in paths if path.stem in FORBIDDEN_NAMES])


def test_no_public_function_has_the_name_of_a_module():
    """A function that is exported beside a module of its name hides the module."""
    problems = []
    for module, tree in TREES.items():
        package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
        near = {m.rpartition(".")[2] for m in FILES if m and m.rpartition(".")[0] in {"", package}}
        problems += [
            f"audioq/{FILES[module].relative_to(PACKAGE)} line {node.lineno}: {node.name}() has the name of a module"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in near
        ]
    none_of(problems)


def test_tests_ask_for_the_extras():
    problems = []
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for node, early in import_nodes(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if early and EXTRAS & {name.split(".")[0] for name in names}:
                problems.append(f"{file.relative_to(ROOT)} line {node.lineno}: use pytest.importorskip")
    none_of(problems)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import av", [("av", True)]),
        ("def f():\n    import av", [("av", False)]),
        ("class A:\n    import av", [("av", True)]),
        ("try:\n    import av\nexcept ImportError:\n    pass", [("av", True)]),
        ("if TYPE_CHECKING:\n    import av\nelse:\n    import soxr", [("av", False), ("soxr", False)]),
        ("from scipy import signal", [("scipy.signal", True)]),
        ("from audioq import errors", [("audioq.errors", True)]),
        ("from audioq import analyze", [("audioq", True)]),
        ("from audioq.errors import AudioError", [("audioq.errors", True)]),
        ("from .errors import AudioError", [("audioq.errors", True)]),
        ("from . import errors", [("audioq.errors", True)]),
    ],
)
def test_the_reader_of_imports(code, expected):
    found = [(t, early) for node, early in import_nodes(ast.parse(code)) for t in targets(node, "table", False)]
    assert found == expected
