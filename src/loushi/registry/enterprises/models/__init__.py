"""What is stored of enterprises: firms and people, places through time, care, sign-ups."""

from loushi.registry.enterprises.models.care import (
    EnterpriseTag,
    OfficerPost,
    Stability,
    StabilityLevel,
    TagKind,
    TagRule,
)
from loushi.registry.enterprises.models.duplicates import (
    DuplicateProposal,
    EnterpriseAlias,
    EnterpriseMerge,
    MergeMove,
)
from loushi.registry.enterprises.models.firms import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    IndustryCode,
)
from loushi.registry.enterprises.models.places import ChangeReason, PlaceFact, Tenancy
from loushi.registry.enterprises.models.presence import Lies, Presence, presence_of
from loushi.registry.enterprises.models.sign_ups import SignUp
from loushi.registry.enterprises.models.totals import BuildingTotals

__all__ = [
    "ChangeReason",
    "DuplicateProposal",
    "BuildingTotals",
    "Enterprise",
    "EnterpriseAlias",
    "EnterpriseContact",
    "EnterpriseMembership",
    "EnterpriseMerge",
    "EnterpriseTag",
    "IndustryCode",
    "Lies",
    "MergeMove",
    "OfficerPost",
    "PlaceFact",
    "Presence",
    "SignUp",
    "Stability",
    "StabilityLevel",
    "TagKind",
    "TagRule",
    "Tenancy",
    "presence_of",
]
