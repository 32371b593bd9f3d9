"""recordlinkage over the same rows; run by its own environment's Python. Arguments: csv, truth csv.

The library's own way (its documentation, "Data deduplication"): candidate pairs from blocking on
telephone, address and code and from a sorted neighbourhood of the names, string comparison with the
default method and threshold it shows (Jaro-Winkler, 0.85), the unsupervised ECM classifier with its
default settings. Prints one JSON object.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import pandas
import recordlinkage

warnings.simplefilter("ignore")
rows = pandas.read_csv(sys.argv[1], dtype=str, index_col="id").replace("", None)
lines = Path(sys.argv[2]).read_text().split()
truth = {tuple(sorted(map(int, line.split(",")))) for line in lines}

started, cpu = time.perf_counter(), time.process_time()
indexer = recordlinkage.Index()
for column in ("phone", "address", "code"):
    indexer.block(column)
indexer.sortedneighbourhood("name", window=9)
candidates = indexer.index(rows)
compare = recordlinkage.Compare()
compare.string("name", "name", method="jarowinkler", threshold=0.85, label="name")
compare.string("address", "address", method="jarowinkler", threshold=0.85, label="address")
compare.exact("phone", "phone", label="phone")
compare.exact("code", "code", label="code")
features = compare.compute(candidates, rows)
matches = recordlinkage.ECMClassifier().fit_predict(features)
found = {tuple(sorted(map(int, pair))) for pair in matches}
hits = len(found & truth)
print(json.dumps({
    "seconds": round(time.perf_counter() - started, 2),
    "cpu": round(time.process_time() - cpu, 2),
    "pairs": len(found),
    "candidates": len(candidates),
    "precision": round(hits / max(len(found), 1), 4),
    "recall": round(hits / len(truth), 4),
}))  # fmt: skip
