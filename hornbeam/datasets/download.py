"""Finding the file of a dataset: here already, or downloaded once."""

import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path

BLOCK = 1 << 20


def folders() -> list[Path]:
    """Where the files of datasets are kept; the first is where new ones go."""
    homes = [os.environ.get(f"{name.upper()}_HOME") or Path.home() / f".{name}" for name in ("hornbeam", "keras")]
    return [Path(home) / "datasets" for home in homes]


def find_or_download(path: str, origin: str, sha256: str) -> Path:
    """The file `path` of a dataset, downloaded from `origin` where it is not here yet.

    An absolute path is taken as it is. A relative one is looked for in `~/.hornbeam/datasets` and `~/.keras/datasets`.
    What is downloaded lies beside its place, under a name of its own, until its checksum was found right.

    Raises:
        FileNotFoundError: the file is not here and cannot be downloaded, or the absolute path leads nowhere.
        ValueError: what came is not what was published.
    """
    if os.path.isabs(path):
        if not os.path.isfile(path):
            raise FileNotFoundError(f"There is no file {path}. A name without folders would be downloaded.")
        return Path(path)
    for folder in folders():
        if (folder / path).is_file():
            return folder / path
    target = folders()[0] / path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        found = download(origin, part)
        if found != sha256:
            raise ValueError(f"{origin} gave a file with SHA-256 {found}, expected {sha256}; it was not kept.")
        part.replace(target)
    except urllib.error.URLError as error:
        raise FileNotFoundError(
            f"{path} is not in {' or '.join(map(str, folders()))} and {origin} cannot be reached ({error.reason}). "
            f"Put the file into one of these folders, or give its absolute path."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def download(origin: str, target: Path) -> str:
    """Write what `origin` gives to `target`; its SHA-256 comes back."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(origin, timeout=60) as source, open(target, "wb") as file:
        while block := source.read(BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()
