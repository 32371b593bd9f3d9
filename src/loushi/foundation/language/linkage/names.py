"""Names of firms, taken apart: where, what it is called, which legal form, which branch. Pure.

A registered name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, art. 6), sometimes
with a branch behind it. Clerks write the parts in many ways: （杭州） in full or half width,
有限责任公司 for 有限公司, the region in front, in brackets or left out. Compared are the parts.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# What a form is folded to: "" = says nothing that another writer would not leave out.
FORMS: tuple[tuple[str, str], ...] = (
    ("股份有限公司", "shares"),
    ("有限责任公司", "limited"),
    ("有限公司", "limited"),
    ("股份公司", "shares"),
    ("责任公司", "limited"),
    ("集团公司", "limited"),
    ("总公司", "limited"),
    ("公司", "limited"),
    ("有限合伙", "partners"),
    ("普通合伙", "partners"),
    ("特殊普通合伙", "partners"),
    ("合伙企业", "partners"),
    ("个体工商户", "individual"),
    ("个人独资企业", "individual"),
)
IN_BRACKETS = frozenset(
    {"集团", "控股", "中国", "有限合伙", "普通合伙", "特殊普通合伙", "个体工商户"}
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROVINCES = _words(
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 "
    "湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
)
TRADES = _words(
    "科技 软件 网络 信息 数据 电子 物流 供应链 贸易 商贸 商务 实业 置业 咨询 管理 传媒 广告 文化 "
    "教育 培训 医疗 医药 健康 生物 餐饮 食品 酒店 旅游 建筑 装饰 工程 设计 物业 人力资源 会计 税务 "
    "律师 金融 投资 租赁 保险 保险经纪 服饰 服装 美容 汽车 机械 制造 化工 环保 能源 电力 印刷 家具 "
    "网络科技 信息技术 数据科技 信息科技 生物科技 电子商务 企业管理 物业管理 餐饮管理 酒店管理 "
    "健康管理 投资管理 文化传媒 广告传媒 文化传播 建筑装饰 装饰工程 医疗器械 教育咨询 管理咨询 "
    "便利店 理发店 药房 书店 花店 茶铺 面馆 饭店 诊所 打印店 咖啡店 服务 技术 用品"
)
"""Trades that every register knows; those of a large register are learned (`common_endings`)."""
COMMON_PREFIX = 0.004
"""A beginning that more than this share of all names has tells where a firm is, not who it is."""
LEAST_FOLLOWING = 8

_ROUND = str.maketrans("[]【】〔〕〈〉<>", "()()()()()")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff()]+")
_DIVISION = re.compile(r"^(?:.{2,3}(?:省|自治区))?(?:.{2,4}?市)?(?:.{1,3}?[区县](?!块))?(?=..)")
_NUMBER = "[0-9一二三四五六七八九十]+"
_BRANCH = re.compile(
    rf"(?:(?<=公司)|(?<=店)|(?<=行)|(?<=所)|(?<=中心)|(?<=\)))((?:(?!公司)[^()]){{1,10}}?(?:分公司|支公司|营业部|办事处|分店|门店))$"
    rf"|((?:第?{_NUMBER})(?:分公司|支公司|号店|分店|门店|店))$"
)
_BRANCH_ENDS = ("店", "分公司", "支公司", "营业部", "办事处")
_BRANCH_WORD = re.compile(r"(店|分公司|支公司|营业部|办事处|校区|院区|分院)$")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")

# Shapes that are taken for one another when a licence is typed off: own list of common pairs.
_SHAPES = (
    "己已巳 未末 土士 日曰 人入 天夫 大太犬 干千于 冶治 睛晴 辨辩辫 折拆析 侯候 即既 刺剌 戊戌戍 "
    "洒酒 免兔 乌鸟 毫亳 今令 历厉 凤风 竞竟 幕墓慕暮 篮蓝 梁粱 浙淅 沁泌 博搏 倍陪 泊沽 恒桓 汇江 "
    "技枝 杆秆 治洽 壁璧 晓哓 帅师 未朱 宇字 住佳往 科料 末木 目日 昌晶 铭名 钦欣 杨扬 场扬 轩斩 "
    "锋峰 烨晔 驰弛 睿叡 淼森 鑫金 品晶 圆园 贝见 仓仑 玟玫 茂苠 荣荥 萌盟 尚向 向问 同问 周同"
)
_SHAPE_PAIRS = frozenset(
    frozenset((a, b)) for group in _SHAPES.split() for a in group for b in group if a != b
)


@dataclass(frozen=True, slots=True)
class FirmName:
    """A name in parts. `core` is 字号 and 行业 without region, form and branch; `whole` the folded
    name, by which two writings of one name are equal; `has_form` whether a legal form is written
    (within one registry such a name belongs to one firm only)."""

    region: str
    core: str
    form: str
    branch: str
    whole: str

    @property
    def has_form(self) -> bool:
        return bool(self.form)


def fold(name: str) -> str:
    """Half width, lower case, round brackets, nothing but letters, digits and Chinese."""
    text = unicodedata.normalize("NFKC", name).lower().translate(_ROUND)
    return _NOISE.sub("", text)


def common_prefixes(folded: Iterable[str], share: float = COMMON_PREFIX) -> frozenset[str]:
    """Beginnings of folded names, two to four characters, that say where: many names begin so, and
    go on in many ways (a chain of shops goes on with a bracket, half a word with its half)."""
    held = list(folded)
    lengths = (2, 3, 4)
    counts = Counter(
        [name[:length] for name in held for length in lengths if len(name) > length + 2]
    )
    least = max(20.0, len(held) * share)
    following: dict[str, set[str]] = defaultdict(set)
    for name in held:
        for length in lengths:
            if len(name) > length + 2 and counts[name[:length]] >= least:
                following[name[:length]].add(name[length])
    found = set(PROVINCES)
    for prefix, count in sorted(counts.items(), key=lambda item: len(item[0])):
        # 青岛 + 天 is no place; what nearly always follows (临漕 + 市) belongs to it.
        above = next((prefix[:n] for n in (3, 2) if n < len(prefix) and prefix[:n] in found), "")
        grown = above and count < 0.7 * counts[above]
        if count >= least and len(following[prefix]) >= LEAST_FOLLOWING and not grown:
            found.add(prefix)
    return frozenset(found)


def common_endings(cores: Iterable[str], share: float = 0.0008) -> frozenset[str]:
    """Trades: endings of two to eight characters that many different names share."""
    held = [core for core in cores if core]
    lengths = range(2, 9)
    counts = Counter(
        [core[-length:] for core in held for length in lengths if length + 2 <= len(core)]
    )
    least = max(12.0, len(held) * share)
    often = {ending for ending, count in counts.items() if count >= least}
    before: dict[str, set[str]] = defaultdict(set)
    for core in set(held):
        for length in lengths[: max(0, len(core) - 3)]:
            if (ending := core[-length:]) in often:
                before[ending].add(core[-length - 1])
    learned = frozenset(one for one, found in before.items() if len(found) >= LEAST_FOLLOWING)
    return learned | TRADES


def trade_of(core: str, endings: frozenset[str]) -> str:
    """The longest known trade at the end of a core; two characters of the brand always stay."""
    for length in range(min(8, len(core) - 2), 1, -1):
        if core[-length:] in endings:
            return core[-length:]
    return ""


def parse(name: str, regions: frozenset[str] = PROVINCES) -> FirmName:
    """Takes a name apart; `regions` are words that count as a place at its beginning."""
    return parse_folded(fold(name), regions)


def parse_folded(text: str, regions: frozenset[str] = PROVINCES) -> FirmName:
    """The same for a name that is folded already."""
    region, branch, form, brackets = "", "", "", ""
    inner = _BRACKETS.findall(text) if "(" in text else ()
    for inside in inner:
        if inside in IN_BRACKETS:
            form = form or dict(FORMS).get(inside, "")
        elif _BRANCH_WORD.search(inside):
            branch = branch or inside
        elif inside in regions or re.fullmatch(r".{2,4}[省市区县]", inside):
            region = region or inside
        else:
            brackets += inside
    if text.endswith(_BRANCH_ENDS) and (found := _BRANCH.search(text)):
        branch = branch or found[0]
        text = text[: found.start()] or text
    if inner or "(" in text or ")" in text:
        text = _BRACKETS.sub("", text).replace("(", "").replace(")", "")
    for word, kind in FORMS:
        if len(text) > len(word) + 1 and text.endswith(word):
            text, form = text[: -len(word)], form or kind
            break
    text, front = _without_region(text, regions)
    text = text.removesuffix("集团") if len(text) > 4 else text
    core = text + brackets
    place = _short_region(region or front)
    folded_branch = branch.translate(_DIGITS).removeprefix("第")
    return FirmName(place, core, form, folded_branch, f"{core}|{form}|{folded_branch}")


def is_branch(rest: str) -> bool:
    """Whether what stands behind a name makes a branch of it (漕汇店, 望澜分公司)."""
    return len(rest) > 1 and _BRANCH_WORD.search(rest) is not None


def _without_region(text: str, regions: frozenset[str]) -> tuple[str, str]:
    """The text behind the region at its beginning, and the region; two characters always stay."""
    front = ""
    if (found := _DIVISION.match(text)) and found[0] and any(m in found[0] for m in "省市区县"):
        front, text = found[0], text[found.end() :]
    for _turn in range(2):
        for length in (4, 3, 2):
            if len(text) >= length + 2 and text[:length] in regions:
                front, text = front + text[:length], text[length:].lstrip("市省区县") or text
                break
        else:
            break
    return text, front


@lru_cache(maxsize=20_000)
def _short_region(region: str) -> str:
    """The innermost place, without its kind."""
    for province in PROVINCES:
        if region.startswith(province) and len(region) > len(province) + 1:
            region = region[len(province) :].lstrip("省市")
            break
    return region.rstrip("省市区县")


@lru_cache(maxsize=20_000)
def sound(character: str) -> str:
    """The syllable of a character without its tone; typing by sound mixes such characters up."""
    return lazy_pinyin(character, style=Style.NORMAL)[0]


@lru_cache(maxsize=100_000)
def confusable(one: str, other: str) -> bool:
    """Whether a writer takes one character for the other: the same sound, or the same shape."""
    return frozenset((one, other)) in _SHAPE_PAIRS or sound(one) == sound(other)
