"""The only way to write policies, pushes and declarations."""

from .declaring import begin_declaration, move_declaration
from .matching import match_firms, match_own, match_policies, push_policy, set_pushes
from .policies import (
    FIELDS,
    cleaned_conditions,
    create_policy,
    publish_policy,
    revise_policy,
    withdraw_policy,
)

__all__ = [
    "FIELDS",
    "begin_declaration",
    "cleaned_conditions",
    "create_policy",
    "match_firms",
    "match_own",
    "match_policies",
    "move_declaration",
    "publish_policy",
    "push_policy",
    "revise_policy",
    "set_pushes",
    "withdraw_policy",
]
