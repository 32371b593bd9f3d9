"""What is stored of enterprises: firms and people, places through time, sign-ups."""

from loushi.registry.enterprises.models.firms import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    IndustryCode,
)
from loushi.registry.enterprises.models.places import Presence, Tenancy
from loushi.registry.enterprises.models.sign_ups import SignUp

__all__ = [
    "Enterprise",
    "EnterpriseContact",
    "EnterpriseMembership",
    "IndustryCode",
    "Presence",
    "SignUp",
    "Tenancy",
]
