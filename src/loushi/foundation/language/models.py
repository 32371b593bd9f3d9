"""The text index: one row per searchable object, with its unit path and its marks.

The words themselves stand beside the row in what the database offers (see `engines/`): a tsvector
column on PostgreSQL, an FTS5 table on SQLite. Both are made by migrations and written only here.
"""

from django.db import models

from loushi.foundation.core.scoping import Scoped, UnitPathField


class IndexEntry(Scoped):
    """What can be found of one object of a package, and who may find it.

    `paths` are further unit paths by which the object is reached (an enterprise with rooms in two
    communities), each behind a blank. `marks` are words of the index that no text can hold (see
    `marks.py`). `moment` is the time by which hits are ordered, in microseconds since 1970 UTC: a
    plain number, so that both databases compare it alike in SQL.
    """

    unit_path_is_fact = True  # follows its object, which is indexed again when it moves

    kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    moment = models.BigIntegerField()
    unit_path = UnitPathField()
    paths = models.TextField(blank=True, default="")
    marks = models.TextField(blank=True, default="")
    body = models.TextField(blank=True, default="")

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="language_entry_once"),
        ]
        indexes = [
            models.Index(fields=["moment", "id"], name="language_entry_moment"),
            models.Index(fields=["unit_path", "id"], name="language_entry_path"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
