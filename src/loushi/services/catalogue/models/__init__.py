"""What is stored of policies (text, versions, who was told, who declared), of resources and their
bookings, of the service list and of bundles (一类事)."""

from .bookings import ResourceBooking, ResourceSlot, ResourceTimes
from .bundles import BundleVersion, ServiceBundle
from .items import ItemField, ItemSide, ItemVersion, MenuEntry, ServiceItem
from .policies import Declaration, Policy, PolicyPush, PolicyVersion, PushRefusal
from .resources import Resource, ResourceArea, ResourceKind

__all__ = [
    "BundleVersion",
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
    "ResourceBooking",
    "ResourceKind",
    "ResourceSlot",
    "ResourceTimes",
    "ServiceItem",
    "ServiceBundle",
]
