"""Files of a bill: those of an export that count, by their form, in a folder and below it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cloud_carbon_exporter.bills import versions
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.versions import Manifest, is_manifest, manifest

_SUFFIXES: Mapping[str, str] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".csv.zst": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json.gz": "json",
    ".jsonl.gz": "json",
    ".ndjson.gz": "json",
}
_READ_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Files:
    """Files of a bill by their form. told: what was left out, in words."""

    by_form: Mapping[str, tuple[str, ...]]
    told: tuple[str, ...] = ()


def form_of(path: str) -> str:
    """Form of a file by its name; empty for what holds no rows, such as a manifest."""
    name = path.lower()
    # What AWS' exports lay beside the data, and is no row of it: manifests, and a status.
    status = "cost_and_usage_data_status" in PurePosixPath(name).parts
    if status or name.endswith(("manifest.json", "metadata.json")):
        return ""
    return _SUFFIXES.get(ending_of(name), "")


def ending_of(path: str) -> str:
    """Ending of a name that tells the form of a file, as long as it is; empty where none does."""
    name = path.lower()
    return max((end for end in _SUFFIXES if name.endswith(end)), key=len, default="")


def counting(paths: Sequence[str], manifests: Iterable[Manifest | None]) -> versions.Kept:
    """Files of rows among paths, the newest version of each month.

    Raises BadBill where there is none, and where a month is not whole or stands there several
    times.
    """
    data = [path for path in paths if form_of(path)]
    if not data:
        raise BadBill(f"holds no file that ends in {', '.join(_SUFFIXES)}")
    try:
        return versions.newest(data, [each for each in manifests if each])
    except versions.ManyVersions as error:
        raise BadBill(
            f"holds {error} several times, and no manifest says which is the newest: copy the "
            "manifests too, or keep one folder of that month"
        ) from None
    except versions.Missing as error:
        raise BadBill(
            f"is not whole: its manifest names {error}, which is not there: copy it again"
        ) from None


def replaced_words(kept: versions.Kept) -> tuple[str, ...]:
    """What is said of the files that newer ones replace."""
    if not kept.replaced:
        return ()
    return (f"left out: older versions of months (files {kept.replaced}, months {kept.months})",)


def files_of(path: str) -> Files:
    """Files of a bill: one file, or all in a folder that count.

    Raises BadBill where there is none.
    """
    root = Path(path)
    if not root.exists():
        raise BadBill("is not there")
    if not root.is_dir():
        if not root.stat().st_size:
            raise BadBill("is empty")
        kept = counting([root.name], ())
        return Files({form_of(root.name): (str(root),)}, replaced_words(kept))
    # As from a bucket, what is empty holds no rows: a marker, or a copy that was cut.
    there = sorted(file for file in root.rglob("*") if file.is_file() and file.stat().st_size)
    if not there:
        raise BadBill("is empty")
    # The folder itself may be the month: its name is part of what a manifest says.
    within = {file.relative_to(root.absolute().parent).as_posix(): file for file in _whole(there)}
    told = (_read(name, file) for name, file in within.items() if is_manifest(name))
    kept = counting(tuple(within), told)
    once = list(_once([within[name] for name in kept.files]))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in once:
        found[form_of(file.name)].append(str(file))
    words = list(replaced_words(kept))
    if copies := len(kept.files) - len(once):
        words.append(f"left out: copies of other files ({copies})")
    return Files({form: tuple(files) for form, files in found.items()}, tuple(words))


def _whole(files: Iterable[Path]) -> Iterator[Path]:
    for file in files:
        yield file.absolute()


def _read(name: str, file: Path) -> Manifest | None:
    if file.stat().st_size > _LONGEST_MANIFEST:
        return None
    return manifest(name, file.read_text(encoding="utf-8", errors="replace"))


def _once(files: Sequence[Path]) -> Iterator[Path]:
    """Files, each content once: two that hold the same bytes hold the same rows."""
    sizes: defaultdict[int, list[Path]] = defaultdict(list)
    for file in files:
        sizes[file.stat().st_size].append(file)
    seen: set[str] = set()
    for file in files:
        if len(sizes[file.stat().st_size]) > 1:
            digest = _digest(file)
            if digest in seen:
                continue
            seen.add(digest)
        yield file


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()
