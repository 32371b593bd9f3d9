"""What is stored of policies (text, versions, who was told, who declared) and of resources."""

from .policies import Declaration, Policy, PolicyPush, PolicyVersion, PushRefusal
from .resources import Resource, ResourceArea, ResourceKind

__all__ = [
    "Declaration",
    "Policy",
    "PolicyPush",
    "PolicyVersion",
    "PushRefusal",
    "Resource",
    "ResourceArea",
    "ResourceKind",
]
