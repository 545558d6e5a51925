"""EFS, FSx, ECR, EBS snapshots, and every storage class of S3."""

from __future__ import annotations

import pytest
from tests.fakes.aws_replay import ReplayClient, described, recording
from tests.providers.aws.parts import PARIS, footprint, parts, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.providers.aws.describing.file_servers import (
    lustre_memory_gib,
    memory_of_server_gib,
)
from cloud_carbon_exporter.providers.aws.services import (
    ecr_repository,
    efs_file_system,
    fsx_file_system,
)


async def test_efs_by_class_and_by_zone() -> None:
    resources = await described("efs/file_system", "efs_file_system")
    assert parts(resources["home"]) == {
        "file aws/efs/Standard": 100,
        "file aws/efs/IA": 10,
        "file aws/efs/Archive": 1,
    }
    assert parts(resources["fs-2"]) == {"file aws/efs-one-zone": 20, "file aws/efs-one-zone/IA": 10}
    assert resources["fs-2"].location.zone == "eu-west-3a"
    assert parts(resources["fs-3"]) == {"file aws/efs/Standard": pytest.approx(6144 / 2**30)}
    assert set(resources) == {"home", "fs-2", "fs-3"}
    # every class has its figure; how much drives of the colder ones rest is a guess
    reasons = {name: footprint(each).reason for name, each in resources.items()}
    assert reasons["fs-3"] == ""
    assert reasons["fs-2"] == "assumed watts of aws/efs-one-zone/IA"
    assert not [reason for reason in reasons.values() if "unknown" in reason]


def test_an_empty_file_system_draws_nothing() -> None:
    raw = {"FileSystemId": "fs-9", "FileSystemArn": "arn:aws:efs:x", "SizeInBytes": {"Value": 0}}
    resource = efs_file_system.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert watts(resource) == 0


async def test_fsx_storage_and_servers() -> None:
    resources = await described("fsx/file_system", "fsx_file_system")
    assert parts(resources["shares"]) == {"file aws/fsx-hdd": 2000, "vcpu": 4, "memory": 8}, (
        "a standby in another zone"
    )
    assert parts(resources["fs-0000000c"]) == {
        "file aws/fsx/ontap": 1024,
        "vcpu": pytest.approx(4 * 3072 / 20 / 8),
        "memory": pytest.approx(4 * 3072 / 20),
    }, "two pairs"
    assert parts(resources["fs-0000000d"]) == {
        "file aws/fsx-hdd per stored_gib": 1,
        "file aws/fsx/openzfs": 1000,
        "vcpu": 4,
        "memory": 32,
    }, "elastic storage, and a cache in each zone"
    assert parts(resources["fs-00000010"]) == {
        "file aws/fsx/openzfs": 1000,
        "ssd ssd": pytest.approx(2 * 160e9 / 2**30),
        "vcpu": 8,
        "memory": 64,
    }, "a pair in one zone, on one set of volumes"
    assert "fs-0000000e" not in resources
    assert footprint(resources["shares"]).basis == "assumed"
    assert resources["shares"].monitor == {"FileSystemId": "fs-0000000a"}


async def test_servers_of_lustre_grow_with_its_storage_and_throughput() -> None:
    """As AWS names their memory: 27.3 GiB caches of each TiB at 1,000 MB/s, 1.5 GiB on disks."""
    resources = await described("fsx/file_system", "fsx_file_system")
    fast, large = resources["fs-0000000b"], resources["fs-0000000f"]
    metadata_gib = 2 * 16
    memory_gib = 10 * 27.3 / 0.7 + metadata_gib
    assert parts(fast) == {
        "file aws/fsx/lustre": 10240,
        "vcpu": pytest.approx(memory_gib / 8),
        "memory": pytest.approx(memory_gib),
    }
    assert parts(large) == {
        "file aws/fsx-hdd": 122880,
        "file aws/fsx/lustre": pytest.approx(0.2 * 122880),
        "vcpu": pytest.approx((120 * 1.5 / 0.7 + 16) / 8),
        "memory": pytest.approx(120 * 1.5 / 0.7 + 16),
    }
    assert fast.monitor == large.monitor == {}, "CloudWatch tells it server by server"


@pytest.mark.parametrize(
    ("product", "deployment", "throughput", "memory_gb"),
    [
        # as the guides of FSx name it: of a Windows server the whole, of OpenZFS what caches
        ("windows", "SINGLE_AZ_2", 32, 4),
        ("windows", "SINGLE_AZ_2", 128, 8),
        ("windows", "MULTI_AZ_1", 512, 32),
        ("windows", "MULTI_AZ_1", 2048, 144),
        ("openzfs", "SINGLE_AZ_1", 128, 11.2 / 0.7),
        ("openzfs", "SINGLE_AZ_HA_1", 4096, 358.4 / 0.7),
        ("openzfs", "SINGLE_AZ_2", 320, 11.2 / 0.7),
        ("openzfs", "MULTI_AZ_1", 5120, 179.2 / 0.7),
        ("openzfs", "SINGLE_AZ_HA_2", 10240, 358.4 / 0.7),
    ],
)
def test_a_file_server_has_the_memory_its_guide_names(
    product: str, deployment: str, throughput: int, memory_gb: float
) -> None:
    told = memory_of_server_gib(product, deployment, throughput)
    assert told == pytest.approx(memory_gb, rel=0.15)


@pytest.mark.parametrize(
    ("deployment", "storage", "chosen", "gib_per_tib"),
    [
        ("SCRATCH_2", "SSD", None, 6.7),
        ("PERSISTENT_1", "SSD", 50, 2.2),
        ("PERSISTENT_1", "SSD", 200, 8.8),
        ("PERSISTENT_1", "HDD", 12, 0.4),
        ("PERSISTENT_2", "SSD", 125, 3.4),
        ("PERSISTENT_2", "SSD", 500, 13.7),
    ],
)
def test_lustre_has_the_memory_its_guide_names(
    deployment: str, storage: str, chosen: int | None, gib_per_tib: float
) -> None:
    settings = {"DeploymentType": deployment, "PerUnitStorageThroughput": chosen}
    of_metadata = lustre_memory_gib(settings, storage, 0)
    caching = (lustre_memory_gib(settings, storage, 100) - of_metadata) * 0.7
    assert caching == pytest.approx(100 * gib_per_tib, rel=0.15)


def test_a_product_of_fsx_nobody_knows() -> None:
    raw = {
        "FileSystemId": "fs-9",
        "FileSystemType": "NEW",
        "StorageCapacity": 10,
        "ResourceARN": "arn:aws:fsx:x",
    }
    resource = fsx_file_system.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert watts(resource) > 0
    assert footprint(resource).basis == "assumed"


async def test_ecr_adds_up_its_images_once_each() -> None:
    web = (await described("ecr/repository", "ecr_repository"))["shop/web"]
    assert parts(web) == {"object aws/ecr": 1.5}, (
        "an image that comes on two pages is one image, and a list of images is none"
    )


@pytest.mark.parametrize("gone", [True, False])
async def test_a_repository_deleted_meanwhile_is_left_out_and_a_missing_permission_is_not(
    gone: bool,
) -> None:
    error = CollectError("RepositoryNotFoundException") if gone else PermissionMissing("no")

    client = ReplayClient(recording("ecr_repository"), refused={"DescribeImages": error})
    sweeping = sweep(client, ecr_repository.SPEC.listing, [ecr_repository.SPEC], PARIS)
    if gone:
        assert (await sweeping).resources == ()
        return
    with pytest.raises(PermissionMissing):
        await sweeping


async def test_ebs_snapshots_say_their_bound() -> None:
    resources = await described("ec2/snapshot", "ec2_snapshot")
    assert resources["first"].id == "arn:aws:ec2:eu-west-3:123456789012:snapshot/snap-1"
    assert parts(resources["first"]) == {"snapshot aws/ebs-snapshot": 100}, (
        "the oldest of a volume holds it whole"
    )
    later = resources["snap-2"]
    assert parts(later) == {"snapshot aws/ebs-snapshot/incremental": 100}
    assert parts(resources["snap-3"]) == {"snapshot aws/ebs-snapshot": 10}, (
        "the API tells its full size"
    )
    assert parts(resources["snap-4"]) == {"snapshot aws/ebs-snapshot": 50}, (
        "copies share a volume id that means nothing"
    )
    assert parts(resources["snap-5"]) == {"snapshot aws/ebs-snapshot/archive": 8}
    assert "snap-6" not in resources
    whole, part = footprint(resources["first"]).power_watts, footprint(later).power_watts
    assert part.value < whole.value < part.upper, "from next to nothing to the whole"
    assert footprint(later).basis == "assumed"


S3_STORAGE_TYPES = [
    "StandardStorage",
    "IntelligentTieringFAStorage",
    "IntelligentTieringIAStorage",
    "IntelligentTieringAAStorage",
    "IntelligentTieringAIAStorage",
    "IntelligentTieringDAAStorage",
    "StandardIAStorage",
    "StandardIASizeOverhead",
    "StandardIAObjectOverhead",
    "IntAAObjectOverhead",
    "IntAAS3ObjectOverhead",
    "IntDAAObjectOverhead",
    "IntDAAS3ObjectOverhead",
    "OneZoneIAStorage",
    "OneZoneIASizeOverhead",
    "ReducedRedundancyStorage",
    "GlacierIRSizeOverhead",
    "GlacierInstantRetrievalSizeOverhead",
    "GlacierInstantRetrievalStorage",
    "GlacierStorage",
    "GlacierStagingStorage",
    "GlacierObjectOverhead",
    "GlacierS3ObjectOverhead",
    "DeepArchiveStorage",
    "DeepArchiveObjectOverhead",
    "DeepArchiveS3ObjectOverhead",
    "DeepArchiveStagingStorage",
    "ExpressOneZone",
]
"""S3 user guide, "Amazon S3 CloudWatch metrics and dimensions": the filters of BucketSizeBytes."""


@pytest.mark.parametrize("storage_type", S3_STORAGE_TYPES)
async def test_every_storage_type_of_s3_has_its_figure(storage_type: str) -> None:
    bucket = (await described("s3/bucket", "s3_bucket"))["shop-assets"]
    held = footprint(bucket, **{f"stored_gib:{storage_type}": 1000.0})
    assert held.reason in ("", f"assumed watts of aws/s3/{storage_type}")
    assert held.power_watts.value > 0
    assert f"storage.aws/s3/{storage_type}.watts_per_gib" in held.facts


def test_what_rests_in_glacier_draws_less_than_what_is_at_hand() -> None:
    at_hand, archive, deep = (
        figure(f"storage.aws/s3/{name}.watts_per_gib").value
        for name in ("StandardStorage", "GlacierStorage", "DeepArchiveStorage")
    )
    assert deep <= archive < at_hand


def test_snapshots_of_other_owners_are_theirs() -> None:
    from cloud_carbon_exporter.providers.aws.services.ec2_snapshot import describe
    from cloud_carbon_exporter.providers.spec import Scope

    raw = {"SnapshotId": "snap-1", "VolumeSize": 8, "State": "completed", "First": True}
    scope = Scope("aws", "123456789012", "eu-west-3")
    assert describe({**raw, "OwnerId": "123456789012"}, scope) is not None
    assert describe(raw, scope) is not None
    assert describe({**raw, "OwnerId": "801119661308"}, scope) is None
