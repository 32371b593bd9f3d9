"""Questions that every request asks: their SQL is made once, not at each asking.

Composing a queryset and turning it into SQL costs Django more than the database needs to answer it.

    _token = Prepared(lambda code: Token.objects.unscoped("…").filter(digest=code)[:1])
    rows = _token(digest(text))

The values may stand in the question only where a parameter can: as numbers, texts and days that
are compared, and as lists of them with `among`. For questions that hang on nothing else: no actor,
no time but the day.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from .lookups import keys_parameter

R = TypeVar("R")


class Prepared(Generic[R]):
    """`make` composes the question; the answer is the list of what its queryset gives."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._made: dict[Any, tuple[QuerySet[Any], Any, str, list[Any]]] = {}

    def __call__(self, *given: Any) -> list[R]:
        if any(value is None for value in given):  # IS NULL is another question
            return list(self._make(*given))
        kinds = tuple(type(value) for value in given)
        key = (timezone.localdate(), connections["default"].vendor, kinds)
        if key not in self._made:
            self._made = {k: v for k, v in self._made.items() if k[0] == key[0]}
            self._made[key] = self._compiled(given)
        rows, compiler, sql, places = self._made[key]
        values = [_parameter(value) for value in given]
        parameters = tuple(
            values[place.number] if isinstance(place, _Place) else place for place in places
        )
        return _answer(rows, compiler, sql, parameters)

    def _compiled(self, given: tuple[Any, ...]) -> tuple[QuerySet[Any], Any, str, list[Any]]:
        marks = [_mark(value, number) for number, value in enumerate(given)]
        rows: QuerySet[Any] = self._make(*marks)
        compiler = rows.query.get_compiler(using=rows.db)
        sql, parameters = compiler.as_sql()
        shown = [_parameter(mark) for mark in marks]
        places = [
            _Place(shown.index(parameter)) if parameter in shown else parameter
            for parameter in parameters
        ]
        if {place.number for place in places if isinstance(place, _Place)} != set(
            range(len(given))
        ):
            raise TypeError("a value of a prepared question does not stand in it as a parameter")
        return rows, compiler, sql, places


class _Place:
    """Where the value with this number goes."""

    def __init__(self, number: int) -> None:
        self.number = number


def _mark(value: Any, number: int) -> Any:
    """A value of the same kind that stands nowhere else."""
    if isinstance(value, list | tuple):
        return [_mark(value[0] if value else 0, number)]
    if isinstance(value, date):
        return date(1003, 1, 1) + timedelta(days=number)
    if isinstance(value, int):
        return 1_999_999_001 + number
    return f"\ue0f3{number}\ue0f3"


def _parameter(value: Any) -> Any:
    """A value as the driver takes it."""
    operations = connections["default"].ops
    if isinstance(value, list | tuple):
        return keys_parameter(value, connections["default"].vendor)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value


def _answer(rows: QuerySet[Any], compiler: Any, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
    """Lets Django make its rows of a statement that is ready."""
    ready = _copy(compiler)
    ready.connection = connections[rows.db]
    ready.as_sql = lambda *_args, **_named: (sql, parameters)
    ready.query = _copy(compiler.query)
    ready.query.get_compiler = lambda *_args, **_named: ready
    asked = _copy(rows)
    asked._query = ready.query
    made: Any = rows._iterable_class(asked, chunked_fetch=False)
    return list(made)


def _copy(one: Any) -> Any:
    """A shallow copy, without what `copy.copy` would ask of a queryset."""
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made
