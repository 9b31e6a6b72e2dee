"""The members of a ``.pt2`` archive: the program's JSON and, on demand, raw bytes of weights and constants.

Pickles (``data/sample_inputs``, custom objects, tensor subclasses) are never opened.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from refimpl.export._zip import ZipArchive, open_zip
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits
from refimpl.export.schema import ExportedProgram, PayloadConfig, PayloadMeta, decode_payloads, decode_program

__all__ = ["Archive", "read_archive"]

_FORMAT: Final = "archive_format"
# In this order: what torch.jit.save writes has a data.pkl too.
_RELATIVES: Final = {
    "constants.pkl": "a TorchScript archive of torch.jit.save",
    "data.pkl": "a file of torch.save",
    "serialized_exported_program.json": "an archive of an older PyTorch: load it there and save it with a newer one",
}
_MODELS: Final = "models/"
_WEIGHTS: Final = "data/weights/"
_CONSTANTS: Final = "data/constants/"
_EXPECTED: Final = {_FORMAT: b"pt2", "archive_version": b"0"}
_SMALL: Final = 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose JSON was read and whose tensors are still in the file.

    ``stem`` is the folder that all members are in, ``program`` the content of ``models/<model>.json``.
    """

    zip: ZipArchive
    stem: str
    model: str
    program: ExportedProgram
    weights: PayloadConfig
    constants: PayloadConfig

    @property
    def path(self) -> str:
        """The file."""
        return self.zip.path

    def payload(self, name: str) -> PayloadMeta | None:
        """Where the weight, buffer or constant of that qualified name is stored, if anywhere."""
        return self.weights.config.get(name) or self.constants.config.get(name)

    @property
    def lists_payloads(self) -> bool:
        """Whether the archive says of each weight, buffer and constant where it is: one pickle of all does not."""
        one_pickle = (f"{self.stem}/{folder}{self.model}.pt" for folder in (_WEIGHTS, _CONSTANTS))
        return not any(member in self.zip.members for member in one_pickle)

    def payload_member(self, name: str) -> str:
        """The member that says where and how the weight, buffer or constant of that qualified name is stored."""
        folder, kind = (_WEIGHTS, "weights") if name in self.weights.config else (_CONSTANTS, "constants")
        return f"{folder}{self.model}_{kind}_config.json"

    def payload_bytes(self, name: str, prefix: int | None = None) -> bytes | None:
        """The raw bytes of a weight, buffer or constant (the first ``prefix`` ones), or None if it has none.

        A pickled payload has none. Raises `ArchiveError` if the bytes are missing, too many or damaged.
        """
        folder, meta = _WEIGHTS, self.weights.config.get(name)
        if meta is None:
            folder, meta = _CONSTANTS, self.constants.config.get(name)
        if meta is None or meta.use_pickle:
            return None
        return self.zip.read(f"{self.stem}/{folder}{meta.path_name}", self.zip.limits.constant_bytes, prefix)


def read_archive(path: str | os.PathLike[str], limits: Limits | None = None) -> Archive:
    """Read the JSON of the archive at ``path``; raises `ArchiveError` for anything but a sound archive."""
    limits = limits or Limits()
    archive = open_zip(os.fspath(path), limits)
    try:
        stem = _stem(archive)
        _check_header(archive, stem)
        model = _model(archive, stem)
        member = f"{_MODELS}{model}.json"
        program = decode_program(_json(archive, stem, member), member, limits)
        weights = _payloads(archive, stem, _WEIGHTS, model, "weights")
        constants = _payloads(archive, stem, _CONSTANTS, model, "constants")
    except ArchiveError as error:
        raise error.at(archive.path) from None
    return Archive(archive, stem, model, program, weights, constants)


def _stem(archive: ZipArchive) -> str:
    """The folder that holds ``archive_format``; PyTorch names it after the file that was first saved."""
    stems = [name.removesuffix("/" + _FORMAT) for name in archive.members if name.endswith("/" + _FORMAT)]
    top = [stem for stem in stems if "/" not in stem]
    if len(top) != 1:
        found = f"no such member{_resemblance(archive)}" if not top else f"{len(top)} such members"
        raise ArchiveError(ErrorKind.MISSING, _FORMAT, f"is not an archive of torch.export.save: {found}")
    return top[0]


def _resemblance(archive: ZipArchive) -> str:
    """What else of PyTorch's the file seems to be, to be said in its refusal."""
    for member, kind in _RELATIVES.items():
        if any(name == member or name.endswith(f"/{member}") for name in archive.members):
            return f" (it looks like {kind})"
    return ""


def _check_header(archive: ZipArchive, stem: str) -> None:
    for member, expected in _EXPECTED.items():
        text = archive.read(f"{stem}/{member}", _SMALL).strip()
        if text != expected:
            message = f"is {text.decode('ascii', 'backslashreplace')!r}, this reader speaks {expected.decode()!r}"
            raise ArchiveError(ErrorKind.VERSION, member, message)
    order = f"{stem}/byteorder"
    if order in archive.members and (text := archive.read(order, _SMALL).strip()) != b"little":
        message = f"is {text.decode('ascii', 'backslashreplace')!r}, only 'little' is read"
        raise ArchiveError(ErrorKind.UNSUPPORTED, "byteorder", message)


def _model(archive: ZipArchive, stem: str) -> str:
    prefix = f"{stem}/{_MODELS}"
    inside = [name[len(prefix) :] for name in archive.members if name.startswith(prefix)]
    models = [name.removesuffix(".json") for name in inside if name.endswith(".json") and "/" not in name]
    if "model" in models or len(models) == 1:
        return "model" if "model" in models else models[0]
    if models:
        names = ", ".join(sorted(models)[:5])
        raise ArchiveError(ErrorKind.UNSUPPORTED, _MODELS, f"the archive holds {len(models)} programs: {names}")
    raise ArchiveError(ErrorKind.MISSING, f"{_MODELS}model.json", "the archive holds no program (a save that failed?)")


def _json(archive: ZipArchive, stem: str, member: str) -> bytes:
    return archive.read(f"{stem}/{member}", archive.limits.json_bytes)


def _payloads(archive: ZipArchive, stem: str, folder: str, model: str, kind: str) -> PayloadConfig:
    if f"{stem}/{folder}{model}.pt" in archive.members:
        # Before configurations existed, all tensors were one pickle, which is not opened.
        return PayloadConfig({})
    member = f"{folder}{model}_{kind}_config.json"
    return decode_payloads(_json(archive, stem, member), member, archive.limits)
