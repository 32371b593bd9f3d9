"""Rows are read through policies only: every model is scoped or public, and pages cannot cheat."""

import ast
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from loushi.foundation.core.apps import load_rooms
from loushi.foundation.core.scoping import PublicModel, Scoped, scope_of

from . import tree

PAGES = {"views", "forms", "api", "urls"}
MANAGERS = {"objects", "plain", "_default_manager", "_base_manager"}
# What reads rows without asking for whom.
FORBIDDEN_NAMES = {
    "get_object_or_404",
    "get_list_or_404",
    "ModelForm",
    "ModelSchema",
    "modelform_factory",
    "modelformset_factory",
    "inlineformset_factory",
}


def test_every_model_declares_a_scope_or_is_public() -> None:
    load_rooms("policy")
    wrong = []
    for model in apps.get_models():
        label = model._meta.label
        if not model.__module__.startswith("loushi.") or label == settings.AUTH_USER_MODEL:
            continue
        if issubclass(model, PublicModel):
            continue
        if not issubclass(model, Scoped):
            wrong.append(f"{label}: derive from Scoped or PublicModel")
            continue
        try:
            scope_of(model)
        except (ImproperlyConfigured, TypeError) as error:
            wrong.append(f"{label}: {error}")
        if model._meta.default_manager_name != "plain":
            wrong.append(f"{label}: class Meta must derive from Scoped.Meta")
    assert not wrong, "\n".join(wrong)


def complaints(module: tree.Module) -> Iterator[str]:
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield f"{module.name}:{node.lineno} uses .{node.attr}"
        elif isinstance(node, ast.Name | ast.alias):
            name = node.id if isinstance(node, ast.Name) else node.name
            if name in FORBIDDEN_NAMES:
                yield f"{module.name}:{node.lineno} uses {name}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "django.views.generic"
        ):
            yield f"{module.name}:{node.lineno} uses a generic view"


def test_pages_never_touch_managers_or_model_shortcuts() -> None:
    wrong = [
        text
        for module in tree.code()
        if module.room in PAGES and module.package
        for text in complaints(module)
    ]
    assert not wrong, "read through queries, write through commands:\n" + "\n".join(wrong)


def plain_managers(module: tree.Module) -> Iterator[str]:
    nodes = list(ast.walk(module.tree()))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        # A function named plain is called; the manager never is.
        if isinstance(node, ast.Attribute) and node.attr == "plain" and id(node) not in called:
            yield f"{module.name}:{node.lineno}"


def test_plain_managers_stay_inside_core() -> None:
    wrong = [
        where
        for module in tree.code()
        if module.package != "foundation.core"
        for where in plain_managers(module)
    ]
    assert not wrong, "use visible_to(actor) or unscoped('reason'):\n" + "\n".join(wrong)


def public_commands(package: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """A package's commands: what commands.py defines, or what commands/__init__.py lets out."""
    inside = [one for one in tree.code() if one.package == package and one.room == "commands"]
    doors = [one for one in inside if one.path.name in {"commands.py", "__init__.py"}]
    shown = {
        alias.name
        for door in doors
        for node in door.tree().body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for module in inside:
        for node in module.tree().body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if module in doors or node.name in shown:
                yield f"{module.name}:{node.lineno} {node.name}", node


def test_commands_take_the_actor_first_and_everything_by_keyword() -> None:
    wrong = []
    for package in sorted({one.package for one in tree.code() if one.room == "commands"}):
        if package.split(".")[0] not in {"registry", "services", "casework"}:
            continue
        for where, node in public_commands(package):
            names = [one.arg for one in node.args.args + node.args.kwonlyargs]
            if len(node.args.posonlyargs) + len(node.args.args) > 1:
                wrong.append(f"{where}: keyword arguments only")
            elif "actor" in names and names[0] != "actor":
                wrong.append(f"{where}: `actor` comes first")
    assert not wrong, "\n".join(wrong)
