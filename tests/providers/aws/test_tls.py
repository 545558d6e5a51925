"""Over TLS, as AWS is: a CA bundle of one's own is honoured, an unknown authority is not."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.fakes.aws import ACCOUNT, AwsFake
from tests.fakes.aws_replay import CountingMeter

from cloud_carbon_exporter.errors import Unreachable
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.settings import TargetSettings


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file that holds a certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an AWS of our own")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "ca.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return file


@pytest.fixture
async def client(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AwsClient]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    fake = await AwsFake().start(context)
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake.url)
    client = AwsClient(TargetSettings(provider="aws"), CountingMeter())
    yield client
    await client.close()
    await fake.stop()


async def test_a_ca_bundle_of_ones_own_is_trusted(
    client: AwsClient, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    assert list(await client.connect()) == [ACCOUNT]


async def test_an_unknown_authority_is_not_and_the_way_out_is_named(client: AwsClient) -> None:
    with pytest.raises(Unreachable, match="AWS_CA_BUNDLE"):
        await client.connect()
