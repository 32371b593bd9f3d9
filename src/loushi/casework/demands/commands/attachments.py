"""Files added to a demand later than with a move."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Demand
from loushi.casework.demands.workflow import ENDED, workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.files.commands import attach

ENOUGH = frozenset({"progress", "supply_info", "accept", "dispatch", "answer_part", "resolve"})


def add_attachments(
    *, actor: Actor, demand_id: int, uploads: Sequence[Any], key: str = ""
) -> Demand:
    """Adds files to an open demand, for its submitter and for whoever may write on it now.

    Raises NotVisible, Denied, Conflict (it has ended), Refused (no file, wrong file).
    """
    if not uploads:
        raise Refused(_("没有收到文件，请选择至少一个。"), field="uploads")

    def create() -> int:
        row = fetch(Demand, actor, demand_id, lock=True)
        own = actor.user_id is not None and row.submitter_id == actor.user_id
        legal = {move.name for move in workflow.legal(actor, row)}
        if not own and not legal & ENOUGH:
            raise Denied
        if row.state in ENDED:
            raise Conflict(_("这件诉求已经结束，不能再加附件。"))
        files = attach(actor=actor, parent=("demands.demand", row.pk), uploads=uploads)
        record(
            actor=actor,
            action="demands.attach",
            subject=("demands.demand", row.pk, row.number),
            after={"files": [file.name for file in files]},
            unit_path=row.unit_path,
        )
        return row.pk

    names = [getattr(upload, "name", "") for upload in uploads]
    with transaction.atomic():
        once(
            actor=actor,
            command="demands.attach",
            key=key,
            payload={"demand": demand_id, "files": names},
            create=create,
        )
        return fetch(Demand, actor, demand_id)
