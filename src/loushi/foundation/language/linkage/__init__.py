"""Record linkage for Chinese firms: which rows probably describe one and the same. Pure."""

from loushi.foundation.language.linkage.pairs import Entry, Pair, compare_all, find_pairs
from loushi.foundation.language.linkage.scores import Evidence, Weights

__all__ = ["Entry", "Evidence", "Pair", "Weights", "compare_all", "find_pairs"]
