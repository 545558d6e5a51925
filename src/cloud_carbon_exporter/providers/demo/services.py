"""ServiceSpecs of the made-up estate: kinds, ids and hardware as the imitated clouds have them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from cloud_carbon_exporter.model.language_models import TOKENS
from cloud_carbon_exporter.model.language_models import components as language_model
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.demo import held, spare
from cloud_carbon_exporter.providers.demo.describing import (
    MACHINE_STATES,
    DemoObject,
    parse,
    spec,
)
from cloud_carbon_exporter.providers.demo.listings import (
    ASSETS,
    DATABASES,
    DESCRIBE_DB_CLUSTERS,
    DESCRIBE_DB_INSTANCES,
    DESCRIBE_INSTANCES,
    DESCRIBE_VOLUMES,
    LIST_BUCKETS,
    LIST_MODELS,
    METAL,
    OBJECT_BUCKETS,
    SERVERS,
    VOLUMES,
)
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

PERIOD_SECONDS = 60
"""Length of a Point: reads are free and answer for any window, so it may be short."""

CPU = Metric(into="cpu_ratio", name="cpu", period_seconds=PERIOD_SECONDS)
GPU = Metric(into="gpu_ratio", name="gpu", period_seconds=PERIOD_SECONDS)
TOKEN_METRICS = tuple(
    Metric(into=signal, name=signal, period_seconds=PERIOD_SECONDS) for signal in TOKENS
)
STORED = Metric(into="stored_gib", name="stored", period_seconds=PERIOD_SECONDS)
STORED_BY_CLASS = Metric(
    into="stored_gib", name="stored", class_dimension="class", period_seconds=PERIOD_SECONDS
)


@functools.cache
def _hardware(provider: str, name: str, copies: int) -> tuple[Component, ...]:
    return components(machine(provider, name)) * copies


def _machine_info(name: str, host: Machine) -> Mapping[str, str]:
    told = {"host_type": name, "architecture": host.architecture, "cpu": host.cpu}
    return {key: value for key, value in told.items() if value}


@functools.cache
def _type_info(provider: str, name: str) -> Mapping[str, str]:
    return _machine_info(name, machine(provider, name))


@functools.cache
def _block(part: str, gib: float) -> tuple[Component, ...]:
    return (Component("block", part, gib),)


def _computer(thing: DemoObject, identity: str, disk: str = "") -> Description:
    """Machine or database: nothing runs while it is stopped, all of it twice with a standby.

    disk: the class of the disk that a database brings along, and keeps.
    """
    provider, copies = thing.location.provider, thing.copies
    return thing.described(
        identity,
        running=_hardware(provider, thing.type, copies),
        kept=_block(disk, thing.gib * copies) if disk else (),
        info=_type_info(provider, thing.type),
    )


def _disk(thing: DemoObject, identity: str) -> Description:
    """Disk of the object's size and type, attached or not."""
    attached = "true" if thing.data.get("attached", True) else "false"
    return thing.described(
        identity,
        kept=_block(f"{thing.location.provider}/{thing.type}", thing.gib * thing.copies),
        info={"host_type": thing.type, "attached": attached},
    )


def _bucket(thing: DemoObject, identity: str, part: str) -> Description:
    """Bucket as a GiB for each stored GiB."""
    return thing.described(identity, kept=(Component("object", part, 1.0, per="stored_gib"),))


def _compute_name(thing: DemoObject, collection: str) -> str:
    """Full name of a thing of Compute Engine, which stands in a zone or in a region."""
    where = thing.location
    place = f"zones/{where.zone}" if where.zone else f"regions/{where.region}"
    project = f"compute.googleapis.com/projects/{where.account_id}"
    return f"{project}/{place}/{collection}/{thing.name}"


def _ec2_instance(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _computer(thing, thing.arn("ec2", f"instance/i-0{thing.token}"))


def _ec2_volume(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _disk(thing, thing.arn("ec2", f"volume/vol-0{thing.token}"))


def _rds_instance(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    # Aurora's storage belongs to its cluster.
    disk = "" if raw.get("engine") == "aurora" else "aws/gp3"
    return _computer(thing, thing.arn("rds", f"db:{thing.name}"), disk)


def _rds_cluster(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    volume = Component("block", "aws/aurora", 1.0, per="stored_gib")
    return thing.described(thing.arn("rds", f"cluster:{thing.name}"), kept=(volume,))


def _s3_bucket(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _bucket(thing, f"arn:aws:s3:::{thing.name}", "aws/s3")


def _language_model(raw: Raw, scope: Scope) -> Description:
    """Model by what its tokens take; each made-up team calls it by a profile of its own."""
    thing = parse(raw, scope)
    identity = thing.arn("bedrock", f"application-inference-profile/{thing.token[:12]}")
    info = {"host_type": thing.type, "model": thing.type}
    return thing.described(identity, running=language_model(thing.type), info=info)


def _compute_instance(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _computer(thing, _compute_name(thing, "instances"))


def _compute_disk(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _disk(thing, _compute_name(thing, "disks"))


def _sql_instance(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    identity = f"cloudsql.googleapis.com/projects/{scope.account_id}/instances/{thing.name}"
    return _computer(thing, identity, "gcp/pd-ssd")


def _gcs_bucket(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _bucket(thing, f"storage.googleapis.com/{thing.name}", "gcp/gcs")


def _scaleway_server(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _computer(thing, thing.uuid)


def _metal_server(raw: Raw, scope: Scope) -> Description:
    """Elastic Metal server: its offer says what stands in it, the type's name does not."""
    thing = parse(raw, scope)
    host = machine(
        scope.provider,
        thing.type,
        cpu=raw["cpu"],
        vcpus=raw["threads"],
        memory_gib=raw["memory_gib"],
        ssd_gib=raw["ssd_gib"],
    )
    return thing.described(
        thing.uuid, running=components(host), info=_machine_info(thing.type, host)
    )


def _scaleway_volume(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _disk(thing, thing.uuid)


def _scaleway_database(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    return _computer(thing, thing.uuid, "scaleway/rdb")


def _scaleway_bucket(raw: Raw, scope: Scope) -> Description:
    thing = parse(raw, scope)
    identity = f"{thing.location.region}/{thing.name}"
    return _bucket(thing, identity, "scaleway/object")


_MACHINE = (
    "A made-up machine: its type's processors, memory and accelerators at the load of its hour."
)
_METAL = "A made-up server: its offer's hardware at a default load, as Cockpit has none of it."
_DISK = "A made-up disk: it draws by size and class, attached or not."
_DATABASE = "A made-up database: the machine it runs on, its standby, and the disks it brings."
_MODEL = "A made-up model: an energy for each token of each kind."
_AURORA = "Made-up Aurora storage: six copies."
_BUCKET = "A made-up bucket: it draws by what it holds."

_computers = functools.partial(spec, states=MACHINE_STATES)

SPECS: tuple[ServiceSpec, ...] = (
    _computers(DESCRIBE_INSTANCES, "ec2/instance", _ec2_instance, _MACHINE, CPU, GPU),
    spec(DESCRIBE_VOLUMES, "ec2/volume", _ec2_volume, _DISK),
    _computers(DESCRIBE_DB_INSTANCES, "rds/db_instance", _rds_instance, _DATABASE, CPU),
    spec(DESCRIBE_DB_CLUSTERS, "rds/db_cluster", _rds_cluster, _AURORA, STORED),
    spec(LIST_BUCKETS, "s3/bucket", _s3_bucket, _BUCKET, STORED_BY_CLASS),
    spec(LIST_MODELS, "bedrock/foundation_model", _language_model, _MODEL, *TOKEN_METRICS),
    _computers(ASSETS, "compute/instance", _compute_instance, _MACHINE, CPU),
    spec(ASSETS, "compute/disk", _compute_disk, _DISK),
    spec(ASSETS, "compute/region_disk", _compute_disk, _DISK),
    _computers(ASSETS, "sql/instance", _sql_instance, _DATABASE, CPU),
    spec(ASSETS, "storage/bucket", _gcs_bucket, _BUCKET, STORED_BY_CLASS),
    _computers(SERVERS, "instance/server", _scaleway_server, _MACHINE, CPU),
    _computers(METAL, "baremetal/server", _metal_server, _METAL),
    spec(VOLUMES, "block/volume", _scaleway_volume, _DISK),
    _computers(DATABASES, "rdb/instance", _scaleway_database, _DATABASE, CPU),
    spec(OBJECT_BUCKETS, "object/bucket", _scaleway_bucket, _BUCKET, STORED_BY_CLASS),
    *held.SPECS,
    *spare.SPECS,
)
