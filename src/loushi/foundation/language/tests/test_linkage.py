"""Which rows are taken for one firm, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loushi.foundation.language.linkage import Entry, compare_all, find_pairs, pairs, scores
from loushi.foundation.language.linkage.addresses import parse as address
from loushi.foundation.language.linkage.names import common_prefixes, confusable, fold, parse

PHONE, OTHER_PHONE = "13800001111", "13900002222"
DOOR, OTHER_DOOR = "临漕市桐川路66号望澜中心 1703室", "临漕市银杏里9号漕汇大厦 201室"
CODE, OTHER_CODE = "91350100M000100Y43", "91330105MA20000390"


def crowd() -> list[Entry]:
    """Firms that make the common values common."""
    brands = (
        "云栈",
        "青杼",
        "帆序",
        "沐石",
        "弦外",
        "未央",
        "归舟",
        "观复",
        "半亩",
        "和序",
        "谷雨",
    )
    trades = ("软件", "商贸", "物流", "人力资源", "广告传媒")
    return [
        Entry(
            1000 + number,
            f"临漕{brand}{trade}有限公司",
            phones=(f"137{number:08d}",),
            address=f"临漕市文津路{number + 1}号青梧大厦 {number + 101}室",
        )
        for number, (brand, trade) in enumerate((b, t) for b in brands for t in trades)
    ]


def found(*entries: Entry) -> set[tuple[int, int]]:
    return {
        (pair.first, pair.second)
        for pair in find_pairs([*entries, *crowd()])
        if pair.first < 1000 and pair.second < 1000
    }


@pytest.mark.parametrize(
    "other",
    [
        "临漕砺行数维科技有限责任公司",
        "（临漕）砺行数维科技有限公司",
        "砺行数维科技（临漕）有限公司",
        "临漕市砺行数维科技有限公司",
        " 临漕 砺行 数维科技有限公司 ",
        "临漕砺行数惟科技有限公司",
        "临漕砺行数维科枝有限公司",
        "临漕砺数行维科技有限公司",
        "临漕砺行维科技有限公司",
        "砺行数维",
    ],
)
def test_one_firm_in_two_writings(other: str) -> None:
    first = Entry(1, "临漕砺行数维科技有限公司", CODE, (PHONE,), DOOR)
    assert found(first, Entry(2, other, "", (PHONE,), "望澜中心1703 桐川路66号"))
    assert (
        found(first, Entry(2, other, "", (), "桐川路６６号望澜中心１７０３")) or other == "砺行数维"
    )


@pytest.mark.parametrize(
    ("name", "code", "phone", "door"),
    [
        ("临漕砺行数维物流有限公司", "", PHONE, DOOR),  # the owner's other firm
        ("临漕砺行数维科技有限公司望澜分公司", "", PHONE, OTHER_DOOR),  # a branch
        ("宁波砺行数维科技有限公司", "", OTHER_PHONE, OTHER_DOOR),  # another city's registry
        ("临漕砺行数维科技有限公司", OTHER_CODE, OTHER_PHONE, OTHER_DOOR),  # another code
        ("临漕砺航数微科贸有限公司", "", OTHER_PHONE, OTHER_DOOR),
    ],
)
def test_two_firms_that_look_alike(name: str, code: str, phone: str, door: str) -> None:
    first = Entry(1, "临漕砺行数维科技有限公司", CODE, (PHONE,), DOOR)
    assert not found(first, Entry(2, name, code, (phone,), door))


def test_branches_of_one_firm_are_not_each_other() -> None:
    one = Entry(1, "归舟书店(胜利路店)", phones=(PHONE,), address=DOOR)
    two = Entry(2, "归舟书店(东山路店)", phones=(PHONE,), address=DOOR)
    assert not found(one, two)


def test_the_body_of_a_code_outweighs_another_name() -> None:
    """A firm that was renamed keeps the nine characters of its organisation code (GB 32100)."""
    one = Entry(1, "临漕砺行数维科技有限公司", CODE)
    two = Entry(2, "临漕向晚云图咨询有限公司", "91330105" + CODE[8:])
    assert found(one, two) == {(1, 2)}


def test_an_agencys_telephone_says_little() -> None:
    """Fifty firms with the telephone of one agency are not taken for each other."""
    firms = [
        Entry(number, f"临漕{a}{b}商务有限公司", phones=(PHONE,))
        for number, (a, b) in enumerate((a, b) for a in "砺向晚数峰远山" for b in "行知云图海川天")
    ]
    assert not found(*firms)


def test_every_pair_says_why() -> None:
    pair = find_pairs(
        [
            Entry(1, "临漕砺行数维科技有限公司", "", (PHONE,), DOOR),
            Entry(2, "临漕砺行数惟科技有限公司", "", (PHONE,), DOOR),
            *crowd(),
        ]
    )[0]
    verdicts = {part.field: part.verdict for part in pair.evidence}
    assert verdicts == {"name": "confused", "phone": "same", "address": "same"}


def test_compare_all_finds_the_one_that_is_there() -> None:
    pairs = compare_all(
        Entry(0, "砺行数维科技", phones=(PHONE,)),
        [Entry(5, "临漕砺行数维科技有限公司", CODE, (PHONE,), DOOR), *crowd()],
        total=30_000,
    )
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 5)]


def test_a_place_is_learned_and_a_chain_is_not() -> None:
    shops = [f"丹香({street}店)" for street in "东西南北中上下前后左右新老大小" * 3]
    prefixes = common_prefixes([fold(entry.name) for entry in crowd()] + list(map(fold, shops)))
    assert "临漕" in prefixes
    assert "丹香" not in prefixes


def test_parts_of_a_name() -> None:
    name = parse("山东省青岛市市南区云栈商贸中心（有限合伙）")
    assert (name.region, name.core, name.form) == ("青岛市市南", "云栈商贸中心", "partners")
    assert parse("北京云栈科技股份有限公司第二分公司").branch == "2分公司"
    assert parse("云栈便利店204号店").branch == "204号店"


def test_doors_by_different_hands() -> None:
    assert (
        address("浙江省临漕市桐川路６６号 望澜中心 1703 室").key
        == address("桐川路66号望澜中心1703").key
    )
    assert address("桐川路66号望澜中心1703").key != address("桐川路66号望澜中心1704").key
    assert not address("")


def test_confusable_characters() -> None:
    assert confusable("维", "惟")
    assert confusable("技", "枝")
    assert confusable("未", "末")
    assert not confusable("云", "海")


@given(st.text(max_size=40))
def test_any_text_is_taken_apart(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    name = parse(text)
    assert len(name.core) <= len(folded)
    assert address(text) == address(text)


@given(st.lists(st.text("云栈青杼帆序有限公司店12号（）", max_size=12), max_size=12))
def test_the_order_of_the_rows_does_not_matter(names: list[str]) -> None:
    entries = [Entry(number, name, phones=(PHONE,)) for number, name in enumerate(names)]
    assert find_pairs(entries) == find_pairs(entries[::-1])


_names = st.text("云栈青轻杼帆凡序科技商贸有限公司店12号（）", min_size=2, max_size=12)
_firms = st.builds(
    Entry,
    id=st.integers(1, 9),
    name=_names,
    code=st.sampled_from(["", CODE, OTHER_CODE, CODE[:-1] + "1", CODE[:2] + "4" + CODE[3:]]),
    phones=st.sampled_from([(), (PHONE,), (OTHER_PHONE,), (PHONE, OTHER_PHONE)]),
    address=st.sampled_from(["", DOOR, OTHER_DOOR, "桐川路66号 1703室", "桐川路66号望澜中心 9室"]),
)


@given(_firms, _firms)
def test_the_quick_look_never_says_less_than_the_comparison(one: Entry, other: Entry) -> None:
    """What puts a pair aside early must be an upper bound of the evidence."""
    rows, counted = pairs._prepare([one, other])
    evidence = scores.compare(rows[0], rows[1], counted, pairs.DEFAULT)
    if evidence is None:
        return
    say = scores.ceiling(counted.total, pairs.DEFAULT)
    said = sum(part.weight for part in evidence)
    assert said <= scores.at_most(rows[0], rows[1], say, pairs.DEFAULT) + pairs.SLACK
    likely = scores.probability(evidence, counted.total, pairs.DEFAULT)
    for threshold in (0.1, 0.5, 0.9):
        enough = said >= scores.needed(threshold, counted.total, pairs.DEFAULT)
        assert enough == (likely >= threshold) or abs(likely - threshold) < pairs.SLACK
