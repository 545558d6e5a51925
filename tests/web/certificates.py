"""An authority of one's own, and what it signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        paths = (folder / f"{name}.pem", folder / f"{name}.key")
        for path, text in zip(paths, (self.certificate, self.key), strict=True):
            path.write_text(text)
        return paths


class Authority:
    """Signs certificates for 127.0.0.1 and a name."""

    def __init__(self, name: str = "an authority of our own") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = _builder(self._name, self._name, self._key).add_extension(
            x509.BasicConstraints(True, 0), critical=True
        )
        self.certificate = _pem(certificate.sign(self._key, hashes.SHA256()))

    def sign(self, name: str, *, address: str = "127.0.0.1", days: int = 1) -> Pair:
        """days: for which it is valid, from now on; below 0, for which it has not been any more."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), self._name, key, days
        )
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ip_address(address)), x509.DNSName(name)]
        )
        signed = builder.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        return Pair(_pem(signed), key_text(key))


def key_text(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> str:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    ).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int = 1
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
    )
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
