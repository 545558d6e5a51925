"""DescribeInstances and DescribeVolumes answers as EC2 writes them: an instance is about 3.9 kB of
XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from tests.fakes.aws import ACCOUNT, ec2_answer


def instance_id(number: int) -> str:
    return f"i-{number:017x}"


def instance(
    number: int = 1,
    *,
    type_: str = "m5.large",
    state: str = "running",
    zone: str = "eu-west-3a",
    tags: Mapping[str, str] | None = None,
    cores: int = 1,
    threads: int = 2,
    extra: str = "",
) -> str:
    """One <item> of instancesSet, with the members AWS sends for an instance in a VPC."""
    name, mac = (
        instance_id(number),
        f"02:00:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
    )
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    labels = "".join(
        f"<item><key>{escape(key)}</key><value>{escape(value)}</value></item>"
        for key, value in (tags or {}).items()
    )
    group = (
        "<item><groupId>sg-0123456789abcdef0</groupId><groupName>launch-wizard-1</groupName></item>"
    )
    volume = (
        f"<item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{number:017x}</volumeId>"
        f"<status>attached</status>"
        "<attachTime>2025-03-01T09:00:01.000Z</attachTime>"
        "<deleteOnTermination>true</deleteOnTermination></ebs></item>"
    )
    dns_name = f"ip-{address.replace('.', '-')}.eu-west-3.compute.internal"
    interface = (
        f"<item><networkInterfaceId>eni-{number:017x}</networkInterfaceId>"
        f"<subnetId>subnet-0123456789abcdef0</subnetId>"
        f"<vpcId>vpc-0123456789abcdef0</vpcId><description/><ownerId>{ACCOUNT}</ownerId>"
        f"<status>in-use</status>"
        f"<macAddress>{mac}</macAddress><privateIpAddress>{address}</privateIpAddress>"
        f"<privateDnsName>{dns_name}</privateDnsName>"
        f"<sourceDestCheck>true</sourceDestCheck><groupSet>{group}</groupSet><attachment>"
        f"<attachmentId>eni-attach-{number:017x}</attachmentId><deviceIndex>0</deviceIndex>"
        f"<networkCardIndex>0</networkCardIndex>"
        "<status>attached</status><attachTime>2025-03-01T09:00:00.000Z</attachTime>"
        "<deleteOnTermination>true</deleteOnTermination></attachment><privateIpAddressesSet><item>"
        f"<privateIpAddress>{address}</privateIpAddress><primary>true</primary></item>"
        f"</privateIpAddressesSet>"
        "<ipv6AddressesSet/><interfaceType>interface</interfaceType></item>"
    )
    return (
        f"<item><instanceId>{name}</instanceId><imageId>ami-0123456789abcdef0</imageId>"
        f"<instanceState><code>16</code><name>{state}</name></instanceState>"
        f"<privateDnsName>{dns_name}</privateDnsName><dnsName/><reason/>"
        f"<keyName>operations</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>"
        f"<instanceType>{type_}</instanceType>"
        f"<launchTime>2025-03-01T09:00:00.000Z</launchTime><placement>"
        f"<availabilityZone>{zone}</availabilityZone>"
        "<groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state>"
        "</monitoring>"
        f"<subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>"
        f"<privateIpAddress>{address}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>"
        f"<groupSet>{group}</groupSet>"
        "<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>"
        "<rootDeviceName>/dev/xvda</rootDeviceName>"
        f"<blockDeviceMapping>{volume}</blockDeviceMapping>"
        f"<virtualizationType>hvm</virtualizationType>"
        f"<clientToken>5f3d8a2c-0000-0000-0000-{number:012x}</clientToken>"
        f"<tagSet>{labels}</tagSet><hypervisor>xen</hypervisor>"
        f"<networkInterfaceSet>{interface}</networkInterfaceSet><iamInstanceProfile>"
        f"<arn>arn:aws:iam::{ACCOUNT}:instance-profile/operations</arn>"
        f"<id>AIPA0123456789EXAMPLE</id></iamInstanceProfile>"
        "<ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport>"
        f"<cpuOptions><coreCount>{cores}</coreCount><threadsPerCore>{threads}</threadsPerCore>"
        f"</cpuOptions>"
        "<capacityReservationSpecification>"
        "<capacityReservationPreference>open</capacityReservationPreference>"
        "</capacityReservationSpecification><hibernationOptions><configured>false</configured>"
        "</hibernationOptions>"
        "<metadataOptions><state>applied</state><httpTokens>required</httpTokens>"
        "<httpPutResponseHopLimit>2</httpPutResponseHopLimit>"
        "<httpEndpoint>enabled</httpEndpoint></metadataOptions>"
        "<enclaveOptions><enabled>false</enabled></enclaveOptions>"
        "<platformDetails>Linux/UNIX</platformDetails>"
        "<usageOperation>RunInstances</usageOperation>"
        "<usageOperationUpdateTime>2025-03-01T09:00:00.000Z"
        "</usageOperationUpdateTime><privateDnsNameOptions><hostnameType>ip-name</hostnameType>"
        "<enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>"
        "<enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord>"
        "</privateDnsNameOptions>"
        f"<maintenanceOptions><autoRecovery>default</autoRecovery>"
        f"</maintenanceOptions>{extra}</item>"
    )


def reservations(items: Iterable[str], token: str = "", owner: str = ACCOUNT) -> str:
    """A DescribeInstances answer, each instance in a reservation of its own."""
    inner = "".join(
        f"<item><reservationId>r-0123456789abcdef0</reservationId><ownerId>{owner}</ownerId>"
        f"<groupSet/>"
        f"<instancesSet>{item}</instancesSet></item>"
        for item in items
    )
    more = f"<nextToken>{escape(token)}</nextToken>" if token else ""
    return ec2_answer("DescribeInstances", f"<reservationSet>{inner}</reservationSet>{more}")


def volume(
    number: int = 1,
    *,
    type_: str = "gp3",
    size: int = 100,
    state: str = "in-use",
    attached: str = "",
) -> str:
    """One <item> of volumeSet."""
    name = f"<volumeId>vol-{number:017x}</volumeId>"
    where = f"<item>{name}<instanceId>{attached}</instanceId><status>attached</status></item>"
    return (
        f"<item>{name}<size>{size}</size><snapshotId/>"
        f"<availabilityZone>eu-west-3a</availabilityZone><status>{state}</status>"
        f"<createTime>2025-03-01T09:00:00.000Z</createTime>"
        f"<attachmentSet>{where if attached else ''}</attachmentSet>"
        f"<volumeType>{type_}</volumeType><iops>3000</iops><encrypted>true</encrypted>"
        "<multiAttachEnabled>false</multiAttachEnabled><throughput>125</throughput></item>"
    )


def volumes(items: Iterable[str]) -> str:
    """A DescribeVolumes answer."""
    return ec2_answer("DescribeVolumes", f"<volumeSet>{''.join(items)}</volumeSet>")
