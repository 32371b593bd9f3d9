"""No index twice: every write pays for each of them."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models


def _covered(model: type[models.Model]) -> Iterator[str]:
    """Foreign keys whose own index is the beginning of a wider one that holds for all rows."""
    meta = model._meta
    wider = [index.fields for index in meta.indexes if not index.condition]
    wider += [
        list(one.fields)
        for one in meta.constraints
        if isinstance(one, models.UniqueConstraint) and one.condition is None
    ]
    wider += [list(names) for names in meta.unique_together]
    firsts = {names[0].lstrip("-") for names in wider if len(names) > 1}
    for field in meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and field.db_index and field.name in firsts:
            yield f"{model._meta.label}.{field.name}: set db_index=False"


def test_no_foreign_key_is_indexed_twice() -> None:
    ours = [m for m in apps.get_models() if m.__module__.startswith("loushi.")]
    assert ours
    wrong = [one for model in ours for one in _covered(model)]
    assert not wrong, "a wider index covers these:\n" + "\n".join(wrong)
