"""The work of script/bench: runs one module, prints its result, keeps it in bench/results/."""

import contextlib
import importlib
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NOT_BENCHES = {"run", "harness", "__init__"}
KEYS = ("bench", "workload", "ours", "peer", "peer_name", "ratio", "unit", "versions", "rows")


def names() -> list[str]:
    return sorted(
        path.stem.replace("_", "-")
        for path in HERE.glob("*.py")
        if path.stem not in NOT_BENCHES and not path.stem.startswith("_")
    )


def main(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    chosen = [argument for argument in arguments if argument != "--json"]
    if "--data" in chosen[:-1]:  # of realdata: the folder with the files
        at = chosen.index("--data")
        os.environ["LOUSHI_BENCH_DATA"] = str(Path(chosen[at + 1]).resolve())
        del chosen[at : at + 2]
    if len(chosen) != 1 or chosen[0] not in names():
        known = ", ".join(names())
        usage = f"usage: script/bench NAME [--json] [--data FOLDER]; there are: {known}"
        print(usage, file=sys.stderr)
        return 2
    name = chosen[0]
    sys.path[:0] = [str(ROOT), str(ROOT / "script" / "lib")]
    os.chdir(ROOT)
    module = importlib.import_module(f"bench.{name.replace('-', '_')}")
    # Whatever a bench says on the way goes to the error stream: standard output is the result.
    with contextlib.redirect_stdout(sys.stderr):
        result: dict[str, Any] = module.run()
    missing = [key for key in KEYS if key not in result]
    if missing:
        print(f"bench: {name} returned no {', '.join(missing)}", file=sys.stderr)
        return 1
    result = {key: result[key] for key in KEYS} | {
        key: value for key, value in result.items() if key not in KEYS
    }
    keep(name, result)
    print(json.dumps(result, ensure_ascii=False) if as_json else table(result))
    return 0


def keep(name: str, result: dict[str, Any]) -> None:
    kept = result | {"date": datetime.now(UTC).date().isoformat()}
    text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
    if str(ROOT) in text:
        raise SystemExit(f"bench: the result of {name} names a folder of this machine")
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def table(result: dict[str, Any]) -> str:
    def line(label: str, value: Any) -> str:
        return f"  {label:<10} {value}"

    lines = [result["bench"], line("workload", result["workload"])]
    lines.append(line("ours", f"{shown(result['ours'])} {result['unit']}"))
    if result["peer"] is not None:
        lines.append(line("peer", f"{shown(result['peer'])} {result['unit']}"))
        lines.append(line("", result["peer_name"]))
        lines.append(line("ratio", f"{shown(result['ratio'])} × better"))
    for row in result["rows"]:
        cells = ", ".join(f"{key} {shown(value)}" for key, value in row.items())
        lines.append(line("·", cells))
    versions = ", ".join(f"{key} {value}" for key, value in result["versions"].items())
    lines.append(line("versions", versions))
    return "\n".join(lines)


def shown(value: Any) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
