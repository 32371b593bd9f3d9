"""`filter(pk__among=ids)`: `__in` for thousands of plain keys.

`__in` makes one parameter of each key and passes it through a dozen calls; here all keys travel as
one parameter, so that their number is not limited and the statement is always the same. For keys
that need no conversion (numbers, texts); objects and queries belong to `__in`.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignObject, Lookup

_encode = json.JSONEncoder(ensure_ascii=False).encode


@ForeignObject.register_lookup  # does not take what `Field` knows
@Field.register_lookup
class Among(Lookup):
    """Rows whose column is one of the keys; none for no keys."""

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if not self.rhs:
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        keys = keys_parameter(self.rhs, connection.vendor)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*parameters, keys)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*parameters, keys)


def keys_parameter(keys: Sequence[Any], vendor: str) -> Any:
    """All keys as one parameter."""
    return list(keys) if vendor == "postgresql" else _encode(list(keys))
