"""评价: how people rate what was done for them, the same for demands and applications.

Their words on whether it was solved stand apart from the verdict of those who handled it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

SCORES = range(1, 6)


class Solved(models.TextChoices):
    """The rater's own words, kept apart from the handler's verdict."""

    YES = "yes", _l("解决了")
    PARTLY = "partly", _l("解决一部分")
    NO = "no", _l("没解决")


class RatingFields(models.Model):
    """The columns of a rating, for a package's own table; every rating ever given stays."""

    score = models.PositiveSmallIntegerField()
    solved = models.CharField(max_length=8, choices=Solved.choices)
    words = models.TextField(blank=True, default="")
    by_link = models.BooleanField(default=False)
    user_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class RatedFields(models.Model):
    """The newest rating on the case itself."""

    score = models.PositiveSmallIntegerField(null=True, blank=True)
    solved = models.CharField(max_length=8, choices=Solved.choices, blank=True, default="")
    rated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def score_range(name: str) -> models.CheckConstraint:
    """The constraint that a score is one of the five, or none."""
    return models.CheckConstraint(
        condition=models.Q(score__isnull=True) | models.Q(score__range=(SCORES[0], SCORES[-1])),
        name=name,
    )


def rating_faults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with a rating's values, by field; missing ones are the caller's matter."""
    faults: dict[str, Any] = {}
    if values.get("solved") and values["solved"] not in Solved.values:
        faults["solved"] = _("这一项的取值不在可选范围内，请重新选择。")
    score = values.get("score")
    if score not in (None, "") and str(score) not in {str(one) for one in SCORES}:
        faults["score"] = _("请在很不满意到很满意之间选一档。")
    return faults


def rated(case: Any, rating: type[models.Model], values: Mapping[str, Any], **columns: Any) -> Any:
    """Puts a rating on a case (`RatedFields`) and gives its row (`RatingFields`), unsaved."""
    now = columns.pop("at")
    case.score, case.solved, case.rated_at = int(values["score"]), values["solved"], now
    return rating(
        score=case.score, solved=case.solved, words=values.get("words") or "",
        by_link=bool(values.get("by_link")), at=now, **columns,
    )  # fmt: skip
