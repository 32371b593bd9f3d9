"""What was typed as a tenancy's presence becomes the registration that it spoke of.

Of each enterprise the statements follow each other in the order of its tenancies; the last one
runs on. A row of 在册不在地 stays as the row of a place where the enterprise does not sit.
"""

from datetime import date

from django.db import migrations

LIES = {"here_registered": "inside", "registered_only": "inside", "here_only": "outside"}
BATCH = 2_000


def turn(apps, schema_editor):
    tenancy = apps.get_model("enterprises", "Tenancy")
    firm = apps.get_model("enterprises", "Enterprise")
    post = apps.get_model("enterprises", "OfficerPost")
    tenancy._base_manager.filter(presence="registered_only").update(sits=False)
    last = 0
    while True:
        rows = list(firm._base_manager.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        _facts(apps, rows)
        post._base_manager.bulk_create(
            [
                post(
                    enterprise_id=row.pk, unit_path=row.unit_path, user_id=row.officer_id,
                    since=row.created_at.date(), why="升级时沿用",
                )
                for row in rows
                if row.officer_id and row.status != "cancelled"
            ]
        )  # fmt: skip


def _facts(apps, rows):
    tenancy = apps.get_model("enterprises", "Tenancy")
    fact = apps.get_model("enterprises", "PlaceFact")
    firm = apps.get_model("enterprises", "Enterprise")
    stays = {}
    for stay in tenancy._base_manager.filter(enterprise_id__in=[row.pk for row in rows]):
        stays.setdefault(stay.enterprise_id, []).append(stay)
    made, changed = [], []
    for row in rows:
        chain = []
        for stay in sorted(
            stays.get(row.pk, []),
            key=lambda one: (one.until or date.max, one.since or date.min, one.pk),
        ):
            said = {
                "lies": LIES[stay.presence],
                "building_id": stay.building_id if stay.presence == "registered_only" else None,
                "space_id": stay.space_id if stay.presence == "registered_only" else None,
                "source": stay.source,
            }
            if chain and chain[-1][1]["lies"] == said["lies"]:
                chain[-1][1].update({k: v for k, v in said.items() if v})
            elif chain and (stay.since is None or stay.since <= (chain[-1][0] or date.min)):
                chain[-1][1].update(said)
            else:
                chain.append((stay.since, said))
        if not chain and row.registered_address:
            chain = [(None, {"lies": "unknown", "source": row.source})]
        for place, (since, said) in enumerate(chain):
            ends = chain[place + 1][0] if place + 1 < len(chain) else None
            made.append(
                fact(
                    enterprise_id=row.pk, unit_path=row.unit_path, kind="registration",
                    address=row.registered_address if ends is None else "",
                    since=since, until=ends, reason_id="changed" if place else "first",
                    ended_id="changed" if ends else None, **said,
                )
            )  # fmt: skip
        if chain:
            row.registered_lies = chain[-1][1]["lies"]
            changed.append(row)
    fact._base_manager.bulk_create(made, batch_size=BATCH)
    firm._base_manager.bulk_update(changed, ["registered_lies"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0004_lists")]
    operations = [migrations.RunPython(turn, migrations.RunPython.noop)]
