"""Rows as plain values: kept in the record of a merge, compared and brought back by its undo."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def values_of(row: models.Model, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The columns of a row by attribute name, as JSON holds them."""
    wanted = None if names is None else set(names)
    values = {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if wanted is None or field.attname in wanted
    }
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def seal_of(row: models.Model) -> str:
    """A digest of the whole row: another one means that somebody changed it since."""
    text = json.dumps(values_of(row), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def restored(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as the model's own types."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {
        name: fields[name].to_python(value)
        if not isinstance(fields[name], models.ForeignKey)
        else value
        for name, value in values.items()
        if name in fields
    }
