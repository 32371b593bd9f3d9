"""A register of firms with noisy duplicates, and with firms that only look alike. Seeded.

Published seeds 1 to 5 are for tuning; the seed of the final figure is `SEALED`, which nobody looked
at while the weights were chosen. What the noise does is listed in `NOISE`: it stands for what
happened to real tables (typing by sound or shape, half of the name, another writing of the address,
no code). The shapes and sounds come from dictionaries of the whole language, not from the matcher.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pypinyin import Style, lazy_pinyin
from stdnum.cn import uscc

from loushi.demo import names

PUBLISHED, SEALED = (1, 2, 3, 4, 5), 77_003_911
SHARE = 0.05
CHARACTERS = (
    "安百邦宝博才昌畅辰诚驰创聪达德鼎东栋多恩发帆方飞丰枫福富高格冠光广海涵翰浩合和恒弘宏鸿华汇慧佳嘉健"
    "杰捷金锦京晶景久巨聚凯康科坤朗乐雷力立利良林凌龙隆鲁满美盟名明铭诺欧派盘鹏品平普奇启千乾强青清庆泉仁"
    "荣融瑞润三森山尚盛世书舒曙双顺思松苏泰腾天田通同万旺威维伟文沃无五武西熙喜贤祥翔向晓欣新鑫信兴星雄旭"
    "轩雅亚彦阳耀业一怡宜义亿艺逸益毅银英永优友宇雨玉誉裕元源远越云运泽展兆哲正之智中众洲卓紫宗祖"
)
CITIES = ("临漕", "杭州", "宁波", "平川", "嘉岸")
FORMS = ("有限公司",) * 8 + ("有限责任公司", "股份有限公司", "（有限合伙）")
STREETS = names.STREETS
BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Firm:
    """One row: `truth` is the number of the firm it describes."""

    truth: int
    name: str
    code: str
    phone: str
    address: str
    parts: dict[str, str] = field(default_factory=dict)


def register(count: int, seed: int) -> list[Firm]:
    """`count` rows, of which `SHARE` are second rows of firms that are there already."""
    rng = random.Random(seed)
    extra = round(count * SHARE)
    firms = _firms(rng, count - extra)
    by_sound = _by_sound()
    chosen = rng.sample(range(len(firms)), extra)
    rows = firms + [_again(rng, firms[place], by_sound) for place in chosen]
    rng.shuffle(rows)
    return rows


def _firms(rng: random.Random, count: int) -> list[Firm]:
    """Firms, a tenth of which have a neighbour that must not be taken for them."""
    firms: list[Firm] = []
    written: set[tuple[str, ...]] = set()
    agents = [_telephone(rng) for _n in range(40)]
    desks = [_address(rng) for _n in range(20)]
    while len(firms) < count:
        firm = _firm(rng, len(firms), agents, desks)
        if _claim(firm) in written:
            continue
        written.add(_claim(firm))
        firms.append(firm)
        if rng.random() < 0.1 and len(firms) < count:
            look_alike = rng.choice(ALIKE)(rng, firm, len(firms))
            if _claim(look_alike) not in written:
                written.add(_claim(look_alike))
                firms.append(look_alike)
    return firms


def _claim(firm: Firm) -> tuple[str, ...]:
    """What a registry gives once (企业名称登记管理规定, art. 6 and 17): the kind of limited company
    behind brand and trade makes no other name."""
    parts = firm.parts
    return (parts["city"], parts["brand"], parts["trade"], parts["branch"])


def _firm(rng: random.Random, truth: int, agents: list[str], desks: list[str]) -> Firm:
    if rng.random() < 0.5:
        brand = rng.choice(names.FIRM_FIRST) + (
            rng.choice(names.FIRM_SECOND) * (rng.random() < 0.6)
        )
    else:
        brand = "".join(rng.sample(CHARACTERS, rng.choice((2, 2, 3, 4))))
    shop = rng.random() < 0.15
    parts = {
        "city": rng.choices(CITIES, (80, 8, 5, 4, 3))[0],
        "brand": brand,
        "trade": rng.choice(names.SHOPS) if shop else rng.choice(names.BUSINESS)[0],
        "form": "" if shop else rng.choice(FORMS),
        "branch": "",
    }
    return Firm(
        truth,
        _write(parts),
        _code(rng) if rng.random() < 0.7 else "",
        rng.choice(agents) if rng.random() < 0.03 else _telephone(rng),
        rng.choice(desks) if rng.random() < 0.03 else _address(rng),
        parts,
    )


def _write(parts: dict[str, str]) -> str:
    head = parts["city"] if parts["form"] else ""
    return f"{head}{parts['brand']}{parts['trade']}{parts['form']}{parts['branch']}"


# ---- firms that only look alike ------------------------------------------------------------------


def _sibling(rng: random.Random, firm: Firm, truth: int) -> Firm:
    """The same owner, room and telephone; another trade."""
    trade = rng.choice([word for word, _division in names.BUSINESS if word != firm.parts["trade"]])
    parts = firm.parts | {"trade": trade, "form": firm.parts["form"] or "有限公司"}
    return Firm(truth, _write(parts), _code(rng), firm.phone, firm.address, parts)


def _other_city(rng: random.Random, firm: Firm, truth: int) -> Firm:
    """The same name in another city's registry."""
    city = rng.choice([name for name in CITIES if name != firm.parts["city"]])
    parts = firm.parts | {"city": city, "form": firm.parts["form"] or "有限公司"}
    code = _code(rng) if rng.random() < 0.7 else ""
    return Firm(truth, _write(parts), code, _telephone(rng), _address(rng), parts)


def _branch(rng: random.Random, firm: Firm, truth: int) -> Firm:
    """A branch, which is registered by itself, often in the same house."""
    kind = "分公司" if firm.parts["form"] else "店"
    parts = firm.parts | {"branch": f"{rng.choice(names.QUARTERS)}{kind}"}
    return Firm(truth, _write(parts), _code(rng), firm.phone, _address(rng), parts)


def _one_letter(rng: random.Random, firm: Firm, truth: int) -> Firm:
    """A name that differs in one character of the brand, by chance."""
    brand = firm.parts["brand"]
    place = rng.randrange(len(brand))
    other = rng.choice([c for c in CHARACTERS if c != brand[place]])
    parts = firm.parts | {"brand": brand[:place] + other + brand[place + 1 :]}
    code = _code(rng) if rng.random() < 0.7 else ""
    return Firm(truth, _write(parts), code, _telephone(rng), _address(rng), parts)


ALIKE: tuple[Callable[[random.Random, Firm, int], Firm], ...] = (
    _sibling, _other_city, _branch, _one_letter,
)  # fmt: skip


# ---- noise ---------------------------------------------------------------------------------------


def _again(rng: random.Random, firm: Firm, by_sound: dict[str, list[str]]) -> Firm:
    """A second row of the same firm, as another hand would write it."""
    name = firm.name
    for change in rng.sample(NOISE, rng.choices((0, 1, 2, 3), (25, 45, 25, 5))[0]):
        name = change(rng, name, firm.parts, by_sound)
    code = firm.code if rng.random() < 0.25 else ""
    draw = rng.random()
    phone = firm.phone if draw < 0.65 else "" if draw < 0.87 else _telephone(rng)
    draw = rng.random()
    if draw < 0.45:
        address = firm.address
    elif draw < 0.8:
        address = _rewritten(rng, firm.address)
    else:
        address = "" if draw < 0.9 else _address(rng)
    return replace(firm, name=name, code=code, phone=phone, address=address)


def _width(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    return (
        name.replace("（", "(").replace("）", ")") if "（" in name else f" {name[:2]} {name[2:]} "
    )


def _form(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    other = {"有限公司": "有限责任公司", "有限责任公司": "有限公司", "股份有限公司": "股份公司"}
    if not parts["form"] or parts["form"] not in name:
        return name
    new = rng.choice((other.get(parts["form"], ""), "", "公司" if "公司" in parts["form"] else ""))
    return name.replace(parts["form"], new)


def _region(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    city = parts["city"]
    if not name.startswith(city):
        return f"{city}{name}" if parts["form"] else name
    rest = name.removeprefix(city)
    return rng.choice((rest, f"{city}市{rest}", f"（{city}）{rest}", f"浙江{city}{rest}"))


def _sound(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    places = [at for at, c in enumerate(name) if c in parts["brand"] and len(by_sound[_of(c)]) > 1]
    if not places:
        return name
    at = rng.choice(places)
    other = rng.choice([c for c in by_sound[_of(name[at])] if c != name[at]])
    return name[:at] + other + name[at + 1 :]


def _dropped(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    at = rng.randrange(2, max(3, len(name) - 4))
    return name[:at] + name[at + 1 :]


def _swapped(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    at = rng.randrange(2, max(3, len(name) - 5))
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def _short(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    return f"{parts['brand']}{parts['trade'][:2]}" if rng.random() < 0.4 else name


def _bracketed(rng: random.Random, name: str, parts: dict[str, str], by_sound: Any) -> str:
    city = parts["city"]
    return name.removeprefix(city).replace(parts["form"], f"（{city}）{parts['form']}") if (
        parts["form"] and name.startswith(city)
    ) else name  # fmt: skip


NOISE: tuple[Callable[..., str], ...] = (
    _width, _form, _region, _sound, _dropped, _swapped, _short, _bracketed,
)  # fmt: skip


def _rewritten(rng: random.Random, address: str) -> str:
    """The same door by another hand."""
    for change in rng.sample(
        (
            lambda text: text.replace("临漕市", ""),
            lambda text: f"浙江省{text}",
            lambda text: text.replace("室", ""),
            lambda text: text.replace("号", "号 "),
            lambda text: text.replace(" ", ""),
            lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
            lambda text: text.replace("中心", ""),
        ),
        2,
    ):
        address = change(address)
    return address


def _address(rng: random.Random) -> str:
    street, tower = rng.choice(STREETS), rng.choice(names.TOWER_ROOTS)
    house, room = rng.randrange(1, 400), rng.randrange(1, 30) * 100 + rng.randrange(1, 24)
    return f"临漕市{street}路{house}号{tower}{rng.choice(names.TOWER_KINDS)} {room}室"


def _telephone(rng: random.Random) -> str:
    return f"1{rng.randrange(30, 99)}{rng.randrange(10**8):08d}"


def _code(rng: random.Random) -> str:
    body = "".join(rng.choices(BODY, k=9))
    head = f"91330{rng.randrange(100, 190)}{body}"
    return head + uscc.calc_check_digit(head)


def _of(character: str) -> str:
    return lazy_pinyin(character, style=Style.NORMAL)[0]


def _by_sound() -> dict[str, list[str]]:
    """Syllable → characters that people use in names."""
    everything = sorted(set(CHARACTERS) | set("".join(names.FIRM_FIRST + names.FIRM_SECOND)))
    found: dict[str, list[str]] = defaultdict(list)
    for character in everything:
        found[_of(character)].append(character)
    return found
