"""How much a pair of rows speaks for one firm: the evidence of each field, added up. Pure.

After Fellegi and Sunter, "A Theory for Record Linkage" (JASA 64, 1969): for every field
ln(m / u), m = how often it agrees in two rows of one firm, u = how often by chance. The m are the
error rates in `Weights`; the u are counted in the rows themselves, so a common name, the telephone
of an agency and the address of a shared office say little by themselves. To their sum comes
ln(prior odds); the logistic function makes a probability of it.

Names of one owner's firms in one room with one telephone agree in everything but the name. The
fields are not independent there, so a name that is not at least near ends the comparison, unless
the codes agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, inf, log

from rapidfuzz.distance import OSA

from loushi.foundation.language.linkage import names
from loushi.foundation.language.linkage.addresses import Address
from loushi.foundation.language.linkage.names import FirmName, confusable

SLIPS = frozenset({"confused", "swapped", "letter"})
LEAST = 10_000
MOST = 9.0  # nats: no telephone or address proves more, however rare


@dataclass(frozen=True, slots=True)
class Weights:
    """How often the fields of two rows of one firm agree (shares, 0 to 1), and the odds before
    looking. Fitted by hand on the published noise seeds of the bench, never on the sealed one."""

    prior: float = 0.4
    same_core: float = 0.7
    confused: float = 0.08
    one_edit: float = 0.12
    other_character: float = 0.01
    shortened: float = 0.12
    more_edits: float = 0.06
    whole_and_form: float = 7.0  # nats, as all below
    core_and_form: float = 2.0
    slip_and_form: float = 3.0
    unsaid_region: float = 2.0
    other_form: float = -2.0
    other_region: float = -6.0
    same_code: float = 25.0
    same_body: float = 12.0
    near_code: float = 4.0
    other_code: float = -14.0
    same_phone: float = 0.6
    other_phone: float = -0.9
    same_address: float = 0.5
    near_address: float = 0.2
    same_street: float = 1.0
    other_address: float = -1.6


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field's part: `field` name, code, phone, address, form, region or branch; `verdict` a
    word for it; `weight` in nats, positive speaks for one firm."""

    field: str
    verdict: str
    weight: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row made ready for comparing; `trade` is the known trade at the end of the core."""

    name: FirmName
    trade: str
    code: str
    phones: frozenset[str]
    address: Address


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often each value occurs among `total` rows."""

    total: int
    cores: Mapping[str, int]
    phones: Mapping[str, int]
    addresses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a name can say, however rare it is: the same core; a core of the same length
    in which one character is another one that nobody takes for it, or several are; any other."""

    same: float
    replaced: float
    several: float
    other: float


def ceiling(total: int, weights: Weights) -> Ceiling:
    """Made once for all pairs of a register with `total` rows."""
    total = max(total, 1)
    same = max(0.0, weights.core_and_form, weights.whole_and_form,
               weights.whole_and_form - weights.unsaid_region)  # fmt: skip
    near = (
        (weights.confused, 3), (weights.one_edit, 3), (weights.other_character, 40),
        (weights.shortened, 6), (weights.more_edits, 8),
    )  # fmt: skip
    return Ceiling(
        _rarity(weights.same_core, 1, total) + same,
        max(_rarity(weights.other_character, 40, total), _rarity(weights.more_edits, 200, total)),
        _rarity(weights.more_edits, 16, total),
        max(_rarity(agreement, chance, total) for agreement, chance in near)
        + max(0.0, weights.slip_and_form),
    )


def at_most(
    one: Row, other: Row, names_say: Ceiling, weights: Weights, least: float = -inf
) -> float:
    """What a pair's evidence cannot exceed (nats), from looks that cost little: most pairs that
    share a key are put aside by it, none that `compare` would keep. Once that is below `least`,
    nothing more is looked at."""
    a, b = one.name.core, other.name.core
    both = one.code and other.code
    most = by_code = _code_weight(one.code, other.code, weights)[1] if both else 0.0
    if one.phones and other.phones:
        most += weights.other_phone if one.phones.isdisjoint(other.phones) else MOST
    here, there = one.address, other.address
    if here.key and there.key:
        alike = here.key == there.key or (here.numbers and here.numbers == there.numbers)
        most += MOST if alike else max(weights.same_street, weights.other_address)
    if a == b or one.name.branch != other.name.branch:
        return most + names_say.same
    if most + names_say.other < least or len(a) != len(b):
        return most + names_say.other
    named = _differing(a, b, names_say)
    # With a code that fits, `compare` keeps a pair whose names say nothing at all.
    return most + (max(0.0, named) if by_code > 0 else named)


def _differing(a: str, b: str, names_say: Ceiling) -> float:
    """The most that two cores of one length can say that are not the same."""
    wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    if len(wrong) == 1:
        return names_say.other if confusable(*wrong[0]) else names_say.replaced
    if len(wrong) == 2 and wrong[0] == wrong[1][::-1]:
        return names_say.other
    return names_say.other if all(confusable(x, y) for x, y in wrong) else names_say.several


def compare(
    one: Row, other: Row, counted: Frequencies, weights: Weights
) -> tuple[Evidence, ...] | None:
    """The evidence of a pair, or None where it cannot be one firm."""
    if one.name.branch != other.name.branch:
        one, other = _branch_apart(one, other), _branch_apart(other, one)
    code = _code(one.code, other.code, weights)
    named = _name(one, other, counted, weights)
    if named is None and (code is None or code.weight <= 0):
        return None
    branch = _branch(one.name, other.name)
    if branch is not None and (code is None or code.weight <= 0):
        return None
    found = (
        named,
        code,
        branch,
        _form(one.name, other.name, weights),
        _region(one.name, other.name, weights),
        _phone(one.phones, other.phones, counted, weights),
        _address(one.address, other.address, counted, weights),
    )
    return tuple(part for part in found if part is not None)


def _branch_apart(row: Row, other: Row) -> Row:
    """A branch that could not be told from the name, because no 公司 stands before it: it is the
    one the other row names."""
    branch, core = other.name.branch, row.name.core
    if not branch or row.name.branch or not core.endswith(branch) or len(core) <= len(branch):
        return row
    return replace(row, name=replace(row.name, core=core[: -len(branch)], branch=branch))


def probability(evidence: tuple[Evidence, ...], total: int, weights: Weights) -> float:
    """The probability (0 to 1) that a pair with this evidence is one firm among `total` rows."""
    return likelihood(sum(part.weight for part in evidence), total, weights)


def likelihood(said: float, total: int, weights: Weights) -> float:
    """The same from the sum of the evidence (nats)."""
    odds = log(weights.prior / max(total, 2)) + said
    return 1 / (1 + exp(-max(-40.0, min(40.0, odds))))


def needed(threshold: float, total: int, weights: Weights) -> float:
    """The sum of evidence (nats) from which `likelihood` reaches a threshold between 0 and 1."""
    if not 0 < threshold < 1:
        return -inf if threshold <= 0 else inf
    return log(threshold / (1 - threshold)) - log(weights.prior / max(total, 2))


def _rarity(agreement: float, count: int, total: int) -> float:
    """ln(m / u). A value held by one or two rows is as rare in a small register as in a large one;
    one that more rows hold is as common as it is there."""
    chance = max((count - 2) / total, max(count, 1) / max(total, LEAST))
    return log(agreement / chance)


def _name(one: Row, other: Row, counted: Frequencies, weights: Weights) -> Evidence | None:
    a, b = one.name.core, other.name.core
    count = max(counted.cores.get(a, 1), counted.cores.get(b, 1))
    total = counted.total
    if a == b:
        weight = _rarity(weights.same_core, count, total)
        return Evidence("name", "same", weight + _registered(one.name, other.name, weights))
    if _numbers(a) != _numbers(b) or _other_trade(one.trade, other.trade):
        return None
    verdict, agreement, chance = _nearness(a, b, weights)
    if not verdict:
        return None
    weight = _rarity(agreement, count * chance, total)
    if verdict in SLIPS and one.name.has_form and one.name.region == other.name.region:
        weight += weights.slip_and_form
    return Evidence("name", verdict, weight)


def _registered(one: FirmName, other: FirmName, weights: Weights) -> float:
    """More for a name with a trade or a legal form: within one city a registry gives brand and
    trade once, whatever the legal form (企业名称登记管理规定, art. 17)."""
    if len(one.core) < 4 or not (one.has_form or other.has_form):
        return 0.0
    if not (one.has_form and other.has_form):
        return weights.core_and_form
    if one.region == other.region:
        return weights.whole_and_form
    return weights.whole_and_form - weights.unsaid_region


def _other_trade(a: str, b: str) -> bool:
    """Both trades are known and neither is a part of the other: firms of one owner, perhaps."""
    return bool(a and b) and a not in b and b not in a


def _nearness(a: str, b: str, weights: Weights) -> tuple[str, float, int]:
    """(verdict, m, how many chance names are as near as this): "" where the names are far apart."""
    short, long = sorted((a, b), key=len)
    most = max(2, len(long) // 2)
    edits = OSA.distance(a, b, score_cutoff=most)
    if len(a) == len(b) and edits <= 2:
        wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        if all(confusable(x, y) for x, y in wrong) and len(wrong) * 2 < len(a):
            return "confused", weights.confused, 3 ** len(wrong)
        if edits == 1 and sorted(a) == sorted(b):
            return "swapped", weights.one_edit, 3
        if edits == 1 and len(a) >= 5:
            return "near", weights.other_character, 40
    elif edits == 1 and len(short) >= 3:
        return ("letter" if len(short) >= 6 else "near"), weights.one_edit, 4
    if long.startswith(short) and names.is_branch(long[len(short) :]):
        return "", 0.0, 0
    if len(short) >= 3 and (long.startswith(short) or short in long):
        return "shortened", weights.shortened, 6
    if edits <= max(2, len(short) // 2 - 1) and len(short) >= 5:
        return "near", weights.more_edits, 8 * edits
    if len(short) >= 3 and edits <= most:
        return "far", weights.more_edits, 200
    return "", 0.0, 0


def _numbers(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _branch(one: FirmName, other: FirmName) -> Evidence | None:
    """A branch is registered by itself: neither its head office nor another branch is the same."""
    return None if one.branch == other.branch else Evidence("branch", "other", -5.0)


def _form(one: FirmName, other: FirmName, weights: Weights) -> Evidence | None:
    if one.form and other.form and one.form != other.form:
        return Evidence("form", "other", weights.other_form)
    return None


def _region(one: FirmName, other: FirmName, weights: Weights) -> Evidence | None:
    a, b = one.region, other.region
    if a and b and a not in b and b not in a:
        return Evidence("region", "other", weights.other_region)
    return None


def _code(a: str, b: str, weights: Weights) -> Evidence | None:
    return Evidence("code", *_code_weight(a, b, weights)) if a and b else None


def _code_weight(a: str, b: str, weights: Weights) -> tuple[str, float]:
    if a == b:
        return "same", weights.same_code
    if len(a) == len(b) == 18 and a[8:17] == b[8:17]:
        return "body", weights.same_body
    if OSA.distance(a, b, score_cutoff=1) <= 1:  # an exchange of neighbours is one edit, too
        return "near", weights.near_code
    return "other", weights.other_code


def _phone(
    a: frozenset[str], b: frozenset[str], counted: Frequencies, weights: Weights
) -> Evidence | None:
    if not (a and b):
        return None
    if shared := a & b:
        count = min(counted.phones.get(phone, 1) for phone in shared)
        weight = min(MOST, _rarity(weights.same_phone, count, counted.total))
        return Evidence("phone", "same", weight)
    return Evidence("phone", "other", weights.other_phone)


def _address(a: Address, b: Address, counted: Frequencies, weights: Weights) -> Evidence | None:
    if not (a and b):
        return None
    count = max(counted.addresses.get(a.key, 1), counted.addresses.get(b.key, 1))
    if a.key == b.key:
        weight = _rarity(weights.same_address, count, counted.total)
        return Evidence("address", "same", min(MOST, weight))
    words = OSA.distance(a.words, b.words, score_cutoff=2) <= 2
    held = bool(a.words and b.words) and (a.words in b.words or b.words in a.words)
    if a.numbers and a.numbers == b.numbers and (words or held):
        weight = _rarity(weights.near_address, 3 * count, counted.total)
        return Evidence("address", "near", min(MOST, weight))
    if (words or held) and len(min(a.words, b.words, key=len)) >= 3:
        return Evidence("address", "street", weights.same_street)
    return Evidence("address", "other", weights.other_address)
