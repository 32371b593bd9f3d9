"""The Django side of the import bench; each function runs in a process of its own."""

import json
import sys
import time
from pathlib import Path


def prepare(answer: str) -> None:
    """A small district with people who may submit; see the kill bench."""
    from bench import _kill_district

    _kill_district.prepare(answer)
    sys.stdout.write("{}\n")


def load(file: str, back: str, *without: str) -> None:
    """Imports a file of enterprises and prints what happened and how long it took; the columns in
    `without` are left out."""
    import django

    django.setup()
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.transfer.commands import run_import
    from loushi.registry.territory.models import Unit

    path = Unit.objects.get(code="C1").path
    cpu, began = time.process_time(), time.perf_counter()
    report = run_import(
        actor=system_actor("压测"), importer="enterprises", path=Path(file), unit_path=path,
        partial=True, report_path=Path(back), source="物业月报",
        mapping=[f"{heading}=" for heading in without],
    )  # fmt: skip
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if not report.applied:
        raise SystemExit(f"not applied: {report.reasons[:3]}")
    counts = {name: count for name, count in report.counts.items() if count}
    laps = {"seconds": round(seconds, 2), "cpu": round(cpu, 2)}
    sys.stdout.write(json.dumps(laps | counts | report.seconds) + "\n")


def load_again(file: str, diff: str, *without: str) -> None:
    """Imports a changed file, renders its preview, keeps the staged diff in `diff`, and prints how
    long all of it took."""
    import django

    django.setup()
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.transfer import queries
    from loushi.foundation.transfer.commands import run_import
    from loushi.foundation.transfer.models import ImportBatch, ImportRow
    from loushi.registry.territory.models import Unit

    path = Unit.objects.get(code="C1").path
    cpu, began = time.process_time(), time.perf_counter()
    report = run_import(
        actor=system_actor("压测"), importer="enterprises", path=Path(file), unit_path=path,
        source="物业月报", mapping=[f"{heading}=" for heading in without],
    )  # fmt: skip
    rows = ImportRow.objects.unscoped("the bench").filter(batch_id=report.batch_id)
    batch = ImportBatch.objects.unscoped("the bench").get(pk=report.batch_id)
    queries.batch_summary(batch)
    queries.preview(batch, list(rows.order_by("row_number")[:50]))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if not report.applied:
        raise SystemExit(f"not applied: {report.reasons[:3]}")
    staged = {str(number): cells for number, cells in rows.values_list("row_number", "diff")}
    Path(diff).write_text(json.dumps(staged), encoding="utf-8")
    counts = {name: count for name, count in report.counts.items() if count}
    laps = {"seconds": round(seconds, 2), "cpu": round(cpu, 2)}
    sys.stdout.write(json.dumps(laps | counts | report.seconds) + "\n")
