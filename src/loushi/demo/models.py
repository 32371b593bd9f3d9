"""What the demo remembers of itself."""

from django.db import models
from django.utils import timezone

from loushi.foundation.core.scoping import PublicModel


class DemoDistrict(PublicModel):
    """One row once the fictional district stands: from which seed, as of which day."""

    template = models.CharField(max_length=20)
    seed = models.IntegerField()
    today = models.DateField()
    accounts = models.JSONField(default=list)
    built_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.template} {self.seed} {self.today}"
