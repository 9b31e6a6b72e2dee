"""Record PyTorch's type promotion: ``python tests/differential/record_promotion.py OUTPUT`` (with torch 2.13.0).

One JSON object: ``promote`` maps two dtypes to ``torch.promote_types`` (or the type of the exception), ``result``
maps two operands, each ``dtype:rank`` or the name of a Python number, to ``torch.result_type``.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

_RECORDER: Final = r"""
import itertools, json, sys, torch

names = ("uint8 int8 int16 int32 int64 float16 float32 float64 complex32 complex64 complex128 bool bfloat16 uint16 "
         "uint32 uint64 float8_e4m3fn float8_e5m2").split()

def attempt(function, *arguments):
    try:
        return str(function(*arguments))[6:]
    except RuntimeError as error:
        return f"RuntimeError: {str(error).partition(chr(10))[0]}"

promote = {f"{a} {b}": attempt(torch.promote_types, getattr(torch, a), getattr(torch, b))
           for a, b in itertools.product(names, names)}
plain = ["uint8", "int8", "int64", "float16", "bfloat16", "float64", "complex64", "bool"]
operands = {f"{name}:{rank}": torch.empty((1,) * rank, dtype=getattr(torch, name)) for name in plain for rank in (0, 1)}
operands |= {"True": True, "3": 3, "2.5": 2.5, "1j": 1j}
result = {f"{a} {b}": attempt(torch.result_type, x, y)
          for (a, x), (b, y) in itertools.product(operands.items(), operands.items()) if ":" in a or ":" in b}
with open(sys.argv[1], "w") as output:
    json.dump({"promote": promote, "result": result}, output, indent=0, sort_keys=True)
"""


def main() -> None:
    """Run the recorder."""
    subprocess.run([sys.executable, "-c", _RECORDER, sys.argv[1]], check=True)


if __name__ == "__main__":
    main()
