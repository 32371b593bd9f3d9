"""The peer of policy-match: json-logic over plain dictionaries, firm by firm."""

import json
import sys
import time

from json_logic import jsonLogic

given = json.load(sys.stdin)
began = time.perf_counter()
verdicts = []
for row in given["rows"]:
    found = []
    for rule in given["rules"]:
        try:
            found.append(bool(jsonLogic(rule, row)))
        except TypeError:  # a missing number cannot be compared
            found.append(False)
    verdicts.append(found)
json.dump({"seconds": time.perf_counter() - began, "verdicts": verdicts}, sys.stdout)
