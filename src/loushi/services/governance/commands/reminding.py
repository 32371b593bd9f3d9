"""Reminders of resolution tasks: once before they are due, once when they are late."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from loushi.foundation.notices.commands import Message, Phrase, notify_many
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.queries import users_with_permission
from loushi.services.governance.models import Resolution, ResolutionTask
from loushi.services.governance.policy import CONVENE, KIND_TASK

BEFORE = timedelta(days=1)
BATCH = 500
WHY = "the job looks at every running task"
DUE = gettext_noop("决议任务快到期：%(what)s，%(who)s，%(due)s 前完成")
LATE = gettext_noop("决议任务已到期未完成：%(what)s，%(who)s，应在 %(due)s 前完成")


def remind_tasks() -> int:
    """Reminds the owner the day before a task is due, and the owner and the conveners when the day
    is over. Each is told once, however often the job runs. Returns how many tasks were looked at
    that somebody had not been told of."""
    today = timezone.localdate()
    told = Notice.objects.unscoped("whether it was told already").filter(kind=KIND_TASK)
    rows = ResolutionTask.objects.unscoped(WHY).filter(
        state=ResolutionTask.State.OPEN, resolution__state=Resolution.State.RUNNING,
        due_on__lte=today + BEFORE,
    )  # fmt: skip
    keys = set(told.filter(Q(key__startswith="task_due:") | Q(key__startswith="task_late:"))
               .values_list("key", flat=True))  # fmt: skip
    messages: list[Message] = []
    count = 0
    for row in rows.order_by("due_on", "pk").iterator(chunk_size=BATCH):
        late = row.due_on < today
        key = f"{'task_late' if late else 'task_due'}:{row.pk}:{row.due_on}"
        if key in keys:
            continue
        people = [row.owner_id] if row.owner_id else []
        if late or not people:
            people += users_with_permission(CONVENE, unit_path=row.unit_path)
        title = Phrase(
            LATE if late else DUE,
            {"what": row.what, "who": row.owner_name, "due": str(row.due_on)},
        )
        link = f"/governance/tasks/{row.pk}/"
        messages += [
            Message(one, KIND_TASK, title, "", link, None, key) for one in dict.fromkeys(people)
        ]
        count += bool(people)
    notify_many(messages)
    return count
