"""A Python script run in this process as ``python SCRIPT ARGS`` would run it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from io import open_code
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final, final

__all__ = ["ScriptFailed", "run_script"]

_PATIENCE: Final = 1.0
"""Seconds until it is looked again for pools, as a thread that still runs may make one."""


@final
@dataclass(frozen=True, slots=True)
class ScriptFailed:
    """The script ended with an exception that was shown, or with an exit code other than 0."""

    reason: str


def run_script(script: Path, arguments: Sequence[str]) -> ScriptFailed | None:
    """Run the script as ``__main__`` until it and its threads have ended; None if it ended well.

    An exception that leaves it is shown by ``sys.excepthook``, without the frames of this package. Raises OSError if
    the file cannot be read and KeyboardInterrupt if the user interrupts it.
    """
    there = frozenset(threading.enumerate())
    file_name = str(script.absolute())
    main = _module(file_name)
    with open_code(str(script)) as file:
        source = file.read()
    sys.argv[:] = [str(script), *arguments]
    sys.path[0] = str(script.resolve().parent)
    sys.modules["__main__"] = main
    try:
        code = compile(source, file_name, "exec", dont_inherit=True)
        exec(code, vars(main))
    except SystemExit as end:
        return _exited(end)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        trace = _without_own_frames(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return ScriptFailed(f"{type(error).__name__}: {error}".splitlines()[0])
    finally:
        _end_threads(there)
    return None


def _module(file_name: str) -> ModuleType:
    module = ModuleType("__main__")
    module.__file__ = file_name
    module.__loader__ = SourceFileLoader("__main__", file_name)
    module.__spec__ = None
    vars(module)["__builtins__"] = sys.modules["builtins"]
    return module


def _exited(end: SystemExit) -> ScriptFailed | None:
    code: object = end.code
    if code is None or code == 0:
        return None
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    return ScriptFailed(f"it exited with {code}")


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _end_threads(there: frozenset[threading.Thread]) -> None:
    """Do what Python does at its end: shut pools of workers down, and wait for every thread that is no daemon."""
    while own := _own_threads(there):
        # The threads of a pool wait for work until it is shut down, and nobody but the program knows the pool.
        for pool in [each for each in gc.get_objects() if issubclass(type(each), Executor)]:
            pool.shutdown(wait=True)
        for thread in own:
            thread.join(_PATIENCE)


def _own_threads(there: frozenset[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in there and not thread.daemon]
