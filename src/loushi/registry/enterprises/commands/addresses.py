"""Whether an address lies in the district, as far as its words say so."""

import re
import unicodedata

from loushi.registry.enterprises.models import Lies
from loushi.registry.territory.models import Unit, UnitKind

# "…市拱墅区…": a district named right after a province, prefecture or city. Words such as
# 园区, 开发区, 小区 name no district by themselves and are never found this way at the front.
_ELSEWHERE = re.compile(r"(?:省|自治区|[市州盟])([\u4e00-\u9fff]{1,8}?[区县旗市])")
_NO_DISTRICT = re.compile(r"(?:开发|园|小|新|城|校|厂|保税|试验)区$")


def district_names() -> tuple[str, ...]:
    """The names of the district whose register this is."""
    rows = Unit.objects.filter(kind=UnitKind.DISTRICT).exclude(path="")
    return tuple(rows.order_by("pk").values_list("name", flat=True))


def lies_where(address: str, districts: tuple[str, ...]) -> str:
    """本区 where the district is named, 区外 where another one is named, else 待核."""
    text = unicodedata.normalize("NFKC", address).replace(" ", "")
    if not text:
        return Lies.UNKNOWN
    if any(name and name in text for name in districts):
        return Lies.INSIDE
    for found in _ELSEWHERE.findall(text):
        if districts and not _NO_DISTRICT.search(found):
            return Lies.OUTSIDE
    return Lies.UNKNOWN
