"""The source tree as the gates see it: packages, files, syntax trees, and the declared floors."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "loushi"
STOREYS = ("overview", "casework", "services", "registry", "foundation")
# Storeys that are one package themselves.
SINGLE = ("config", "demo")


@dataclass(frozen=True)
class Module:
    """One of our Python files; `package` is "registry.accounts" (or "config", "demo", "")."""

    path: Path
    package: str
    room: str

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_test(self) -> bool:
        return self.room in {"tests", "factories"}

    @property
    def is_migration(self) -> bool:
        return self.room == "migrations"

    def tree(self) -> ast.Module:
        return _parse(self.path)


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of ours, tests and migrations included."""
    return tuple(_module(path) for path in sorted(SOURCE.rglob("*.py")))


def code() -> Iterator[Module]:
    """What runs in production: no tests, no factories, no migrations."""
    return (one for one in modules() if not one.is_test and not one.is_migration)


def _module(path: Path) -> Module:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    if parts[0] in STOREYS and len(parts) > 2:
        return Module(path, f"{parts[0]}.{parts[1]}", parts[2])
    if parts[0] in SINGLE and len(parts) > 1:
        return Module(path, parts[0], parts[1])
    return Module(path, "", parts[-1])


def templates() -> list[Path]:
    return sorted(
        path
        for folder in SOURCE.rglob("templates")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".html", ".txt", ".xml"}
    )


def template_name(path: Path) -> str:
    parts = path.parts
    cut = len(parts) - parts[::-1].index("templates")
    return "/".join(parts[cut:])


@cache
def settings_file() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def floors() -> dict[str, dict[str, int]]:
    """Container → member → height, read from the import contracts (0 is the top)."""
    tool = settings_file()["tool"]["importlinter"]  # type: ignore[index]
    found: dict[str, dict[str, int]] = {}
    for contract in tool["contracts"]:
        for container in contract.get("containers", ()):
            if container.count(".") > 1:
                continue  # rooms, not floors
            found[container] = {
                name.strip(" ()"): height
                for height, line in enumerate(contract["layers"])
                for name in line.replace(":", "|").split("|")
            }
    return found


def may_use(upper: str, lower: str) -> bool:
    """Whether package `upper` ("casework.demands") may depend on package `lower`."""
    if upper == lower:
        return True
    high, low = upper.split("."), lower.split(".")
    storeys = floors()["loushi"]
    if high[0] != low[0]:
        return storeys[high[0]] < storeys[low[0]]
    inside = floors()[f"loushi.{high[0]}"]
    return inside[high[1]] < inside[low[1]]
