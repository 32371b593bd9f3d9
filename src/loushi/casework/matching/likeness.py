"""How alike demands are, and why: pure, no database.

Words are weighed by how rare they are among the candidates (inverse document frequency over the
bigrams of the text index); what many write counts nothing. Three rare words in common are full
evidence, one alone is none. Place and category add to it: the callers leave the names of places out
of the words. Nothing is proposed without a reason that a person can check.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from loushi.foundation.language.queries import normalise, tokens

TEXT, CATEGORY, PLACE = 0.65, 0.2, 0.15
LEAST = 0.32
LEAST_TEXT = 0.25
COMMON = 0.35
"""What everybody writes: words with less weight than this count nothing, once there are enough
candidates to tell."""
KNOWN_FROM = 40
ENOUGH = 3
LONGEST_PHRASE = 8
MOST_PHRASES = 3
EMPTY = frozenset("请的了我们您在是有和与及也都还能否可以不没这那个一件上下来去到要对把被为给")


@dataclass(frozen=True, slots=True)
class Sample:
    """A demand as it is compared."""

    id: int
    text: str
    category: int | None = None
    parent: int | None = None
    building: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A candidate with what it has in common: `score` from 0 to 1."""

    id: int
    score: float
    phrases: tuple[str, ...]
    same_category: bool
    same_parent: bool
    same_building: bool
    same_unit: bool


def alike(
    seeds: Sequence[Sample], candidates: Iterable[Sample], most: int = 12,
    corpus: Sequence[str] = (),
) -> list[Like]:  # fmt: skip
    """The candidates most like any of the seeds, best first; equal ones in order of id. `corpus`
    are other texts of the kind, from which it is known better what many write."""
    candidates = list(candidates)
    if not seeds or not candidates:
        return []
    terms = {one.id: _terms(one.text) for one in candidates}
    wanted = [(seed, _terms(seed.text)) for seed in seeds]
    seen: Counter[str] = Counter()
    others = map(_terms, corpus if len(corpus) >= KNOWN_FROM else ())
    texts = [*terms.values(), *(held for _seed, held in wanted), *others]
    for found in texts:
        seen.update(found)
    total = len(texts)
    rarest = log(1 + total)
    floor = COMMON * min(1.0, total / KNOWN_FROM)
    weight = {
        term: max(0.0, log(1 + total / count) / rarest - floor) / (1 - floor)
        for term, count in seen.items()
    }
    found = [
        max((_compare(seed, held, one, terms[one.id], weight) for seed, held in wanted),
            key=lambda like: like.score)
        for one in candidates
    ]  # fmt: skip
    good = [like for like in found if like.score >= LEAST and like.phrases]
    return sorted(good, key=lambda like: (-like.score, like.id))[:most]


def _compare(
    seed: Sample, held: frozenset[str], one: Sample, other: frozenset[str],
    weight: dict[str, float],
) -> Like:  # fmt: skip
    common = held & other
    shared = _phrases(seed.text, one.text, weight) if any(weight[t] for t in common) else {}
    text = min(1.0, sum(shared.values()) / ENOUGH)
    same = seed.category is not None and seed.category == one.category
    parent = seed.parent is not None and seed.parent == one.parent
    building = seed.building is not None and seed.building == one.building
    unit = seed.unit is not None and seed.unit == one.unit
    score = TEXT * text
    score += CATEGORY * (1.0 if same else 0.4 if parent else 0.0)
    score += PLACE * (1.0 if building else 0.6 if unit else 0.0)
    best = sorted(shared, key=lambda phrase: (-shared[phrase], phrase))[:MOST_PHRASES]
    phrases = tuple(best) if text >= LEAST_TEXT else ()
    return Like(one.id, round(score, 4), phrases, same, parent, building, unit)


def _terms(text: str) -> frozenset[str]:
    return frozenset(
        term
        for term in tokens(normalise(text))
        if len(term) > 1 and not term.isdigit() and not EMPTY & set(term)
    )


def _phrases(one: str, other: str, weight: dict[str, float]) -> dict[str, float]:
    """The runs of characters that both texts have, with what they weigh: their rarest word, up to
    twice that for a long run, so that a whole sentence of form counts little."""
    one, other = normalise(one), normalise(other)
    found: dict[str, float] = {}
    at = 0
    while at < len(one) - 1:
        size = 0
        while (
            size < LONGEST_PHRASE
            and at + size < len(one)
            and one[at + size].isalnum()
            and one[at + size] not in EMPTY
            and one[at : at + size + 1] in other
        ):
            size += 1
        if size >= 2:
            phrase = one[at : at + size]
            rarest = max(weight.get(phrase[n : n + 2], 0.0) for n in range(size - 1))
            if rarest:
                found[phrase] = rarest * min(2.0, 1 + (size - 2) / 4)
        at += max(1, size)
    return found
