"""Words of a list that people choose from: data with dates, so that a district changes its own."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.days import running
from loushi.foundation.core.scoping import PublicModel


class Term(PublicModel):
    """One word. `since` is the first day on which it is offered (empty: always was), `until` the
    first on which it is no longer; rows that carry it keep it. Its key is `code`."""

    since = models.DateField(_("起用日期"), null=True, blank=True)
    until = models.DateField(_("停用日期"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True, default="")

    class Meta:
        abstract = True

    @classmethod
    def offered(cls, on: date | None = None) -> QuerySet[Any]:
        """The words that may be chosen on a day (default today)."""
        return cls._default_manager.filter(running(on or timezone.localdate()))
