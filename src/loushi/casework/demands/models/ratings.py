"""How a demand is rated, with an account or by a one-time link."""

from django.db import models

from loushi.foundation.core.rating import RatingFields
from loushi.foundation.core.scoping import Scoped, UnitPathField

from .demands import Demand


class RatingLink(Scoped):
    """A one-time link to rate without login: only the token's digest is kept; 410 once expired.

    A link that is mailed has an `address`, one for each demand and address until it is used; its
    token is made from `seed` and the secret key when the mail goes out.
    """

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="rating_links")
    unit_path = UnitPathField(db_index=False)
    digest = models.CharField(max_length=64, unique=True)
    address = models.EmailField(blank=True, default="")
    seed = models.CharField(max_length=32, blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "address"],
                condition=~models.Q(address="") & models.Q(used_at__isnull=True),
                name="rating_link_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} until {self.expires_at}"


class Rating(RatingFields, Scoped):
    """评价: every rating ever given; the newest stands on the demand."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="ratings")
    unit_path = UnitPathField(db_index=False)

    class Meta(Scoped.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.demand_id} {self.score}"
