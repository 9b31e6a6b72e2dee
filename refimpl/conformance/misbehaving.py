"""A subject that breaks the protocol in one way, named by its argument: the harness must notice each.

It stands alone, without imports of this package, as a program of another language would.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping

FEATURES = ("interpreter", "bindings", "rebinding", "environment", "propagation")


def say(message: Mapping[str, object]) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def start(kind: str) -> None:
    """Say who it is."""
    protocol = "conform/0" if kind == "another-protocol" else "conform/1"
    who = {"name": f"misbehaving ({kind})", "version": "1"}
    say({"did": "started", "protocol": protocol, **who, "features": list(FEATURES)})


def answer(kind: str, case: str, asked: int) -> None:
    """Answer a case, in its way."""
    message = {"did": "ran", "case": case, "outcome": "raised", "kind": "path"}
    match kind:
        case "another-case":
            say({**message, "case": "another"})
        case "dies" if asked > 1:
            print("the second case is too much", file=sys.stderr)
            sys.exit(7)
        case "noise":
            print("working on it ...", flush=True)
            say(message)
        case "hangs":
            time.sleep(3600)
        case "numbers":
            say({**message, "outcome": "returned", "result": {"value": {"int": 3}}})
        case "another-kind":
            say({**message, "kind": "SegmentationFault"})
        case "twice":
            say(message)
            say(message)
        case _:
            say(message)


def main(kind: str) -> int:
    """Speak until asked to stop; the exit code."""
    asked = 0
    for line in sys.stdin:
        request: Mapping[str, str] = json.loads(line)
        if request["do"] == "start":
            start(kind)
        elif request["do"] == "run":
            asked += 1
            answer(kind, request["case"], asked)
        else:
            return 9 if kind == "ends-badly" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
