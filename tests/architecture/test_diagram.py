"""The drawing in docs/architecture.md shows the contracts as they are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_drawing_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "script" / "diagram"), "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
