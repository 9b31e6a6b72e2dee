"""The zip reader agrees with Python's on sound archives and refuses all others in bounded memory."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from refimpl.export import ArchiveError, ErrorKind, Limits
from refimpl.export._zip import open_zip
from refimpl.export.writer import zip_bytes
from tests.export.support import ARCHIVES, SMALL, members_of, python_zip, refusal

MEMBERS = {"a/one": b"first", "a/two": b"second " * 1000, "a/.data/version": b"6\n", "a/empty": b""}


def _opened(data: bytes, folder: Path, limits: Limits | None = None) -> dict[str, bytes]:
    path = folder / "made.zip"
    path.write_bytes(data)
    archive = open_zip(str(path), limits or Limits())
    return {name: archive.read(name, 1 << 30) for name in archive.members}


def _refused(data: bytes, folder: Path, limits: Limits | None = None) -> ArchiveError:
    with pytest.raises(ArchiveError) as caught:
        _opened(data, folder, limits)
    return caught.value


@pytest.mark.parametrize("path", ARCHIVES[::6], ids=lambda path: path.stem)
def test_members_are_those_that_pythons_reader_finds(path: Path) -> None:
    archive = open_zip(str(path), Limits())
    assert {name: archive.read(name, 1 << 30) for name in archive.members} == members_of(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reads_what_pythons_writer_writes(compression: int, tmp_path: Path) -> None:
    assert _opened(python_zip(MEMBERS, compression), tmp_path) == MEMBERS


@pytest.mark.parametrize("compress", [False, True])
def test_python_reads_what_the_writer_writes(compress: bool, tmp_path: Path) -> None:
    path = tmp_path / "written.zip"
    path.write_bytes(zip_bytes(MEMBERS, compress=compress))
    assert members_of(path) == MEMBERS
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


def test_zip64_sizes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a/big", "w", force_zip64=True) as member:
        member.write(b"content")
    assert _opened(path.read_bytes(), tmp_path) == {"a/big": b"content"}


def test_a_prefix_reads_only_that_much(tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    path.write_bytes(python_zip(MEMBERS, zipfile.ZIP_DEFLATED))
    assert open_zip(str(path), Limits()).read("a/two", 100, prefix=6) == b"second"


def test_a_directory_and_a_missing_file_are_no_archives(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.pt2"):
        with pytest.raises(ArchiveError) as caught:
            open_zip(str(path), Limits())
        assert caught.value.kind is ErrorKind.FILE


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match="not a regular file"):
        open_zip(str(tmp_path / "pipe"), Limits())


def test_a_name_with_a_nul_is_no_file() -> None:
    with pytest.raises(ArchiveError) as caught:
        open_zip("a\0b", Limits())
    assert caught.value.kind is ErrorKind.FILE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"PK", "not a zip archive"),
        (b"\x80\x02}q\x00." * 100, "not a zip archive"),
        (SMALL.read_bytes()[:5000], "truncated"),
        (b"PK\x05\x06" + b"\xff" * 18, "split"),
    ],
    ids=["empty", "two bytes", "a pickle", "truncated", "nonsense"],
)
def test_what_is_no_zip_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    error = refusal(data, tmp_path)
    assert error.kind is ErrorKind.ZIP
    assert words in error.message


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    whole = SMALL.read_bytes()
    for size in range(0, len(whole) - 1, 997):
        assert refusal(whole[:size], tmp_path).kind is ErrorKind.ZIP


@pytest.mark.parametrize("name", ["../up", "/absolute", "a//b", "a\\b", "a/./b", "a/\x01b", "a/\u202eb"])
def test_unsafe_names_are_refused(name: str, tmp_path: Path) -> None:
    error = _refused(zip_bytes({"a/one": b"x", name: b"y"}), tmp_path)
    assert error.kind is ErrorKind.ZIP
    assert "unsafe name" in error.message


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    data = zip_bytes({"a/one": b"x", "a/two": b"y"}).replace(b"a/two", b"a/one")
    assert "two members" in _refused(data, tmp_path).message


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    data = zip_bytes(MEMBERS).replace(b"first", b"fyrst", 1)
    assert "checksum" in _refused(data, tmp_path).message


def test_damaged_compressed_data_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a/two": bytes(range(256)) * 40}, compress=True))
    data[60:80] = b"\xff" * 20
    assert _refused(bytes(data), tmp_path).kind is ErrorKind.ZIP


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a/one": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in _refused(bytes(data), tmp_path).message


def test_other_compression_methods_are_refused(tmp_path: Path) -> None:
    assert "method 14" in _refused(python_zip({"a/one": b"x"}, zipfile.ZIP_LZMA), tmp_path).message


@pytest.mark.parametrize(
    "limits",
    [
        Limits(members=3),
        Limits(archive_bytes=100),
        Limits(directory_bytes=100),
    ],
    ids=["members", "archive", "directory"],
)
def test_limits_are_kept(limits: Limits, tmp_path: Path) -> None:
    assert _refused(zip_bytes(MEMBERS), tmp_path, limits).kind is ErrorKind.LIMIT


def test_a_member_that_inflates_beyond_its_declared_size_is_cut_and_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a/two": b"z" * 500_000}, compress=True))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(magic) + offset, 1000)
    assert "checksum" in _refused(bytes(data), tmp_path).message


@pytest.mark.parametrize("honest", [True, False], ids=["declared", "lying"])
def test_a_bomb_is_refused_in_little_memory(honest: bool, tmp_path: Path) -> None:
    """A quarter of a gigabyte of blanks in the place of the program, its size declared, or declared as small."""
    path = tmp_path / "bomb.pt2"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"archive_format": b"pt2", "archive_version": b"0", "byteorder": b"little"}.items():
            archive.writestr(f"a/{name}", data)
        with archive.open("a/models/model.json", "w") as member:
            for _ in range(16):
                member.write(b" " * (16 << 20))
    if not honest:
        raw = bytearray(path.read_bytes())
        at = raw.rindex(b"PK\x01\x02")
        struct.pack_into("<L", raw, at + 24, 60 << 20)
        path.write_bytes(raw)
    code = """
import sys
def peak():  # of this process image alone: ru_maxrss would start at the size of the process that forked it
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM"))
from refimpl.export import ArchiveError, Limits, load
try:
    load(sys.argv[1], limits=Limits(compression_ratio=10**9) if sys.argv[2] == "lying" else None)
except ArchiveError as error:
    print(error.kind, peak())
"""
    command = [sys.executable, "-c", code, str(path), "honest" if honest else "lying"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    kind, kibibytes = done.stdout.split()
    assert kind == ("limit" if honest else "zip")
    assert int(kibibytes) < 200 * 1024
