"""Bills in a bucket of S3 or Cloud Storage: what counts of them, copied here while it is read."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.files import counting, ending_of, replaced_words
from cloud_carbon_exporter.bills.versions import Manifest, is_manifest, manifest
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws.client import bucket as s3
from cloud_carbon_exporter.providers.gcp.client import bucket as storage
from cloud_carbon_exporter.providers.stored import Bucket, Stored

_PART_BYTES = 8 << 20
_AT_ONCE = 4
_LONGEST_MANIFEST = 16 << 20
_GIB = 1 << 30
_OPENED: Mapping[str, Callable[[str], AbstractAsyncContextManager[Bucket]]] = {
    "s3": s3.opened,
    "gs": storage.opened,
}


@dataclass(frozen=True, slots=True)
class Found:
    """Objects of a bill that count. told: what was left out, in words."""

    objects: tuple[Stored, ...]
    told: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(each.size for each in self.objects)


def is_url(path: str) -> bool:
    """Whether a path is the URL of something on another machine."""
    return "://" in path


def copy(url: str, folder: Path, most_bytes: int) -> tuple[str, ...]:
    """Copy the bill at a URL into a folder; what was left out of it, in words.

    Raises BadBill where it is too large, where there is none, and where it may not be read.
    """
    try:
        return asyncio.run(_copied(url, folder, most_bytes))
    except CollectError as error:
        raise BadBill(f"cannot be read: {error}") from None


async def _copied(url: str, folder: Path, most_bytes: int) -> tuple[str, ...]:
    parts = urlsplit(url)
    if parts.scheme not in _OPENED or not parts.netloc:
        raise BadBill("is no bill that can be read: s3://BUCKET/PREFIX and gs://BUCKET/PREFIX are")
    # A name may hold ? and #, which are nothing but letters there.
    prefix = url.partition("://")[2].partition("/")[2]
    async with _OPENED[parts.scheme](parts.netloc) as bucket:
        found = await _found(bucket, prefix)
        _check_size(found, folder, most_bytes)
        # Names are theirs, and may be of any length and shape: files here have numbers.
        turns = asyncio.Semaphore(_AT_ONCE)
        saving: list[Coroutine[None, None, None]] = []
        for number, each in enumerate(found.objects):
            path = folder / f"{number:06}{ending_of(each.name)}"
            saving.append(_save(bucket, each, path, turns))
        await asyncio.gather(*saving)
    return found.told


async def _found(bucket: Bucket, prefix: str) -> Found:
    objects: dict[str, Stored] = {}
    manifests: list[Manifest | None] = []
    async for each in _in_folder(bucket, prefix):
        if is_manifest(each.name) and each.size <= _LONGEST_MANIFEST:
            text = await bucket.part(each.name, 0, each.size - 1) if each.size else b""
            manifests.append(manifest(each.name, text.decode("utf-8", errors="replace")))
        elif each.size:
            objects[each.name] = each
    if not objects:
        raise BadBill("holds nothing: the bucket has no such object, and none below it")
    kept = counting(tuple(objects), manifests)
    return Found(tuple(objects[name] for name in kept.files), replaced_words(kept))


async def _in_folder(bucket: Bucket, prefix: str) -> AsyncIterator[Stored]:
    """Objects of that name or below it: exports/2026 has nothing of exports/2026-old."""
    folder = f"{prefix.rstrip('/')}/" if prefix else ""
    async for each in bucket.below(prefix.rstrip("/")):
        if each.name == prefix or each.name.startswith(folder):
            yield each


def _check_size(found: Found, folder: Path, most_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if found.size > most_bytes:
        raise BadBill(
            f"is {found.size / _GIB:.1f} GiB, more than -from.most allows "
            f"({most_bytes / _GIB:g} GiB): say more, or a folder of fewer months"
        )
    if found.size > free:
        raise BadBill(
            f"is {found.size / _GIB:.1f} GiB, and {folder.parent} has {free / _GIB:.1f} free: "
            "TMPDIR names another place"
        )


async def _save(bucket: Bucket, each: Stored, path: Path, turns: asyncio.Semaphore) -> None:
    async with turns:
        with path.open("wb") as file:
            for first in range(0, each.size, _PART_BYTES):
                last = min(first + _PART_BYTES, each.size) - 1
                part = await bucket.part(each.name, first, last)
                if len(part) != last - first + 1:
                    raise BadBill(f"changed while it was read: {each.name} has another size")
                file.write(part)
