"""Runs inside a demo district: two more releases after corrections and a merge of communities,
then tells the bench what was published and, for checking, what was protected."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import django

SEED = 20_261_130
CORRECTED = 0.02


def main() -> None:
    django.setup()
    from django.utils import timezone

    from loushi.foundation.core.actor import system_actor
    from loushi.registry.tax.models import Release
    from loushi.registry.territory.commands import merge_units, run_rewrites
    from loushi.registry.territory.models import Unit

    actor, rng = system_actor("bench"), Random(SEED)
    seconds = []
    for turn in (2, 3):
        _correct(actor, rng)
        communities = list(Unit.objects.filter(kind="community").exclude(path="").order_by("path"))
        if len(communities) > 3:
            merge_units(
                actor=actor, unit_ids=[communities[turn].pk], heir_id=communities[turn - 1].pk,
                on=timezone.localdate(), why="bench",
            )  # fmt: skip
            run_rewrites()
        began = process_time()
        _release(actor)
        seconds.append(round(process_time() - began, 2))
    count = Release.objects.unscoped("bench").count()
    told = {"releases": count, "release_seconds": seconds, "years": _years()}
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")


def _correct(actor: Any, rng: Random) -> None:
    """Two per cent of the newest two years get another amount."""
    from loushi.registry.tax.commands import record_figures
    from loushi.registry.tax.models import TaxReturn

    rows: list[Any] = [
        {
            "enterprise_id": row.enterprise_id, "year": row.year, "source": "更正（演示）",
            "amount": (row.amount * Decimal(rng.uniform(0.4, 2.2))).quantize(Decimal("0.01")),
        }
        for row in TaxReturn.objects.unscoped("bench").filter(is_current=True).order_by("pk")
        if rng.random() < CORRECTED
    ]  # fmt: skip
    record_figures(actor=actor, measure="tax", rows=rows, batch="BENCH")


def _release(actor: Any) -> None:
    from loushi.registry.tax.commands import publish_release
    from loushi.registry.tax.models import Release
    from loushi.registry.tax.queries import draft

    years = Release.objects.unscoped("bench").order_by("number")[0].years
    publish_release(actor=actor, years=years, digest=draft(actor, years).digest)


def _years() -> dict[str, Any]:
    from loushi.registry.tax.models import Release

    releases = list(Release.objects.unscoped("bench").order_by("number"))
    return {
        str(year): {
            "releases": [_told(release, year) for release in releases],
            "versions": _versions(year),
            "threshold": 500_000,
        }
        for year in releases[0].years
    }


def _told(release: Any, year: int) -> dict[str, Any]:
    from loushi.foundation.core.units import ids_of
    from loushi.registry.tax.models import ReleaseCell, ReleaseMember

    cells = [
        {
            "cell": _cell(row), "state": row.state,
            "low": None if row.low is None else float(row.low),
            "high": None if row.high is None else float(row.high),
        }
        for row in ReleaseCell.objects.unscoped("bench").filter(release=release, year=year)
    ]  # fmt: skip
    members = [
        [row.tax_return_id, list(ids_of(row.place)), row.section, row.building_id]
        for row in ReleaseMember.objects.unscoped("bench").filter(
            release=release, tax_return__year=year
        )
    ]
    return {"cells": cells, "members": members}


def _cell(row: Any) -> str:
    if row.building_id:
        return f"{row.measure}/b{row.building_id}/"
    return f"{row.measure}/u{row.unit_id}/{row.section}"


def _versions(year: int) -> dict[str, Any]:
    from loushi.registry.tax.models import TaxReturn
    from loushi.registry.tax.queries import rule_for

    rule = rule_for(year)
    return {
        str(row.pk): [
            row.enterprise_id, float(row.amount), rule.ends(rule.band_of(row.amount)),
            row.amount >= rule.key_threshold, row.is_current,
        ]
        for row in TaxReturn.objects.unscoped("bench").filter(year=year)
    }  # fmt: skip


if __name__ == "__main__":
    main()
