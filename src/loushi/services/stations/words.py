"""The solver's reasons as sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.solvers.rota import Obstacle

OBSTACLES: Mapping[str, Any] = {
    Obstacle.SKILL: lazy("没有这一班要求的技能"),
    Obstacle.PLACE: lazy("不在这个站点轮值"),
    Obstacle.UNAVAILABLE: lazy("那天不能值守"),
    Obstacle.BUSY: lazy("那时已在别处值守"),
    Obstacle.REST: lazy("两班之间休息不够"),
    Obstacle.RUN: lazy("连续值守天数超过上限"),
    Obstacle.LOAD: lazy("班数已到上限"),
}


def fairness(spread: int) -> str:
    """Why a swap would be unfair."""
    return _("换班后最多与最少相差 %(number)d 班") % {"number": spread}


def why(told: Mapping[str, Any]) -> str:
    """Why a slot stays open: the numbers behind each reason, in the order of the rules."""
    reasons = told["reasons"]
    parts = [
        _("%(number)d 个%(reason)s") % {"number": reasons[one], "reason": OBSTACLES[one]}
        for one in Obstacle
        if reasons.get(one.value)
    ]
    if not parts:
        return _("轮值表里没有成员")
    if told["main"] == Obstacle.SKILL:
        return _("没有成员具备这项技能")
    return "、".join(parts)
