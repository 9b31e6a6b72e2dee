"""What PyTorch 2.13 does with each made archive: ``python -m tests.corpus.made.torch_side`` records it.

The script runs under the Python of ``REFIMPL_TORCH_PYTHON`` (this one, by default), which has PyTorch.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.corpus.made.registry import CASES

__all__ = ["RECORDED", "recorded_answers", "torch_answers"]

RECORDED: Final = Path(__file__).with_name("torch_says.json")

_SCRIPT: Final = """
import json, pathlib, sys, torch
from torch._dispatch.python import enable_python_dispatcher
from torch._guards import detect_fake_mode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts

torch.library.define("mylib::keep", "(Tensor x) -> Tensor")

@torch.library.register_fake("mylib::keep")
def keep(x):
    return x.new_empty(torch.library.get_ctx().new_dynamic_size())

def said(error):
    text = str(error).strip().splitlines()
    return {"error": type(error).__name__, "message": text[0][:160] if text else ""}

answers = {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    answer = answers[path.stem.replace("__", "/")] = {}
    try:
        program = torch.export.load(path)
        answer["load"] = "ok"
    except BaseException as error:
        answer["load"] = said(error)
        continue
    try:
        values = [node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"]
        mode = detect_fake_mode(values) or detect_fake_mode([node.meta.get("val") for node in program.graph.nodes])
        with mode, enable_python_dispatcher():
            PropagateUnbackedSymInts(program.graph_module).run(*values)
        answer["propagate"] = "ok"
    except BaseException as error:
        answer["propagate"] = said(error)
print(json.dumps(answers))
"""


def torch_answers() -> dict[str, object]:
    """For each case: whether it loads, and what PropagateUnbackedSymInts then does (``ok``, or type and first line)."""
    with tempfile.TemporaryDirectory() as folder:
        for name, make in CASES.items():
            make().program.save(Path(folder) / f"{name.replace('/', '__')}.pt2")
        python = os.environ.get("REFIMPL_TORCH_PYTHON", sys.executable)
        command = [python, "-W", "ignore", "-c", _SCRIPT, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return _object(done.stdout.splitlines()[-1])


def recorded_answers() -> dict[str, object]:
    """What is recorded."""
    return _object(RECORDED.read_text())


def _object(text: str) -> dict[str, object]:
    found: object = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return {str(key): value for key, value in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(torch_answers(), indent=1, sort_keys=True) + "\n")
