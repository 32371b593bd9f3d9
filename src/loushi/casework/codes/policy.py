"""Codes are seen, made and revoked by those who keep the building's facts."""

from loushi.casework.codes.models import PlaceCode, PublicCard
from loushi.foundation.core.scoping import UnitLeg, scope
from loushi.registry.buildings.policy import CHANGE, VIEW

MAKE = CHANGE

for model in (PlaceCode, PublicCard):
    scope(model, view=VIEW, legs=[UnitLeg()])
