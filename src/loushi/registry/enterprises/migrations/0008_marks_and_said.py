"""The marks by which totals are first made, and what was said of rooms whose tenant is unknown."""

from django.db import migrations


def begin(apps, schema_editor):
    """Every building gets a mark, so that its totals are made; a room that a file called let, and
    whose tenant nobody knows, was said to be let."""
    building = apps.get_model("buildings", "Building")
    mark = apps.get_model("buildings", "TotalsMark")
    mark._base_manager.bulk_create(
        (mark(building_id=pk) for pk in building._base_manager.values_list("pk", flat=True)),
        batch_size=2_000,
    )
    tenancy = apps.get_model("enterprises", "Tenancy")
    space = apps.get_model("buildings", "Space")
    said = apps.get_model("buildings", "SpaceState")
    held = tenancy._base_manager.filter(space__isnull=False, until__isnull=True)
    rows = space._base_manager.filter(state="let").exclude(pk__in=held.values("space_id"))
    said._base_manager.bulk_create(
        (
            said(space_id=pk, building_id=building_id, state="let", source="升级前登记")
            for pk, building_id in rows.values_list("pk", "building_id").iterator(chunk_size=2_000)
        ),
        batch_size=2_000,
    )


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0007_building_totals")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
