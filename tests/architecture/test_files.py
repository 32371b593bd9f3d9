"""Files: short, well named; migrations that can be trusted."""

import ast
import re
from pathlib import Path

from . import tree

LONGEST = 500
LONGEST_TEST = 600
CATCH_ALL = {"util", "utils", "helper", "helpers", "common", "misc", "extras", "shared", "stuff"}
KINDS = {".py", ".html", ".css", ".js"}


def files() -> list[Path]:
    roots = [tree.SOURCE, tree.ROOT / "tests", tree.ROOT / "script", tree.ROOT / "bench"]
    return [
        path
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.suffix in KINDS and "vendor" not in path.parts and "__pycache__" not in path.parts
    ]


def test_files_stay_short() -> None:
    wrong = []
    for path in files():
        if "migrations" in path.parts:
            continue
        limit = LONGEST_TEST if "tests" in path.parts else LONGEST
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            wrong.append(f"{path.relative_to(tree.ROOT)}: {lines} lines (at most {limit})")
    assert not wrong, "split the room into a folder of the same name:\n" + "\n".join(wrong)


def test_no_module_is_a_catch_all() -> None:
    wrong = [
        str(path.relative_to(tree.ROOT))
        for path in files()
        if path.stem.strip("_") in CATCH_ALL or path.parent.name in CATCH_ALL
    ]
    assert not wrong, f"name these after what they hold: {wrong}"


def migrations() -> list[tree.Module]:
    return [one for one in tree.modules() if one.is_migration and one.path.stem != "__init__"]


def test_migrations_have_short_speaking_names() -> None:
    wrong = [
        one.name
        for one in migrations()
        if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]{2,30}", one.path.stem) or "_auto_" in one.name
    ]
    assert not wrong, f"name migrations after what they do: {wrong}"


def test_schema_and_data_migrate_apart() -> None:
    """A data migration changes no tables and imports no domain code, which moves on without it."""
    schema = {"CreateModel", "AddField", "AlterField", "RemoveField", "RenameField", "DeleteModel"}
    wrong = []
    for one in migrations():
        nodes = list(ast.walk(one.tree()))
        calls = {
            node.func.attr
            for node in nodes
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        if "RunPython" not in calls:
            continue
        if calls & schema:
            wrong.append(f"{one.name}: changes tables and data")
        wrong += [
            f"{one.name}:{node.lineno}: imports {node.module}"
            for node in nodes
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("loushi.")
        ]
    assert not wrong, "\n".join(wrong)


def test_nothing_names_the_machine_it_was_written_on() -> None:
    suffixes = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".service", ".conf"}
    folders = ["src", "tests", "script", "bench", "docs", "deploy", "requirements"]
    machine = re.compile(r"/(?:work|root|home/\w+)/")
    wrong = []
    for folder in folders:
        for path in sorted((tree.ROOT / folder).rglob("*")):
            if path.suffix not in suffixes or path == Path(__file__):
                continue
            found = machine.search(path.read_text(encoding="utf-8", errors="replace"))
            if found:
                wrong.append(f"{path.relative_to(tree.ROOT)}: {found.group()}")
    assert not wrong, "\n".join(wrong)
