"""Words and rights are declared: Chinese goes through gettext, roles use declared permissions."""

import ast
import re
from collections.abc import Iterator

import pytest

from loushi.foundation.audit.queries import action_label
from loushi.foundation.core.permissions import declared

from . import tree

HAN = re.compile(r"[\u3400-\u9fff]")
# The reason given to `unscoped` is for programmers, the system's names are for the record, and
# patterns are not sentences.
NOT_SPOKEN = {"unscoped", "system_actor", "compile", "fullmatch", "match", "search", "sub"}
# Rooms whose sentences reach a person's screen.
SPEAKING = {"views", "forms", "api", "commands", "queries", "policy", "workflow", "models", "urls"}
# Data about Chinese text, not sentences: each file with its reason.
DATA = {
    "src/loushi/config/api.py": "the product's name",
    "src/loushi/registry/accounts/forms.py": "a language is named in itself",
    "src/loushi/registry/enterprises/commands/licence.py": "words printed on a licence",
}


def bare(module: tree.Module) -> Iterator[str]:
    nodes = list(ast.walk(module.tree()))
    excused: set[int] = set()
    translators = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    translators |= {
        target.id
        for node in module.tree().body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name)
        if node.value.id in translators
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in translators or name in NOT_SPOKEN:
                excused |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            excused.add(id(node.value))
    for node in nodes:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and HAN.search(node.value)
            and id(node) not in excused
        ):
            yield f"{module.name}:{node.lineno}: {node.value[:40]}"


def test_sentences_in_python_go_through_gettext() -> None:
    wrong = [
        text
        for module in tree.code()
        if module.room in SPEAKING and module.package not in {"", "demo"}
        if module.name not in DATA
        for text in bare(module)
    ]
    assert not wrong, "wrap these in _():\n" + "\n".join(wrong)


def test_permission_labels_are_translated() -> None:
    wrong = [code for code, label in declared().items() if isinstance(label, str)]
    assert not wrong, f"declare(code, _('…')) with gettext_lazy: {wrong}"


@pytest.mark.django_db
def test_roles_use_declared_permissions_only() -> None:
    from loushi.registry.accounts.models import Role

    known = set(declared())
    wrong = {
        role.code: sorted(set(role.permissions) - known)
        for role in Role.objects.all()
        if set(role.permissions) - known
    }
    assert not wrong, f"no policy declares these: {wrong}"


ACTION = re.compile(r"[a-z]+\.[a-z_]+")
WRITES = {"record", "record_many", "_record", "_note", "enter", "Line"}


def audited() -> dict[str, str]:
    """Every literal action that the code hands to the audit, and where."""
    found = {}
    for module in tree.code():
        for node in ast.walk(module.tree()):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [word.value for word in node.keywords if word.arg == "action"]
            given += node.args if name in WRITES else []
            for part in (inner for one in given for inner in ast.walk(one)):
                code = getattr(part, "value", None)
                if isinstance(code, str) and ACTION.fullmatch(code) and code[-1] != "_":
                    found[code] = f"{module.name}:{node.lineno}"
    return found


def test_auditors_read_words_not_codes() -> None:
    actions = audited()
    assert len(actions) > 40  # the search still finds them
    wrong = [f"{where}: {code}" for code, where in actions.items() if action_label(code) == code]
    assert not wrong, "give these a label in config/actions.py:\n" + "\n".join(wrong)
