"""The only way to write policies, pushes, declarations and resources."""

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
from .resources import draft_resource, publish_resource, update_resource, withdraw_resource

__all__ = [
    "FIELDS",
    "begin_declaration",
    "cleaned_conditions",
    "create_policy",
    "draft_resource",
    "match_firms",
    "match_own",
    "match_policies",
    "move_declaration",
    "publish_policy",
    "publish_resource",
    "push_policy",
    "revise_policy",
    "set_pushes",
    "update_resource",
    "withdraw_policy",
    "withdraw_resource",
]
