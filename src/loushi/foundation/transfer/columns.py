"""The columns that an importer knows, and how a file's headings find them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from . import parsers
from .parsers import Cell, Parse

IGNORED = frozenset({"原因", "错误原因", "退回原因", "reason", "errors"})
EXTERNAL = "external_id"


@dataclass(frozen=True)
class Column:
    """One thing that a file may say about a row.

    `name` is the identifier (and the English heading), `label` the Chinese heading (lazy, its
    translation is recognised too), `aliases` further headings met in real files. `parse` is a
    callable (cell, zone) from `parsers`. `required` concerns new rows: an existing row may leave
    the cell blank. `field` is the model's field when it is not `name`; None means that the value
    is not a field (check_row makes something of it). `derived` columns are never read from a file:
    check_row sets them, and they are compared and written like the others.
    """

    name: str
    label: Any
    parse: Parse = parsers.Text()
    aliases: Sequence[str] = ()
    required: bool = False
    help: Any = ""
    example: Any = ""
    field: str | None = ""
    derived: bool = False
    private: bool = False
    """Whether previews and error lists mask the value (phones, identity numbers)."""
    show: Callable[[Any], str] | None = None
    """How a stored value is written in the comparison; default: as `parsers.plain`."""

    @property
    def attribute(self) -> str | None:
        """The model field that holds the value, or None."""
        return self.name if self.field == "" else self.field

    def shown(self, value: Any) -> str:
        """A value as the comparison shows it."""
        if value is None or value == "":
            return ""
        if self.show is not None:
            return str(self.show(value))
        options = getattr(self.parse, "options", None)
        if options is not None and value in options:
            return str(options[value])
        return parsers.plain(value)

    @property
    def hint(self) -> str:
        """The comment below the heading in the template."""
        parts = [_("必填") if self.required else _("选填")]
        said = str(self.help) or str(getattr(self.parse, "hint", ""))
        return "；".join([*parts, said] if said else parts)


_BRACKETS = re.compile(r"[(\[{（【［][^)\]}）】］]*[)\]}）】］]")
_NOISE = re.compile(r"[\s_\-*:：＊/、.。·]+")
_TAIL_UNITS = re.compile(r"(?<=[\u4e00-\u9fff])(m2|平方米|平米)$")


def normalise(heading: Cell) -> str:
    """A heading without what people vary: case, width, spaces, stars, brackets and their units."""
    text = unicodedata.normalize("NFKC", parsers.plain(heading)).casefold()
    bare = _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)
    return _TAIL_UNITS.sub("", bare)


def unit_in(heading: Cell) -> str:
    """The unit of measure named in a heading: "租赁面积（万㎡）" gives "万㎡", otherwise ''."""
    text = parsers.plain(heading)
    for found in _BRACKETS.findall(text):
        inside = found[1:-1].replace("单位", "").strip(" :：")
        if parsers.knows_unit(inside):
            return str(inside)
    tail = text.split()[-1] if text.split() else ""
    return tail if tail != text and parsers.knows_unit(tail) else ""


def known_headings(columns: Iterable[Column]) -> dict[str, str]:
    """Normalised heading → column name, over names, labels in both languages, and aliases."""
    known: dict[str, str] = {}
    readable = [column for column in columns if not column.derived]
    for column in readable:
        known.setdefault(normalise(column.name), column.name)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for column in readable:
                known.setdefault(normalise(str(column.label)), column.name)
    for column in readable:
        for alias in column.aliases:
            known.setdefault(normalise(alias), column.name)
    return known


@dataclass(frozen=True)
class Heading:
    """One column of the file and what became of it."""

    position: int
    text: str
    columns: tuple[str, ...] = ()
    how: str = ""
    """"recognised", "given" (by the person), "remembered", "ignored" or "" (unknown)."""


@dataclass(frozen=True)
class ColumnMapping:
    """Which file column feeds which of ours; a file column may feed several."""

    headings: tuple[Heading, ...]
    sources: Mapping[str, int] = field(default_factory=dict)
    """Column name → position in the file."""

    @property
    def unknown(self) -> tuple[Heading, ...]:
        return tuple(item for item in self.headings if not item.how)

    def position(self, column: str) -> int | None:
        return self.sources.get(column)


class WrongMapping(ValueError):
    """A `--map` names a column that does not exist; the text says which and what there is."""


def parse_map(entries: Iterable[str]) -> list[tuple[str, str]]:
    """["房号=房源", "备注2="] as pairs; raises WrongMapping when there is no equals sign."""
    pairs = []
    for entry in entries:
        left, equals, right = entry.rpartition("=")
        if not equals or not left.strip():
            raise WrongMapping(
                _("看不懂对应关系“%(entry)s”。请写成“文件列=字段”，例如“房号=房源”。")
                % {"entry": entry}
            )
        pairs.append((left.strip(), right.strip()))
    return pairs


def match(
    header: Sequence[Cell],
    columns: Sequence[Column],
    given: Iterable[tuple[str, str]] = (),
    remembered: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """Joins a file's headings with the importer's columns.

    `given` (file heading, our column or '') wins over `remembered` (heading → column), which wins
    over recognition. Two headings for one column: the first keeps it, the second stays unknown.
    """
    known = known_headings(columns)
    texts = [parsers.plain(cell).strip() for cell in header]
    found = _given(texts, columns, known, given)
    sources = {name: place for place, names in found.items() for name in names[0]}
    for place, text in enumerate(texts):
        if place in found or not text:
            continue
        name, how = _recognised(text, known, remembered or {})
        if how == "ignored":
            found[place] = ([], how)
        elif name and name not in sources:
            found[place] = ([name], how)
            sources[name] = place
    return ColumnMapping(
        tuple(
            Heading(i, text, tuple(found[i][0]), found[i][1]) if i in found else Heading(i, text)
            for i, text in enumerate(texts)
        ),
        sources,
    )


def _recognised(
    text: str, known: Mapping[str, str], remembered: Mapping[str, str]
) -> tuple[str, str]:
    folded = normalise(text)
    if folded in IGNORED:
        return "", "ignored"
    if text in remembered:
        return remembered[text], "remembered" if remembered[text] else "ignored"
    return known.get(folded, ""), "recognised"


def _given(
    texts: Sequence[str],
    columns: Sequence[Column],
    known: Mapping[str, str],
    given: Iterable[tuple[str, str]],
) -> dict[int, tuple[list[str], str]]:
    """Position → (our columns, how) for what the person said; WrongMapping for unknown names."""
    places: dict[str, int] = {}
    for position, text in enumerate(texts):
        places.setdefault(normalise(text), position)
    found: dict[int, tuple[list[str], str]] = {}
    for theirs, ours in given:
        place = places.get(normalise(theirs))
        if place is None:
            raise WrongMapping(
                _("文件里没有“%(theirs)s”这一列。文件中的列是：%(all)s。")
                % {"theirs": theirs, "all": "、".join(text for text in texts if text)}
            )
        if not ours or ours in {"-", "不导入"}:
            found[place] = ([], "ignored")
            continue
        name = known.get(normalise(ours))
        if name is None:
            raise WrongMapping(
                _("没有“%(ours)s”这个字段。可用的字段是：%(all)s。")
                % {
                    "ours": ours,
                    "all": "、".join(str(c.label) for c in columns if not c.derived),
                }
            )
        found.setdefault(place, ([], "given"))[0].append(name)
    return found


def parser_for(column: Column, heading: str) -> Parse:
    """The column's parser, converting when the file's heading names another unit."""
    unit = unit_in(heading)
    if unit and isinstance(column.parse, parsers.Number):
        return column.parse.in_unit(unit)
    return column.parse


def external_column() -> Column:
    """The number that the source system gives a row; with the source's name it is a key."""
    return Column(
        EXTERNAL,
        _external_label(),
        parsers.Text(max_length=120),
        aliases=("外部id", "来源编号", "原系统编号", "id", "序号id"),
        help=_lazy_external_help(),
        field=None,
    )


def _external_label() -> Any:
    return translation.gettext_lazy("外部编号")


def _lazy_external_help() -> Any:
    return translation.gettext_lazy("原系统中的编号；没有编码时用它认行")


def with_labels(columns: Sequence[Column], extra: Sequence[Column]) -> tuple[Column, ...]:
    """All columns of an importer; one that it declares itself wins over an engine's one."""
    own = {column.name for column in columns}
    return (*columns, *(replace(column) for column in extra if column.name not in own))
