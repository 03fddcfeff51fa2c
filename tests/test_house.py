"""The rules of the house (docs/architecture.md) that a tool can hold and that no linter holds for us."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "tracker", "correspondence", "complaints", "actions", "notifications", "frontend")
OURS = [*PACKAGES, "bench", "scripts", "tests", "docs", "requirements", ".ci"]
TOP = ["Makefile", "README.md", "CHANGELOG.md", "LICENSE", "manage.py", "pyproject.toml", ".gitignore"]

MODULE_LINES, TEST_LINES, FUNCTION_LINES, TEMPLATE_LINES = 600, 800, 60, 200

# Where a blind `except Exception` stands: the outermost frame of a task, nowhere else.
OUTERMOST_FRAMES = {"tracker/jobs.py", "notifications/delivery.py"}
# `Job.state` follows no machine: a worker claims it by a conditional update.
STATE_UPDATES = {"tracker/job_control.py", "tracker/jobs.py"}

# Listed and never imported by us: what needs each.
NEEDED_BY_OTHERS = {
    "argon2-cffi": "PASSWORD_HASHERS",
    "gunicorn": "docs/deploy/sillage-pages.service",
    "redis": "the broker and the cache of production",
    "tzdata": "time zones where the system has none",
    "psycopg": "the engine of PostgreSQL",
    "defusedxml": "openpyxl reads XML through it",
}


def files(*suffixes: str, roots: list[str] | tuple[str, ...] = PACKAGES) -> list[Path]:
    found = [path for root in roots for path in sorted((ROOT / root).rglob("*")) if path.suffix in suffixes]
    return [path for path in found if "__pycache__" not in path.parts]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def code() -> list[Path]:
    return [path for path in files(".py") if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


# --- Size ---------------------------------------------------------------------------------------------------------


def test_modules_functions_and_templates_are_small() -> None:
    tests = [path for path in files(".py", roots=["tests"]) if lines(path) > TEST_LINES]
    modules = [path for path in code() if lines(path) > MODULE_LINES]
    templates = [path for path in files(".html", ".txt") if lines(path) > TEMPLATE_LINES]
    assert [name(path) for path in tests + modules + templates] == []
    long = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in code()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES
    ]
    assert long == []


# --- Code ---------------------------------------------------------------------------------------------------------


def test_import_inside_a_function_says_why() -> None:
    silent = []
    for path in code():
        if path.name == "apps.py":  # models are not loaded before `ready`
            continue
        text = path.read_text().splitlines()
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    written = "".join(text[node.lineno - 1 : node.end_lineno])
                    if not re.search(r"#.*[a-z]{3,} [a-z]{2,}", written):
                        silent.append(f"{name(path)}:{node.lineno}")
    assert silent == []


def test_blind_except_stands_in_outermost_frames_alone() -> None:
    blind = {
        name(path)
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        # Cleaning up and raising it again hides nothing.
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    }
    assert blind <= OUTERMOST_FRAMES


def test_state_is_written_by_transitions_alone() -> None:
    writers = set()
    for path in code():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                writers |= {name(path) for keyword in node.keywords if keyword.arg == "state"}
    assert writers <= STATE_UPDATES


def test_nothing_is_printed() -> None:
    printing = [
        f"{name(path)}:{node.lineno}"
        for path in code()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == [], "a command writes to self.stdout"


# --- Models and migrations ----------------------------------------------------------------------------------------


def test_every_model_and_field_has_its_french_name_in_lower_case() -> None:
    wrong = []
    for label in PACKAGES:
        for model in apps.get_app_config(label).get_models():
            if "verbose_name" not in model._meta.original_attrs or not is_lower(str(model._meta.verbose_name)):
                wrong.append(model.__name__)
            for field in model._meta.local_fields:
                inherited = field.name in ("password", "last_login")
                if not (inherited or field.auto_created) and (
                    field._verbose_name is None or not is_lower(field.verbose_name)
                ):
                    wrong.append(f"{model.__name__}.{field.name}")
    assert wrong == []


def is_lower(text: str) -> bool:
    return text[:1] == text[:1].lower()


def test_migrations_are_named() -> None:
    found = [path for path in files(".py") if path.parent.name == "migrations" and path.stem != "__init__"]
    assert found
    assert [name(path) for path in found if not re.fullmatch(r"\d{4}_(?!auto)[a-z][a-z0-9_]+", path.stem)] == []


# --- Templates and static files -----------------------------------------------------------------------------------


def test_migrations_write_where_they_are_run() -> None:
    """Production migrates as the owner of the tables, through another connection than the application’s: a row asked
    for through that one waits for ever for what the migration itself has locked."""
    elsewhere = [
        f"{path}: {line.strip()}"
        for path in files(".py")
        if path.parent.name == "migrations"
        for line in path.read_text().splitlines()
        if re.search(r"\.objects\.(?!using\(alias\))", line)
    ]
    assert elsewhere == []


def test_every_template_is_used() -> None:
    texts = {path: path.read_text() for path in [*code(), *files(".html", ".txt")]}
    unused = []
    for template in files(".html", ".txt"):
        if "templates" not in template.parts:
            continue
        known_as = template.as_posix().rpartition("/templates/")[2]
        # A view may write it without its first folder, or from its folder and a variable: then both stand in one file.
        shorter = known_as.partition("/")[2]
        if not any(shorter in text for path, text in texts.items() if path != template):
            folder = known_as.rpartition("/")[0] + "/"
            if not any(
                folder in text and template.stem.lstrip("_") in text for path, text in texts.items() if path != template
            ):
                unused.append(known_as)
    assert unused == []


ADDRESS = re.compile(
    r"""(?:src|href|action|data|poster)\s*=\s*["']\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//|@import\s+["']http"""
)
INLINE = re.compile(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style\b|<script(?![^>]*\bsrc=)|javascript:""")


def test_nothing_is_fetched_from_elsewhere() -> None:
    """Préfectures work on a closed network, and a page tells nobody else that it was opened."""
    found = [name(path) for path in files(".html", ".css", ".js", ".svg") if ADDRESS.search(path.read_text())]
    assert found == []


def test_nothing_is_inline() -> None:
    """The policy sent with every page refuses it: it would only seem to work."""
    assert [name(path) for path in files(".html") if INLINE.search(path.read_text())] == []


# --- Dependencies -------------------------------------------------------------------------------------------------


@cache
def project() -> dict[str, dict[str, list[str]]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def listed(entries: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!]", entry)[0].strip().lower() for entry in entries}


def imported() -> set[str]:
    """Distributions that our own code imports."""
    modules = set()
    for path in code():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {known[module][0].lower().replace("_", "-") for module in modules - set(PACKAGES) if module in known}


def test_dependencies_are_those_listed() -> None:
    runtime = listed(project()["project"]["dependencies"])
    # Celery's own transport library: its errors and its tasks come under both names.
    assert imported() - runtime - {"kombu"} == set(), "imported, and not in pyproject.toml"
    settings = (ROOT / "config/settings/base.py").read_text()
    named = {entry for entry in runtime if f'"{entry.removeprefix("django-").replace("-", "_")}' in settings}
    named |= {entry for entry in runtime if f'"{entry.replace("-", "_")}' in settings} | {"django-fsm-2"}
    assert runtime - imported() - named - NEEDED_BY_OTHERS.keys() == set(), "in pyproject.toml, and used by nothing"


def test_every_dependency_is_justified() -> None:
    text = (ROOT / "docs/decisions/0002-dependencies.md").read_text()
    everything = project()["project"]["dependencies"] + project()["dependency-groups"]["dev"]
    assert [entry for entry in sorted(listed(everything)) if f"**{entry}**" not in text] == []


@pytest.mark.parametrize("kind", ["base", "dev"])
def test_every_pin_is_exact_and_hashed(kind: str) -> None:
    text = (ROOT / f"requirements/{kind}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert len(entries) > 20
    assert [
        entry.split("\n")[0] for entry in entries if "==" not in entry.split("\n")[0] or "--hash=sha256:" not in entry
    ] == []
    names = {entry.partition("==")[0].partition("[")[0].strip() for entry in entries}
    wanted = listed(project()["project"]["dependencies"])
    wanted |= listed(project()["dependency-groups"]["dev"]) if kind == "dev" else set()
    assert wanted <= names


# --- What the repository says of the outside ----------------------------------------------------------------------

# Written in two halves, so that this file does not hold what it looks for.
FOREIGN = [
    "pypi" + ".org", "python" + "hosted", "npm" + "js.", "index" + "-url", "/" + "work/", "/" + "root/", "/home" + "/",
    "jsdelivr" + ".", "un" + "pkg.", "cdn" + "js.",
]  # fmt: skip


def test_no_registry_and_no_machine_is_named() -> None:
    texts = (".py", ".md", ".txt", ".toml", ".html", ".js", ".css", ".sh", ".sql", ".service", ".env", ".yml", "")
    candidates = [path for path in files(*texts, roots=OURS) if path.is_file()] + [ROOT / entry for entry in TOP]
    own = {"scripts/lock.sh", "tests/test_house.py"}
    found = [
        f"{name(path)}: {word}"
        for path in candidates
        if path.exists() and name(path) not in own
        for word in FOREIGN
        if word in path.read_text(errors="replace")
    ]
    assert found == []
