"""Files and archives: written whole or not at all, read member by member within a budget."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import socket
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from hornbeam.core.errors import ModelFormatError

MIB = 1 << 20
CONFIG_LIMIT = 64 * MIB
METADATA_LIMIT = MIB
MAX_RATIO = 100
MAX_MEMBERS = 10_000
IN_MEMORY = 256 * MIB
CHUNK = MIB
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)

_active: set[str] = set()


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A file to write that becomes `path` when the block ends well: flushed to disk first, then renamed.

    On an error, or if the process is killed at any instant, `path` is as it was. What a killed process left beside it
    is removed by the next call for the same path.

    Example:
        >>> with replacing("m.keras") as file:
        ...     file.write(b"...")
    """
    target = Path(os.path.realpath(path))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    _remove_leftovers(target)
    temporary = target.with_name(f"{_prefix(target)}{os.getpid()}-{secrets.token_hex(4)}.part")
    _active.add(temporary.name)
    try:
        with open(temporary, "xb+") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
        _sync_directory(target.parent)
    finally:
        _active.discard(temporary.name)
        temporary.unlink(missing_ok=True)


def _prefix(target: Path) -> str:
    host = zlib.crc32(socket.gethostname().encode())
    return f".{target.name[:150]}.{host:08x}-"


def _remove_leftovers(target: Path) -> None:
    prefix = _prefix(target)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"Cannot save {target}: the folder {target.parent} does not exist.")
    for entry in os.scandir(target.parent):
        if entry.name.startswith(prefix) and entry.name.endswith(".part") and entry.name not in _active:
            process = entry.name.removeprefix(prefix).partition("-")[0]
            if process.isdecimal() and (int(process) == os.getpid() or not _alive(int(process))):
                Path(entry.path).unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":  # Windows cannot open a directory
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_archive(path: str | os.PathLike[str], members: Iterable[tuple[str, Any]]) -> None:
    """Write a zip of `(name, bytes or readable file)`, uncompressed as Keras does, in place of `path` at once."""
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                archive.writestr(info, content)
                continue
            content.seek(0)
            with archive.open(info, "w", force_zip64=True) as member:
                while block := content.read(CHUNK):
                    member.write(block)


class Archive:
    """A `.keras` file, open for reading; every member is checked before any is read.

    Args:
        path: the file.
        known: names of members that may be there; any other is refused.

    Raises:
        FileNotFoundError: there is no such file.
        ModelFormatError: it is no zip, is cut short, or holds anything that a `.keras` file does not.
    """

    def __init__(self, path: str | os.PathLike[str], known: tuple[str, ...]) -> None:
        self.path = os.fspath(path)
        self.name = os.path.basename(self.path)
        if not os.path.exists(self.path):
            raise FileNotFoundError(f"There is no file {self.path!r} to load.")
        if os.path.isdir(self.path):
            raise self.broken("it is a folder")
        self.file = open(self.path, "rb")  # noqa: SIM115 - closed by `close`
        try:
            self.zip = zipfile.ZipFile(self.file)
            self.members = self._members(known)
        except ModelFormatError:
            self.file.close()
            raise
        except BROKEN as error:
            self.file.close()
            raise self.broken(f"it is no zip archive, or is cut short: {error}") from None

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.zip.close()
        self.file.close()

    def broken(self, why: str) -> ModelFormatError:
        """The error for a file that is not what it should be."""
        return ModelFormatError(f"{self.name} is not a whole .keras file ({why}).")

    def _members(self, known: tuple[str, ...]) -> dict[str, zipfile.ZipInfo]:
        infos = self.zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise self.broken(f"it has {len(infos)} members")
        self._check_end()
        members: dict[str, zipfile.ZipInfo] = {}
        end = 0
        for info in sorted(infos, key=lambda info: info.header_offset):
            name = info.filename
            if name in members:
                raise self.broken(f"member {name!r:.80} is there twice")
            if name not in known:
                raise self.broken(f"unexpected member {name!r:.80}")
            if info.flag_bits & 0x1:
                raise self.broken(f"member {name!r} is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.broken(f"member {name!r} is compressed in an unknown way ({info.compress_type})")
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG) or info.is_dir():
                raise self.broken(f"member {name!r} is not a regular file")
            if info.header_offset < end or (not members and info.header_offset != 0):
                raise self.broken(f"member {name!r} does not lie where it should")
            end = info.header_offset + 30 + len(name.encode()) + info.compress_size
            members[name] = info
        return members

    def _check_end(self) -> None:
        """The directory of the zip is the last thing in the file: nothing hides behind it."""
        self.file.seek(0, os.SEEK_END)
        size = self.file.tell()
        self.file.seek(max(0, size - 22 - len(self.zip.comment)))
        if self.file.read(4) != b"PK\x05\x06":
            raise self.broken("there is something behind its end")

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a member, of at most `limit`, counted while they are inflated."""
        with contextlib.closing(self._copy(name, limit, io.BytesIO())) as buffer:
            return buffer.getvalue()

    def open(self, name: str, limit: int) -> IO[bytes]:
        """A member as a file of its own (in memory, or a nameless temporary file if large)."""
        info = self._info(name)
        spool: Any = io.BytesIO() if info.file_size <= IN_MEMORY else tempfile.TemporaryFile()  # noqa: SIM115
        return self._copy(name, limit, spool)

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self.members:
            raise self.broken(f"member {name!r} is missing")
        return self.members[name]

    def _copy(self, name: str, limit: int, target: Any) -> Any:
        info = self._info(name)
        count = 0
        try:
            with self.zip.open(info) as member:
                while block := member.read(CHUNK):
                    count += len(block)
                    if count > limit:
                        raise self.broken(f"member {name!r} has more than {limit} bytes")
                    if count > MIB and count > MAX_RATIO * max(1, info.compress_size):
                        raise self.broken(f"member {name!r} inflates to more than {MAX_RATIO} times its size")
                    target.write(block)
        except ModelFormatError:
            target.close()
            raise
        except BROKEN as error:
            target.close()
            raise self.broken(f"member {name!r} is damaged: {error}") from None
        target.seek(0)
        return target
