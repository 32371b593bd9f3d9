"""From rows to pairs: which rows are compared at all, and what comes out. Pure, no database.

Comparing all with all would be 5 thousand million comparisons for 100,000 rows. Compared are rows
that share a key: code, body of the code, the core of the name with any one character left out (so
every single slip of the pen meets), telephone, address. A key that too many rows share says nothing
by itself and is taken together with the first character of the name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loushi.foundation.language.linkage import addresses, names
from loushi.foundation.language.linkage.scores import (
    Evidence,
    Frequencies,
    Row,
    Weights,
    at_most,
    ceiling,
    compare,
    needed,
    probability,
)

CROWD = 40
"""A key held by more rows than this is narrowed by the beginning of the name."""
LONGEST_CORE = 16
THRESHOLD = 0.1
"""A person looks at every proposal, so a missed pair costs more than one that is put aside."""
SLACK = 1e-9
DEFAULT = Weights()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as a register holds it; empty text where something is not known."""

    id: int
    name: str
    code: str = ""
    phones: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that are probably one firm: ids in ascending order, probability 0 to 1, why."""

    first: int
    second: int
    probability: float
    evidence: tuple[Evidence, ...]


def find_pairs(
    entries: Iterable[Entry], *, threshold: float = THRESHOLD, weights: Weights = DEFAULT
) -> list[Pair]:
    """All pairs at or above the threshold, the most probable first."""
    held = sorted(entries, key=lambda entry: entry.id)
    rows, counted = _prepare(held)
    found = _judge(held, rows, counted, _candidates(rows), threshold, weights)
    return sorted(found, key=lambda pair: (-pair.probability, pair.first, pair.second))


def compare_all(
    one: Entry, others: Sequence[Entry], *, threshold: float = THRESHOLD, total: int = 0,
    weights: Weights = DEFAULT,
) -> list[Pair]:  # fmt: skip
    """The rows among `others` that are probably the firm of `one` (for a form being filled in).

    `total`: how many rows the register holds, where `others` are only a choice of them.
    """
    held = [one, *others]
    rows, counted = _prepare(held)
    if total > counted.total:
        counted = Frequencies(total, counted.cores, counted.phones, counted.addresses)
    pairs = ((0, place) for place in range(1, len(held)))
    found = _judge(held, rows, counted, pairs, threshold, weights)
    return sorted(found, key=lambda pair: -pair.probability)


def _prepare(held: Sequence[Entry]) -> tuple[list[Row], Frequencies]:
    folded = [names.fold(entry.name) for entry in held]
    regions = names.common_prefixes(folded)
    parsed = [names.parse_folded(text, regions) for text in folded]
    endings = names.common_endings(name.core for name in parsed)
    rows = [
        Row(
            name,
            names.trade_of(name.core, endings),
            entry.code.strip().upper(),
            frozenset(filter(None, map(_phone, entry.phones))),
            addresses.parse(entry.address),
        )
        for entry, name in zip(held, parsed, strict=True)
    ]
    return rows, Frequencies(
        total=len(rows),
        cores=Counter(row.name.core for row in rows),
        phones=Counter(phone for row in rows for phone in row.phones),
        addresses=Counter(row.address.key for row in rows if row.address),
    )


def _phone(text: str) -> str:
    """The digits that tell telephones apart; '' for what is too short to be one."""
    digits = text if text.isdecimal() else "".join(filter(str.isdecimal, text))
    digits = digits.removeprefix("86") if len(digits) > 11 else digits
    return digits if len(digits) >= 7 else ""


def _judge(
    held: Sequence[Entry],
    rows: Sequence[Row],
    counted: Frequencies,
    places: Iterable[tuple[int, int]],
    threshold: float,
    weights: Weights,
) -> list[Pair]:
    found = []
    names_say = ceiling(counted.total, weights)
    least = needed(threshold, counted.total, weights) - SLACK
    for a, b in places:
        if at_most(rows[a], rows[b], names_say, weights, least) < least:
            continue
        evidence = compare(rows[a], rows[b], counted, weights)
        if evidence is None:
            continue
        likely = probability(evidence, counted.total, weights)
        if likely >= threshold:
            first, second = sorted((held[a].id, held[b].id))
            found.append(Pair(first, second, likely, evidence))
    return found


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Places of rows that share a key, each pair once, ascending."""
    first: dict[str, int] = {}
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        for key in _keys(row):
            earlier = first.setdefault(key, place)
            if earlier != place:
                groups.setdefault(key, [earlier]).append(place)
    seen: set[int] = set()
    size = len(rows)
    for key, members in groups.items():
        for group in _narrowed(key, members, rows):
            for at, a in enumerate(group):
                base = a * size
                seen.update([base + b for b in group[at + 1 :]])
    return (divmod(pair, size) for pair in sorted(seen))


def _narrowed(key: str, members: list[int], rows: Sequence[Row]) -> Iterable[list[int]]:
    if len(members) <= CROWD:
        return (members,)
    finer: dict[str, list[int]] = defaultdict(list)
    for place in members:
        name = rows[place].name
        if key.startswith("n|"):
            finer[f"{name.branch}{rows[place].address.key}"].append(place)
            for phone in rows[place].phones:
                finer[phone].append(place)
        else:
            finer[name.core[:2]].append(place)
    return [group for group in finer.values() if 1 < len(group) <= CROWD]


def _keys(row: Row) -> set[str]:
    core = row.name.core
    keys = {f"n|{core}"}
    if 4 <= len(core) <= LONGEST_CORE:
        keys.add(core)
        keys.update([core[:at] + core[at + 1 :] for at in range(len(core))])
    if row.code:
        keys.add(f"c|{row.code}")
        if len(row.code) == 18:
            keys.add(f"b|{row.code[8:17]}")
    keys.update(f"t|{phone}" for phone in row.phones)
    if len(row.address.numbers) > 1:
        keys.add(f"a|{row.address.words[:2]}{'-'.join(row.address.numbers)}")
    elif row.address:
        keys.add(f"a|{row.address.key}")
    return keys
