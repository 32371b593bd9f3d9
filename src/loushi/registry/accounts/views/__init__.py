"""Pages of login, own account, people, departments."""

from . import account, departments, entrance, people, posts, support
from .entrance import locked_out

__all__ = ["account", "departments", "entrance", "locked_out", "people", "posts", "support"]
