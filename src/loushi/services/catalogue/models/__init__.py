"""What is stored of policies: the text, its versions, who was told, who declared."""

from .policies import Declaration, Policy, PolicyPush, PolicyVersion, PushRefusal

__all__ = ["Declaration", "Policy", "PolicyPush", "PolicyVersion", "PushRefusal"]
