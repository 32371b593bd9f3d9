"""The only way to write policies, pushes, declarations, resources and the service list."""

from .declaring import begin_declaration, move_declaration
from .items import (
    ITEM_FIELDS,
    adapt_entry,
    create_item,
    drop_entry,
    install_items,
    item_templates,
    revise_item,
    take_items,
    withdraw_item,
)
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
    "ITEM_FIELDS",
    "adapt_entry",
    "begin_declaration",
    "cleaned_conditions",
    "create_item",
    "create_policy",
    "draft_resource",
    "drop_entry",
    "install_items",
    "item_templates",
    "match_firms",
    "match_own",
    "match_policies",
    "move_declaration",
    "publish_policy",
    "publish_resource",
    "push_policy",
    "revise_item",
    "revise_policy",
    "set_pushes",
    "take_items",
    "update_resource",
    "withdraw_item",
    "withdraw_policy",
    "withdraw_resource",
]
