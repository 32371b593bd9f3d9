"""How many queries a page of the list needs, with 2 and with 50 rows, and the peer's page."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

from bench import _demands_district as district

PEOPLE = (district.SECRETARY, district.HANDLER)


def count() -> None:
    """Prints {person: {"2": n, "50": n, "2 cold": n, "50 cold": n, "peer": n}}; cold: with nothing
    kept in the process."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.db.models import Count
    from django.utils import timezone

    from loushi.casework.demands.queries import visible
    from loushi.foundation.core import stamps
    from loushi.registry.accounts.queries import actor_for

    found = {}
    for name in PEOPLE:
        user = get_user_model().objects.get(username=name)
        rows = visible(actor_for(user, timezone.localdate())).filter(state="handling").order_by()
        tower = (
            rows.values("building_id").annotate(n=Count("id")).filter(n=2).order_by("building_id")
        ).values_list("building_id", flat=True)[0]
        few, many = f"/demands/?state=handling&building={tower}", "/demands/?state=handling"
        found[name] = {
            "2": _queries(name, few),
            "50": _queries(name, many),
            "2 cold": _queries(name, few, stamps.forget),
            "50 cold": _queries(name, many, stamps.forget),
        }
    peer = subprocess.run(
        [sys.executable, "-c", "import bench._demands_list_queries as d; d.peer()"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "bench._admin_peer"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name, queries in json.loads(peer.stdout.splitlines()[-1]).items():
        found[name]["peer"] = queries
    sys.stdout.write(json.dumps(found) + "\n")


def peer() -> None:
    """Prints {person: queries of the admin's page}."""
    import django

    django.setup()
    path = "/admin/demands/demand/?state__exact=handling"
    sys.stdout.write(json.dumps({name: _queries(name, path) for name in PEOPLE}) + "\n")


def _queries(username: str, path: str, before: Callable[[], None] | None = None) -> int:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(
        get_user_model().objects.get(username=username),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    for _turn in range(3):  # the first notes that the session was seen
        if before:
            before()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return len(captured)
