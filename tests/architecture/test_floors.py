"""Dependencies go downwards: relations between models, imports between packages, declared needs."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field

from . import tree

# What a package shows to others. The foundation is there to be used, so some of it shows more.
ROOMS = {"models", "queries", "commands", "policy"}
SHOWN = {
    "foundation.core": None,
    "foundation.web": None,
    "foundation.transfer": None,
    "foundation.language": ROOMS | {"linkage", "ocr"},
    "foundation.notices": ROOMS | {"registry"},
    "foundation.papers": None,
    "foundation.solvers": {"eligibility", "rota"},
    "foundation.lists": ROOMS | {"registry"},
    "foundation.files": ROOMS | {"registry"},
}
PRIVATE = {"views", "api", "urls", "forms", "tests", "factories", "migrations"}


def package_of(dotted: str) -> str:
    parts = dotted.split(".")
    if parts[0] != "loushi" or len(parts) < 2:
        return ""
    if parts[1] in tree.SINGLE:
        return parts[1]
    return ".".join(parts[1:3]) if len(parts) > 2 else ""


def relations() -> Iterator[tuple[str, str, str]]:
    for model in apps.get_models(include_auto_created=True):
        here = package_of(model.__module__)
        if not here:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.remote_field and field.related_model:
                label = field.related_model._meta.label
                there = package_of(field.related_model.__module__)
                if there and label != settings.AUTH_USER_MODEL:
                    yield f"{model._meta.label}.{field.name} -> {label}", here, there


def test_relations_between_models_go_down() -> None:
    wrong = [text for text, here, there in relations() if not tree.may_use(here, there)]
    assert not wrong, "these relations point up or sideways:\n" + "\n".join(wrong)


def test_the_walk_over_relations_sees_something() -> None:
    assert sum(1 for _ in relations()) > 20


def test_every_storey_has_a_contract() -> None:
    missing = [
        storey
        for storey in tree.STOREYS
        if (tree.SOURCE / storey).is_dir() and f"loushi.{storey}" not in tree.floors()
    ]
    assert not missing, f"pyproject.toml has no import contract for {missing}"


def test_every_package_has_a_rooms_contract_unless_it_is_a_tool() -> None:
    tool = tree.settings_file()["tool"]["importlinter"]  # type: ignore[index]
    named = {name for contract in tool["contracts"] for name in contract.get("containers", ())}
    tools = {"foundation.core", "foundation.web", "foundation.transfer", "foundation.language",
             "foundation.papers", "foundation.solvers"}  # fmt: skip
    packages = {one.package for one in tree.modules() if "." in one.package} - tools
    missing = sorted(one for one in packages if f"loushi.{one}" not in named)
    assert not missing, f"add to the rooms contract in pyproject.toml: {missing}"


def imported(module: tree.Module) -> Iterator[tuple[str, int]]:
    """The dotted names that a file imports from us, absolute imports only (ruff bans `..`)."""
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@pytest.mark.slow
def test_packages_use_only_the_public_rooms_of_others() -> None:
    wrong = []
    for module in tree.code():
        if module.package in {"", "config"}:
            continue
        for name, line in imported(module):
            there = package_of(name)
            if not there or there == module.package:
                continue
            shown = SHOWN.get(there, ROOMS)
            room = name.split(".")[there.count(".") + 2 :][:1]
            if not room or (room[0] not in shown if shown is not None else room[0] in PRIVATE):
                wrong.append(f"{module.name}:{line} imports {name}")
    assert not wrong, "import only models, queries, commands, policy:\n" + "\n".join(wrong)


def test_every_dependency_is_used() -> None:
    """A dependency must earn its place; names that differ from the import are listed here."""
    imports = {
        "argon2-cffi": "argon2 hashers",
        "django-axes": "axes",
        "django-cotton": "django_cotton",
        "django-csp": "csp",
        "django-htmx": "django_htmx",
        "django-ninja": "ninja",
        "chinesecalendar": "chinese_calendar",
        "phonenumberslite": "phonenumbers",
        "pillow": "PIL",
        "pylopdf-fonts-zh-cn": "pylopdf_fonts_zh_cn",
        "python-calamine": "python_calamine",
        "python-json-logger": "pythonjsonlogger",
        "python-stdnum": "stdnum",
    }
    text = "\n".join(module.path.read_text(encoding="utf-8") for module in tree.code())
    unused = []
    for line in tree.settings_file()["project"]["dependencies"]:  # type: ignore[index]
        name = re.match(r"[A-Za-z0-9-]+", line).group()  # type: ignore[union-attr]
        word = imports.get(name, name).split()[0]
        if name == "argon2-cffi":
            word = "Argon2PasswordHasher"
        elif name == "psycopg":
            word = "postgresql"
        if word not in text:
            unused.append(name)
    assert not unused, f"remove from pyproject.toml, nothing uses it: {unused}"
