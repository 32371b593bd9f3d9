"""Kinds of amenities and tax tiers to begin with (both are data), grades as codes, and the
states said so far.

The tiers are those of the district's yearly report (亿元楼 is ≥ 100 million yuan a year); a district
that counts others edits them. States said before this day have no known beginning.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

KINDS = (
    ("parking", "停车位", "个"), ("charging", "充电桩", "个"), ("canteen", "食堂", "处"),
    ("meeting", "会议室", "间"), ("fitness", "健身房", "处"), ("shop", "便利店", "处"),
    ("parcel", "快递柜", "组"), ("nursing", "母婴室", "间"), ("bicycle", "非机动车位", "个"),
    ("other", "其他配套", "处"),
)  # fmt: skip
TIERS = (("千万元楼", "10000000"), ("亿元楼", "100000000"), ("十亿元楼", "1000000000"))
GRADES = {"超甲": "super_a", "甲": "a", "乙": "b", "丙": "c"}
SAID = ("self_used", "reserved", "not_delivered")
PORTION = 2_000


def fill(apps, schema_editor):
    kind = apps.get_model("buildings", "AmenityKind")
    kind.objects.bulk_create(
        kind(code=code, name=name, measure=measure, order=number * 10)
        for number, (code, name, measure) in enumerate(KINDS, 1)
    )
    tier = apps.get_model("buildings", "TaxTier")
    tier.objects.bulk_create(
        tier(name=name, threshold=Decimal(amount), since=date(2020, 1, 1))
        for name, amount in TIERS
    )
    building = apps.get_model("buildings", "Building")
    for grade in building._base_manager.values_list("grade", flat=True).distinct():
        code = GRADES.get(grade.removesuffix("级"), "")
        if grade and not code:  # what cannot be read as a grade stays readable beside it
            building._base_manager.filter(grade=grade, grade_source="").update(grade_source=grade)
        building._base_manager.filter(grade=grade).update(grade=code)
    space = apps.get_model("buildings", "Space")
    said = apps.get_model("buildings", "SpaceState")
    rows = space._base_manager.filter(state__in=SAID).values_list("pk", "building_id", "state")
    said._base_manager.bulk_create(
        (
            said(space_id=pk, building_id=building_id, state=state, source="升级前登记")
            for pk, building_id, state in rows.iterator(chunk_size=PORTION)
        ),
        batch_size=PORTION,
    )


class Migration(migrations.Migration):
    dependencies = [("buildings", "0002_owners_states_amenities")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
