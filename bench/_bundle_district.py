"""The Django side of the bundle bench: a bundle of 12 steps in ten departments and the window, its
running applications, fifty people; and the examination of every step."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

DEPARTMENTS, AT_WINDOW = 10, 10
WHY = "the bench examines everything"
PORTION = 200


def prepare(bundles: str, people: str, answer: str) -> None:
    """Lays everything out; writes each person's token and steps as JSON."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from loushi.casework.applications.commands import Request
    from loushi.casework.applications.commands.bulk import History, submit_many
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.accounts.commands import issue_token
    from loushi.registry.accounts.factories import make_department, make_staff
    from loushi.registry.territory.factories import make_district
    from loushi.services.catalogue.queries import live_version

    actor, units = system_actor("压测"), make_district()
    here = units["C1"]
    offices = [make_department(units["Q"], name=f"部门{n}") for n in range(1, DEPARTMENTS + 1)]
    bundle = _bundle(here, offices)
    version = live_version(bundle)
    assert version is not None
    began = timezone.now() - timedelta(hours=1)
    request = Request(bundle.pk, {}, unit_id=here.pk, applicant="某店", contact_phone="138")
    left = int(bundles)
    while left > 0:
        count = min(left, PORTION)
        histories = [
            History(began, actor, request, bundle, version, here, None, _done(left - n, began))
            for n in range(count)
        ]
        submit_many(actor=actor, histories=histories)
        left -= count
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself soon after so many rows
    found: list[dict[str, Any]] = []
    window = [("s1", "步骤1"), ("s12", "步骤12")]
    for number in range(int(people)):
        if number < AT_WINDOW:
            user, steps = make_staff("window_clerk", here), window
        else:
            place = number % DEPARTMENTS
            user = make_staff("department_handler", offices[place])
            steps = [(f"s{place + 2}", f"步骤{place + 2}")]
        office = "window" if number < AT_WINDOW else steps[0][0]
        token = issue_token(actor=actor, username=user.username)
        found.append({"token": token, "steps": steps, "office": office})
    for one in found:
        office = [other for other in found if other["office"] == one["office"]]
        one["share"] = [office.index(one), len(office)]
    Path(answer).write_text(json.dumps(found))


def _bundle(unit: Any, offices: list[Any]) -> Any:
    """收件, then five branches of two steps, then 发放."""
    from loushi.foundation.core.actor import system_actor
    from loushi.services.catalogue import commands

    actor = system_actor("压测")
    row = commands.create_bundle(
        actor=actor, unit_id=unit.pk, values={"title": "压测一类事", "founders": True}
    )

    def put(number: int, **values: Any) -> None:
        given = {"title": f"步骤{number}", "limit_kind": "working_days", "limit_amount": 5}
        commands.put_part(actor=actor, bundle_id=row.pk, part="step", values=given | values)

    put(1, window=True)
    for number in range(2, 12):
        after = "s1" if number < 7 else f"s{number - 5}"
        put(number, department=offices[number - 2].pk, after=[after])
    put(12, window=True, after=[f"s{number}" for number in range(7, 12)], closing=True)
    return commands.publish_bundle(actor=actor, bundle_id=row.pk)


def _done(number: int, began: Any) -> list[Any]:
    """What was done of one application before: they stand at different points, as on any day."""
    from loushi.casework.applications.commands.bulk import Happened
    from loushi.foundation.core.actor import system_actor

    first = ["s1"] if number % 8 else []
    more = [f"s{place}" for place in range(2, 7) if (number >> place) % 3 == 0]
    codes = [*first, *(more if first and number % 3 == 1 else [])]
    return [
        Happened(began + timedelta(minutes=5 * place), system_actor("压测"), "done", code)
        for place, code in enumerate(codes, 1)
    ]


def examine(told: str, answer: str) -> None:
    """Counts broken promises of every kind."""
    import django

    django.setup()
    from loushi.casework.applications.models import (
        Application,
        ApplicationClock,
        ApplicationEvent,
        ApplicationStep,
    )
    from loushi.foundation.audit.models import Entry
    from loushi.foundation.core import jobs
    from loushi.foundation.notices.models import Notice

    broken: Counter[str] = Counter()
    steps: dict[int, dict[str, Any]] = {}
    for one in ApplicationStep.objects.unscoped(WHY).order_by("pk"):
        steps.setdefault(one.application_id, {})[one.code] = one
    done = Counter(
        ApplicationEvent.objects.unscoped(WHY).filter(move="done").values_list("step_id", flat=True)
    )
    clocks = Counter(ApplicationClock.objects.unscoped(WHY).values_list("step_id", flat=True))
    stopped = set(
        ApplicationClock.objects.unscoped(WHY).filter(stopped_at__isnull=False).values_list(
            "step_id", flat=True
        )
    )  # fmt: skip
    for rows in steps.values():
        for one in rows.values():
            over, opened = one.state == "done", one.state != "waiting"
            broken["done twice, or not noted"] += done[one.pk] != over
            broken["not one clock"] += clocks[one.pk] != opened
            broken["clock runs on"] += (one.pk in stopped) != over
            first = [rows[code] for code in one.waits]
            broken["opened too early"] += opened and any(
                before.state != "done" or before.ended_at > one.opened_at for before in first
            )
            broken["never opened"] += not opened and all(row.state == "done" for row in first)
    for pk, state in Application.objects.unscoped(WHY).values_list("pk", "state"):
        whole = all(one.state == "done" for one in steps[pk].values())
        broken["ended wrongly"] += (state == "finished") != whole
    for application, code in json.loads(Path(told).read_text()):
        broken["acknowledged and lost"] += steps[application][code].state != "done"
    entries = Entry.objects.unscoped(WHY).filter(action="applications.step_done").count()
    noted = ApplicationEvent.objects.unscoped(WHY).filter(move="done", actor_user_id__gt=0)
    broken["audit"] += abs(entries - noted.count())  # what was laid out has no people
    pairs = Counter(
        Notice.objects.unscoped(WHY).filter(kind="applications.step").values_list(
            "recipient_id", "key"
        )
    )  # fmt: skip
    broken["told twice"] += sum(count - 1 for count in pairs.values())
    status = jobs.status()
    broken["left over"] += status.pending + status.dead
    Path(answer).write_text(json.dumps(broken))
