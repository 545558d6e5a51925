"""Verdict on a budget in an answer of `estimate -plan -format=json`: within, above or unknown.

Fails where the answer is none, or says other than the exit code it came with.
"""

import json
import sys
from pathlib import Path

_CODES = {"within": 0, "above": 1, "unknown": 1}

answer = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
verdict = (answer["budget"] or {"verdict": "within"})["verdict"]
if _CODES[verdict] != int(sys.argv[2]):
    raise SystemExit("the exit code is not that of the answer")
sys.stdout.write(verdict + "\n")
