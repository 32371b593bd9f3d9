"""What the importers of enterprises and tenancies share: words, places, claims."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    ImportContext,
    Importer,
    Row,
    parsers,
)
from loushi.registry.buildings.queries import Finder, Known, finder
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.claims import CLAIMED, contradiction
from loushi.registry.enterprises.commands.facts import running_facts
from loushi.registry.enterprises.models import (
    Enterprise,
    Lies,
    PlaceFact,
    Presence,
)
from loushi.registry.enterprises.policy import IMPORT
from loushi.registry.enterprises.queries.finding import (
    EnterpriseFinder,
    Stay,
    overlap,
    sitting_in,
)
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import units_by_name

lazy = gettext_lazy
PRESENCE_WORDS = {
    "在地": Presence.HERE_REGISTERED,
    "注册在外": Presence.HERE_ONLY,
    "在地未注册": Presence.HERE_ONLY,
    "仅注册": Presence.REGISTERED_ONLY,
    "虚拟注册": Presence.REGISTERED_ONLY,
}
STATUS_WORDS = {
    "存续": Enterprise.Status.OPERATING,
    "开业": Enterprise.Status.OPERATING,
    "在业": Enterprise.Status.OPERATING,
    "正常": Enterprise.Status.OPERATING,
    "歇业": Enterprise.Status.SUSPENDED,
    "吊销": Enterprise.Status.SUSPENDED,
    "已注销": Enterprise.Status.CANCELLED,
}
KIND_WORDS = {
    "个体": Enterprise.BusinessKind.INDIVIDUAL,
    "个体户": Enterprise.BusinessKind.INDIVIDUAL,
    "分公司": Enterprise.BusinessKind.BRANCH,
    "公司": Enterprise.BusinessKind.COMPANY,
}
LIES_WORDS = {
    "区内": Lies.INSIDE,
    "是": Lies.INSIDE,
    "本地": Lies.INSIDE,
    "外区": Lies.OUTSIDE,
    "区外（市内）": Lies.OUTSIDE,
    "市外": Lies.OUTSIDE,
    "外地": Lies.OUTSIDE,
    "否": Lies.OUTSIDE,
    "不详": Lies.UNKNOWN,
}
PRESENCES = [(code, label) for code, label in Presence.choices if code in CLAIMED]
UNIT_ALIASES = (
    "所属商务社区", "商务社区", "社区", "片区", "网格", "微网格", "所属网格", "所属微网格",
)  # fmt: skip


def firms_of(row: Row, finder: EnterpriseFinder, context: ImportContext) -> list[int]:
    """The firms that the columns credit_code and enterprise of a row name: one is put into
    `enterprise_id`; none or several become the row's error."""
    code, name = str(row.get("credit_code") or ""), str(row.get("enterprise") or "")
    firms = list(finder.find(code, name))
    column = "credit_code" if code else "enterprise"
    if len(firms) == 1:
        row.values["enterprise_id"] = firms[0]
        if said := finder.merged(code, name, context.permitted):
            row.hint(column, said)
    elif firms:
        row.error(
            column,
            _("有 %(count)d 家企业叫“%(name)s”。请填写统一社会信用代码。")
            % {"count": len(firms), "name": name},
        )
    elif not row.unreadable(column):
        row.error(column, _("没有登记过这家企业。请先导入企业，或核对代码和名称。"))
    return firms


class CreditCode:
    """统一社会信用代码, checked by GB 32100."""

    typed = True

    def __call__(self, cell: Any, zone: ZoneInfo) -> str:
        text = parsers.Text(40, fold=True, upper=True)(cell, zone)
        try:
            return commands.check_code(text)
        except commands.CodeError as error:
            raise parsers.Unreadable(str(error)) from None

    @property
    def hint(self) -> str:
        return _("18 位，按 GB 32100 校验")


def building_columns() -> tuple[Column, ...]:
    return (
        Column("building_code", lazy("楼宇编码"), parsers.Text(32, fold=True, upper=True),
               aliases=("楼栋编号",), field=None, example="LW-001"),
        Column("building", lazy("楼宇名称"), parsers.Text(80), field=None,
               aliases=("楼宇", "所在楼宇", "楼名", "大厦", "楼栋"), example="望澜中心 A 座"),
    )  # fmt: skip


class Guest(NamedTuple):
    """Who sits in a room by a row of the file."""

    number: int
    firm: int | None
    name: str
    place: tuple[int, str]
    stay: Stay


class Located(Importer):
    """What both importers share: units and buildings that rows name, and sentences about them."""

    permission = IMPORT

    def prepare_places(self, rows: Sequence[Row]) -> None:
        said = {str(row.get("unit")) for row in rows if row.get("unit")}
        self.units: dict[str, list[Unit]] = units_by_name(said, under=self.context.unit_path)
        self.finder: Finder = finder(
            codes={str(row.get("building_code") or "") for row in rows},
            names={str(row.get("building") or "") for row in rows},
            source=self.context.source,
            permitted=lambda path: self.context.permitted(path) and self.context.inside(path),
        )

    def building_of(self, row: Row) -> Known | None:
        """The one building that the row names; an error where it names none or several."""
        code, name = str(row.get("building_code") or ""), str(row.get("building") or "")
        found = self.finder.find(code=code, names=[name])
        column = "building_code" if code else "building"
        if len(found) == 1:
            return found[0]
        if found:
            row.error(
                column,
                _("有 %(count)d 幢楼叫“%(name)s”。请填写楼宇编码。")
                % {"count": len(found), "name": name},
            )
        elif code or name:
            row.error(
                column,
                _("没有登记过“%(name)s”这幢楼。请先导入楼宇，或改正名称。")
                % {"name": code or name},
            )
        return None

    def check_claim(self, row: Row, ids: Sequence[int], building: Known | None) -> None:
        """A stated presence that the registration contradicts has to be put right first."""
        presence = str(row.get("presence") or "")
        if not presence:
            return
        said = row.get("registered_lies")
        if said and said != Lies.UNKNOWN:
            if said != CLAIMED[Presence(presence)]:
                row.error(
                    "presence",
                    _("同一行写了注册地“%(lies)s”和“%(presence)s”，两者矛盾。请改正其中一项。")
                    % {"lies": Lies(said).label, "presence": Presence(presence).label},
                )
            return
        held = self.registered.get(ids[0]) if len(ids) == 1 else None
        if sentence := contradiction(presence, held, building.id if building else None):
            row.error("presence", sentence)

    def prepare_rooms(self) -> None:
        """Who sits in the rooms of the buildings that the file names; needs `finder`."""
        self.sitting = sitting_in(self.finder.ids())
        self.in_file: dict[tuple[int, str], list[Guest]] = defaultdict(list)
        self.guests: dict[int, Guest] = {}

    def note_room(self, row: Row, building: Known | None, firm: int | None, name: str) -> None:
        """Remembers who sits in which room by this file; called once for each row."""
        room = str(row.get("room") or "")
        if building is None or not room or row.get("presence") == Presence.REGISTERED_ONLY:
            return
        stay = (row.get("since"), row.get("until"))
        guest = Guest(row.number, firm, name, (building.id, room), stay)
        self.in_file[guest.place].append(guest)
        self.guests[row.number] = guest

    def ask_shared(self, row: Row) -> None:
        """Two firms in one room at the same time: allowed where they share it, and said so. Of two
        rows of one file the later one asks."""
        guest = self.guests.get(row.number)
        if guest is None:
            return
        held = self.sitting.get(guest.place, ())
        if any(firm == guest.firm for firm, *_rest in held) and row.stored is not None:
            return  # shared already
        for firm, name, since, until in held:
            if firm != guest.firm and overlap(guest.stay, (since, until)):
                said = _("%(room)s 已有“%(name)s”在用。合用请说明；对方已迁出的，请先登记迁出。")
                self._ask(row, said % {"room": guest.place[1], "name": name})
                return
        for other in self.in_file[guest.place]:
            same = other.firm is not None and other.firm == guest.firm
            if other.number < row.number and not same and overlap(guest.stay, other.stay):
                said = _("%(room)s 与第 %(row)d 行“%(name)s”是同一间。合用请说明；写错的请改房号。")
                self._ask(
                    row,
                    said % {"room": guest.place[1], "row": other.number, "name": other.name},
                )
                return

    def _ask(self, row: Row, sentence: str) -> None:
        row.confirm("room", sentence, kind=_("同一间房有两家"))

    def prepare_claims(self, firms: EnterpriseFinder) -> None:
        known = {*firms.by_code.values(), *firms.by_external.values()}
        known |= {pk for held in firms.by_name.values() for pk in held}
        self.registered = running_facts(known, PlaceFact.Kind.REGISTRATION)

    def why(self) -> str:
        return _("导入 %(batch)s %(source)s").strip() % {
            "batch": self.context.batch_number,
            "source": self.context.source,
        }
