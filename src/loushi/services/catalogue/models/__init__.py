"""What is stored of policies (text, versions, who was told, who declared), of resources and of the
service list."""

from .items import ItemField, ItemSide, ItemVersion, MenuEntry, ServiceItem
from .policies import Declaration, Policy, PolicyPush, PolicyVersion, PushRefusal
from .resources import Resource, ResourceArea, ResourceKind

__all__ = [
    "Declaration",
    "ItemField",
    "ItemSide",
    "ItemVersion",
    "MenuEntry",
    "Policy",
    "PolicyPush",
    "PolicyVersion",
    "PushRefusal",
    "Resource",
    "ResourceArea",
    "ResourceKind",
    "ServiceItem",
]
