"""Policies of the district and of its first community: some told to firms, some declared."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from loushi.demo.places import Places
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.services.catalogue import commands
from loushi.services.catalogue.models import Policy
from loushi.services.catalogue.policy import OWN

SMALL = {"fact": "size", "values": ["small", "micro"]}
POLICIES: tuple[tuple[str, str, str, dict[str, Any], int | None], ...] = (
    ("小微企业房租补贴", "商务局", "按实缴房租的 20% 补贴，最高 2 万元",
     {"all": [SMALL, {"fact": "registered", "values": ["inside"]}]}, 40),
    ("初创企业一次性开办补助", "人社局", "一次性补助 5,000 元",
     {"all": [{"fact": "age", "low": None, "high": 3}, {"fact": "kind", "values": ["company"]},
              {"fact": "asked", "text": "创始人首次创业，已缴纳社会保险满 6 个月"}]}, 75),
    ("数字经济企业研发补助", "科技局", "按研发费用增量的 10% 补助，最高 50 万元",
     {"all": [{"fact": "industry", "values": ["I", "M73"]}, {"fact": "age", "low": 1, "high": None},
              {"fact": "asked", "text": "上年研发费用占营业收入不低于 5%"}]}, 120),
    ("重点税源企业贡献奖励", "财政局", "按年度贡献分档奖励",
     {"all": [{"fact": "tax", "low": 500_000, "high": None},
              {"fact": "taxed", "values": ["inside"]}]}, None),
    ("稳岗返还", "人社局", "返还上年实缴失业保险费的 60%",
     {"all": [SMALL], "any": [{"fact": "staff", "low": 10, "high": None},
                              {"fact": "tags", "values": ["startup"]}]}, 25),
    ("生命健康企业落户支持", "经信局", "三年房租补贴，第一年 50%",
     {"all": [{"fact": "tags", "values": ["health"]},
              {"fact": "age", "low": None, "high": 5}]}, -12),
    ("餐饮企业明厨亮灶补助", "市场监管局", "每户补助设备费的一半，最高 3,000 元",
     {"all": [{"fact": "industry", "values": ["H62"]}]}, 60),
)  # fmt: skip
LOCAL = ("楼宇企业职工体检优惠", "商务社区", "合作医院体检八折，每家企业每年一次",
         {"all": [{"fact": "staff", "low": 5, "high": None}]}, 90)  # fmt: skip


def write(
    actor: Actor, rng: Random, places: Places, today: date, say: Callable[[str], None]
) -> None:
    """Registers and publishes them; the first community's secretary tells its firms of two."""
    made = [
        _made(actor, places.district.pk, one, today, draft=number == len(POLICIES) - 1)
        for number, one in enumerate(POLICIES)
    ]
    made.append(_made(actor, places.communities[0].pk, LOCAL, today))
    secretary = actor_for(User.objects.get(username="secretary1"), today)
    for row in (made[0], made[-1]):
        commands.push_policy(actor=secretary, policy_id=row.pk)
    _declare(actor, rng, made, today)
    say(f"  惠企政策 {len(made)}")


def _made(
    actor: Actor, unit_id: int, given: tuple[Any, ...], today: date, *, draft: bool = False
) -> Policy:
    title, issuer, benefits, conditions, days = given
    row = commands.create_policy(
        actor=actor, unit_id=unit_id,
        values={
            "title": title, "issuer": issuer, "benefits": benefits, "conditions": conditions,
            "text": f"{benefits}。具体口径由{issuer}解释。演示内容，不是真实政策。",
            "materials": "营业执照复印件\n申请表（加盖公章）\n开户许可证",
            "how": "在手机上登记意向，社区窗口协助整理材料后报送。", "contact": "8801 0000",
            "since": today.replace(month=1, day=1), "until": today.replace(month=12, day=31),
            "opens_on": today - timedelta(days=30),
            "closes_on": None if days is None else today + timedelta(days=days),
        },
    )  # fmt: skip
    if not draft:
        commands.publish_policy(actor=actor, policy_id=row.pk)
    return row


def _declare(actor: Actor, rng: Random, made: list[Policy], today: date) -> None:
    """The first firms that have an account: one stands at each step."""
    steps: tuple[tuple[str, ...], ...] = (
        ("declared", "granted"), ("declared",), (), ("declared", "refused"),
    )  # fmt: skip
    users = User.objects.filter(username__in=[f"firm{n}" for n in range(1, 5)])
    for user, way in zip(users.order_by("username"), steps, strict=False):
        person = actor_for(user, today)
        for key in sorted(person.keys(ENTERPRISE, OWN))[:1]:
            row = commands.begin_declaration(
                actor=person, policy_id=made[0].pk, enterprise_id=int(key)
            )
            for to in way:
                amount = Decimal(rng.randrange(4, 20) * 1000) if to == "granted" else None
                commands.move_declaration(
                    actor=actor, declaration_id=row.pk, to=to, amount=amount, on=today,
                    note="材料不齐，可补齐后再报" if to == "refused" else "",
                )  # fmt: skip
