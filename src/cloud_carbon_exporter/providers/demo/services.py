"""The ServiceSpecs of the made-up estate: the same kinds, ids and hardware as the clouds they
imitate.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.demo import blueprints as made
from cloud_carbon_exporter.providers.demo import held
from cloud_carbon_exporter.providers.demo.describing import LISTINGS, spec, uuid
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

PERIOD_SECONDS = 60
"""Reads are free and answer for any window, so Points may be as short as the time between two
reads.
"""

CPU = Metric(into="cpu_ratio", name="cpu", period_seconds=PERIOD_SECONDS)
GPU = Metric(into="gpu_ratio", name="gpu", period_seconds=PERIOD_SECONDS)
STORED = Metric(into="stored_gib", name="stored", period_seconds=PERIOD_SECONDS)
STORED_BY_CLASS = Metric(
    into="stored_gib", name="stored", class_dimension="StorageType", period_seconds=PERIOD_SECONDS
)


@functools.cache
def _hardware(provider: str, name: str, copies: int) -> tuple[Component, ...]:
    return components(machine(provider, name)) * copies


@functools.cache
def _told(provider: str, name: str) -> Mapping[str, str]:
    known = machine(provider, name)
    told = {"host_type": name, "architecture": known.architecture, "cpu": known.cpu}
    return {key: value for key, value in told.items() if value}


@functools.cache
def _block(part: str, gib: float) -> tuple[Component, ...]:
    return (Component("block", part, gib),)


def _resource(
    raw: Raw, scope: Scope, kind: str, identity: str, parts: tuple[Component, ...]
) -> Resource:
    return Resource(
        id=identity,
        kind=kind,
        name=raw["name"],
        location=scope.location(raw["region"], raw["zone"]),
        components=parts,
        tags=raw["tags"],
        monitor={"id": raw["id"], "profile": raw["profile"]},
    )


def _computer(raw: Raw, scope: Scope, kind: str, identity: str, disk: str = "") -> Resource:
    """A machine or database: nothing while stopped, twice with a standby; `disk` is what a database
    brings along.
    """
    copies = raw.get("copies", 1)
    storage = _block(disk, float(raw["gib"] * copies)) if disk else ()
    stopped = raw.get("state") == "stopped"
    return Resource(
        id=identity,
        kind=kind,
        name=raw["name"],
        location=scope.location(raw["region"], raw["zone"]),
        components=storage if stopped else _hardware(scope.provider, raw["type"], copies) + storage,
        tags=raw["tags"],
        monitor={} if stopped else {"id": raw["id"], "profile": raw["profile"]},
        info=_told(scope.provider, raw["type"]),
    )


def _arn(service: str, raw: Raw, scope: Scope, rest: str) -> str:
    return f"arn:aws:{service}:{raw['region']}:{scope.account_id}:{rest}"


def _ec2_instance(raw: Raw, scope: Scope) -> Resource:
    return _computer(
        raw, scope, "ec2/instance", _arn("ec2", raw, scope, f"instance/i-0{raw['id']}")
    )


def _ec2_volume(raw: Raw, scope: Scope) -> Resource:
    identity = _arn("ec2", raw, scope, f"volume/vol-0{raw['id']}")
    return _disk(
        raw, scope, "ec2/volume", identity, _block(f"aws/{raw['type']}", float(raw["gib"]))
    )


def _rds_instance(raw: Raw, scope: Scope) -> Resource:
    disk = (
        "" if raw.get("engine") == "aurora" else "aws/gp3"
    )  # Aurora's storage belongs to its cluster
    return _computer(
        raw, scope, "rds/db_instance", _arn("rds", raw, scope, f"db:{raw['name']}"), disk
    )


def _rds_cluster(raw: Raw, scope: Scope) -> Resource:
    parts = (Component("block", "aws/aurora", 1.0, per="stored_gib"),)
    return _resource(
        raw, scope, "rds/db_cluster", _arn("rds", raw, scope, f"cluster:{raw['name']}"), parts
    )


def _s3_bucket(raw: Raw, scope: Scope) -> Resource:
    parts = (Component("object", "aws/s3", 1.0, per="stored_gib"),)
    return _resource(raw, scope, "s3/bucket", f"arn:aws:s3:::{raw['name']}", parts)


def _compute(raw: Raw, scope: Scope, collection: str) -> str:
    where = f"zones/{raw['zone']}" if raw["zone"] else f"regions/{raw['region']}"
    return f"compute.googleapis.com/projects/{scope.account_id}/{where}/{collection}/{raw['name']}"


def _disk(
    raw: Raw, scope: Scope, kind: str, identity: str, parts: tuple[Component, ...]
) -> Resource:
    info = {"host_type": raw["type"], "attached": "true" if raw.get("attached", True) else "false"}
    return replace(_resource(raw, scope, kind, identity, parts), info=info)


def _compute_instance(raw: Raw, scope: Scope) -> Resource:
    return _computer(raw, scope, "compute/instance", _compute(raw, scope, "instances"))


def _compute_disk(raw: Raw, scope: Scope) -> Resource:
    gib = float(raw["gib"] * raw.get("copies", 1))
    return _disk(
        raw, scope, raw["kind"], _compute(raw, scope, "disks"), _block(f"gcp/{raw['type']}", gib)
    )


def _sql_instance(raw: Raw, scope: Scope) -> Resource:
    identity = f"cloudsql.googleapis.com/projects/{scope.account_id}/instances/{raw['name']}"
    return _computer(raw, scope, "sql/instance", identity, "gcp/pd-ssd")


def _gcs_bucket(raw: Raw, scope: Scope) -> Resource:
    parts = (Component("object", f"gcp/gcs/{raw['type']}", 1.0, per="stored_gib"),)
    return _resource(raw, scope, "storage/bucket", f"storage.googleapis.com/{raw['name']}", parts)


def _scaleway_server(raw: Raw, scope: Scope) -> Resource:
    return _computer(raw, scope, "instance/server", uuid(raw))


def _metal_server(raw: Raw, scope: Scope) -> Resource:
    """Elastic Metal's offers say what stands in the server."""
    server = machine(
        scope.provider,
        raw["type"],
        cpu=raw["cpu"],
        vcpus=raw["threads"],
        memory_gib=raw["memory_gib"],
        ssd_gib=raw["ssd_gib"],
    )
    info = {"host_type": raw["type"], "architecture": server.architecture, "cpu": server.cpu}
    return replace(
        _resource(raw, scope, "baremetal/server", uuid(raw), components(server)), info=info
    )


def _scaleway_volume(raw: Raw, scope: Scope) -> Resource:
    return _disk(
        raw, scope, "block/volume", uuid(raw), _block(f"scaleway/{raw['type']}", float(raw["gib"]))
    )


def _scaleway_database(raw: Raw, scope: Scope) -> Resource:
    return _computer(raw, scope, "rdb/instance", uuid(raw), "scaleway/rdb")


def _scaleway_bucket(raw: Raw, scope: Scope) -> Resource:
    parts = (Component("object", f"scaleway/object/{raw['type']}", 1.0, per="stored_gib"),)
    return _resource(raw, scope, "object/bucket", f"{raw['region']}/{raw['name']}", parts)


_MACHINE = (
    "A made-up machine: its type's processors, memory and accelerators at the load of its hour."
)
_DISK = "A made-up disk: it draws by size and class, attached or not."
_DATABASE = "A made-up database: the machine it runs on, its standby, and the disks it brings."
_BUCKET = "A made-up bucket: it draws by what it holds."

SPECS: tuple[ServiceSpec, ...] = (
    spec(LISTINGS[made.DESCRIBE_INSTANCES], "ec2/instance", _ec2_instance, _MACHINE, CPU, GPU),
    spec(LISTINGS[made.DESCRIBE_VOLUMES], "ec2/volume", _ec2_volume, _DISK),
    spec(LISTINGS[made.DESCRIBE_DB_INSTANCES], "rds/db_instance", _rds_instance, _DATABASE, CPU),
    spec(
        LISTINGS[made.DESCRIBE_DB_CLUSTERS],
        "rds/db_cluster",
        _rds_cluster,
        "Made-up Aurora storage: six copies.",
        STORED,
    ),
    spec(LISTINGS[made.LIST_BUCKETS], "s3/bucket", _s3_bucket, _BUCKET, STORED_BY_CLASS),
    spec(LISTINGS[made.ASSETS], "compute/instance", _compute_instance, _MACHINE, CPU),
    spec(LISTINGS[made.ASSETS], "compute/disk", _compute_disk, _DISK),
    spec(LISTINGS[made.ASSETS], "compute/region_disk", _compute_disk, _DISK),
    spec(LISTINGS[made.ASSETS], "sql/instance", _sql_instance, _DATABASE, CPU),
    spec(LISTINGS[made.ASSETS], "storage/bucket", _gcs_bucket, _BUCKET, STORED),
    spec(LISTINGS[made.SERVERS], "instance/server", _scaleway_server, _MACHINE, CPU, GPU),
    spec(LISTINGS[made.METAL], "baremetal/server", _metal_server, _MACHINE, CPU),
    spec(LISTINGS[made.VOLUMES], "block/volume", _scaleway_volume, _DISK),
    spec(LISTINGS[made.DATABASES], "rdb/instance", _scaleway_database, _DATABASE, CPU),
    spec(LISTINGS[made.OBJECT_BUCKETS], "object/bucket", _scaleway_bucket, _BUCKET, STORED),
    *held.SPECS,
)
