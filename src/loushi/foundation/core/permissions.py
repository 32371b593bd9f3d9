"""The list of all permissions, declared by each package's policy.py; roles (data) refer to it."""

from typing import Any

_declared: dict[str, Any] = {}


def declare(code: str, label: Any) -> str:
    """Declares a permission `package.verb` with its label for the roles page; returns the code."""
    package, dot, verb = code.partition(".")
    if not (package and dot and verb):
        raise ValueError(f"a permission is named package.verb, not {code!r}")
    _declared[code] = label
    return code


def declared() -> dict[str, Any]:
    """All declared permissions, code to label, in order of code."""
    return dict(sorted(_declared.items()))
