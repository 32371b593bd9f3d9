"""Leads and referral posts for tests, made through the real commands."""

from datetime import date
from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.models import User
from loushi.registry.leads import commands
from loushi.registry.leads.models import InvestmentLead, ReferralPost, Source
from loushi.registry.territory.models import Unit

SINCE = date(2026, 1, 1)


def make_lead(
    unit: Unit, *, company: str = "澄观生物科技有限公司", **values: Any
) -> InvestmentLead:
    """A fresh lead of a unit."""
    given = {"company": company, "source": Source.CALL, **values}
    return commands.create_lead(actor=system_actor(), unit_id=unit.pk, values=given)


def make_post(unit: Unit, user: User, name: str = "桐川府业委会") -> ReferralPost:
    """A post with one person."""
    post = commands.create_post(actor=system_actor(), unit_id=unit.pk, name=name, since=SINCE)
    commands.add_referrer(
        actor=system_actor(), post_id=post.pk, username=user.username, since=SINCE
    )
    return post
