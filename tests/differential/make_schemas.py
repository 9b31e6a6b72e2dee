"""Write ``refimpl/aten/schemas.txt``: the schemas of PyTorch's ATen overloads, one a line, sorted.

Run with a Python that has torch 2.13.0: ``python tests/differential/make_schemas.py``. The ``out=`` variants (a
keyword-only argument that is written) are put into ``out_schemas.txt``, but for those that write lists; left out are
overloads with named dimensions, and TorchScript's on numbers.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parents[2] / "refimpl" / "aten" / "schemas.txt"

# Run in a separate process, so that this file needs no torch to be imported (and no untyped import).
_LISTING: Final = """
import torch
every = torch._C._dispatch_get_all_op_names()
for name in sorted({n[6:].partition(".")[0] for n in every if n.startswith("aten::")}):
    packet = getattr(torch.ops.aten, name)
    for overload in packet.overloads():
        print(getattr(packet, overload)._schema)
"""


OUT: Final = TARGET.with_name("out_schemas.txt")


def is_out(schema: str) -> bool:
    """Whether the overload writes its result into arguments that are given for that."""
    return "!" in schema.partition("*, ")[2].partition(") -> ")[0]


def wanted(schema: str) -> bool:
    """Whether the overload is one that an exported program can hold."""
    # Overloads on Python numbers alone belong to TorchScript, but for symbolic, asserting, printing, promoting ones.
    if "Tensor" not in schema and not re.match(r"aten::(sym_|_assert|_print\(|promote_types|result_type)", schema):
        return False
    return "!)[]" not in schema.partition("*, ")[2] and not re.search(
        r"Dimname|__torch__|Storage|Stream|\.names|aten::_test_|hacked_twin|[.]{3}", schema
    )


def main() -> None:
    """Regenerate the tables."""
    listing = subprocess.run([sys.executable, "-c", _LISTING], check=True, capture_output=True, text=True).stdout
    lines = sorted(filter(wanted, listing.splitlines()))
    TARGET.write_text("".join(f"{line}\n" for line in lines if not is_out(line)))
    OUT.write_text("".join(f"{line}\n" for line in lines if is_out(line)))


if __name__ == "__main__":
    main()
