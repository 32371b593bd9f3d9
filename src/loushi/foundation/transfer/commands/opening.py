"""What every run begins with: the importer, the range, the zone, the columns."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer import readers, registry
from loushi.foundation.transfer.columns import ColumnMapping, WrongMapping, known_headings, match
from loushi.foundation.transfer.importer import ImportContext, Importer


def importer_for(actor: Actor, name: str) -> type[Importer]:
    """The importer; Refused when unknown, Denied when the actor may not use it anywhere."""
    try:
        found = registry.importer(name)
    except registry.UnknownImporter:
        raise Refused(
            _("没有“%(name)s”这种导入。可用的是：%(all)s。")
            % {"name": name, "all": "、".join(item.name for item in registry.importers())},
            field="importer",
        ) from None
    if not actor.has(found.permission):
        raise Denied
    return found


def zone_for(name: str) -> ZoneInfo:
    """The zone of naive times; Refused for a name that does not exist."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            _("没有“%(zone)s”这个时区。请写成 Asia/Shanghai 这样的名称。") % {"zone": name},
            field="tz",
        ) from None


def context_for(
    actor: Actor, importer: type[Importer], *, unit_path: str, tz: str, source: str
) -> ImportContext:
    """The context of a run; Denied when the chosen unit is outside the actor's range."""
    context = ImportContext(
        actor, importer.permission, unit_path, zone_for(tz), " ".join(source.split())[:60]
    )
    if unit_path and not context.permitted(unit_path):
        raise Denied
    return context


def read_table(
    path: Path, importer: type[Importer], *, name: str = "", sheet: str = ""
) -> readers.Table:
    """The table in a file; Refused with the reader's sentence."""
    known = frozenset(known_headings(importer.all_columns()))
    try:
        return readers.without_reason(readers.read(path, known, name=name, sheet=sheet))
    except readers.UnreadableFile as error:
        raise Refused(str(error), field="file") from error


def mapping_for(
    importer: type[Importer],
    table: readers.Table,
    given: Iterable[tuple[str, str]],
    remembered: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """The columns' mapping; Refused when the person names one that does not exist, or when the
    file has no column that we know."""
    try:
        mapping = match(table.header, importer.all_columns(), given, remembered)
    except WrongMapping as error:
        raise Refused(str(error), field="mapping") from error
    if not mapping.sources:
        raise Refused(
            _("没有一列认得出。请指定各列对应的字段，或下载模板对照列名。"), field="mapping"
        )
    return mapping


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
