"""What every run begins with: the importer, the range, the zone, the columns."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer import queries, readers, registry, storage
from loushi.foundation.transfer.columns import ColumnMapping, WrongMapping, known_headings, match
from loushi.foundation.transfer.importer import ImportContext, Importer
from loushi.foundation.transfer.models import BatchState, ImportBatch
from loushi.foundation.transfer.plan import Plan, WrongFile, check


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


def read_into(actor: Actor, batch: ImportBatch) -> None:
    """Reads the kept file: heading, rows, remarks, and which column feeds which field. Refused with
    a sentence when it cannot be read. Saves nothing."""
    kind = importer_for(actor, batch.importer)
    path = storage.kept(batch.kept_as)
    table = read_table(path, kind, name=batch.file_name, sheet=batch.sheet)
    batch.sheet, batch.header, batch.header_row = table.sheet, table.header, table.header_row
    batch.total, batch.remarks = len(table.rows), list(table.remarks)
    guess_columns(actor, batch)
    batch.state = BatchState.UPLOADED


def guess_columns(actor: Actor, batch: ImportBatch) -> None:
    """The mapping as this source had it last time, else by the names of the columns."""
    remembered = queries.remembered_mapping(actor, batch.importer, batch.source)
    guesses = queries.guesses(batch.importer, batch.header)
    batch.mapping, batch.origins = {}, {}
    for heading in batch.header:
        column = remembered[heading] if heading in remembered else guesses.get(heading, "")
        if heading in remembered:
            batch.origins[heading] = "remembered"
        if column and column not in batch.mapping:
            batch.mapping[column] = heading
            batch.origins.setdefault(heading, "recognised")


def plan_of(
    actor: Actor,
    batch: ImportBatch,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Plan:
    """Reads the kept file again and checks it; Refused when it is gone or cannot be imported."""
    kind = importer_for(actor, batch.importer)
    context = context_for(
        actor, kind, unit_path=batch.unit_path, tz=batch.zone, source=batch.source
    )
    context = replace(context, batch_id=batch.pk, batch_number=batch.number or "")
    path = storage.kept(batch.kept_as)
    if not batch.kept_as or not path.is_file():
        raise Refused(_("上传的文件已不在服务器上。请重新上传。"), field="file")
    table = read_table(path, kind, name=batch.file_name, sheet=batch.sheet)
    pairs = [(heading, name) for name, heading in batch.mapping.items()]
    used = set(batch.mapping.values())
    pairs += [(heading, "") for heading in table.header if heading and heading not in used]
    mapping = mapping_for(kind, table, pairs)
    try:
        return check(kind(context, frozenset(mapping.sources)), table, mapping, progress)
    except WrongFile as error:
        raise Refused(str(error), field="source") from error
