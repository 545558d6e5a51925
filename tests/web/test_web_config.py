"""The web config file: what the exporter toolkit's format allows; all else is refused in words."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import replace
from pathlib import Path

import bcrypt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.web.certificates import Authority, key_text

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.web import tls
from cloud_carbon_exporter.web.web_config import RateLimit, WebConfig, read_web_config
from cloud_carbon_exporter.web.web_config_file import WebConfigFile

REST = "a" * 53  # of a hash, behind its cost
HASH = bcrypt.hashpw(b"opensesame", bcrypt.gensalt(4)).decode()
PAIR = "tls_server_config: {cert_file: server.pem, key_file: server.key"
SECRET = "c2VjcmV0"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    authority.sign("server").write(tmp_path, "server")
    (tmp_path / "ca.pem").write_text(authority.certificate)
    return tmp_path


def read(folder: Path, text: str) -> WebConfig:
    path = folder / "web.yml"
    path.write_text(text)
    return read_web_config(WebConfigFile(path))


def context(folder: Path, text: str) -> ssl.SSLContext:
    encryption = read(folder, text).tls
    assert encryption is not None
    return tls.context(encryption)


@pytest.mark.parametrize(
    "text", ["", "tls_server_config:\nbasic_auth_users:\n", "http_server_config: {http2: false}"]
)
def test_an_empty_file_asks_for_nothing(folder: Path, text: str) -> None:
    assert read(folder, text) == WebConfig()


def test_everything_the_format_has(folder: Path) -> None:
    config = read(
        folder,
        PAIR + ", client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert,"
        "client_allowed_sans: [prom], min_version: TLS12, max_version: TLS13,"
        "prefer_server_cipher_suites: true, curve_preferences: [CurveP384],"
        "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256,"
        " TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]}\n"
        "http_server_config: {http2: true, headers: "
        "{Strict-Transport-Security: max-age=1, X-Frame-Options: ''}}\n"
        f"basic_auth_users: {{bob: {HASH}}}\n"
        "rate_limit: {interval: 500ms, burst: 20}\n",
    )
    assert config.tls is not None
    assert (config.tls.client_auth, config.tls.allowed_sans) == ("required", frozenset({"prom"}))
    assert config.tls.ciphers == "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
    assert config.headers == {"Strict-Transport-Security": "max-age=1"}
    assert (dict(config.users), config.rate_limit) == ({"bob": HASH}, RateLimit(0.5, 20))
    assert ["http2" in warning for warning in config.warnings] == [True]
    assert HASH not in repr(config)
    assert config.tls.key.decode() not in repr(config)


def test_the_context_is_as_strict_as_the_file_says(folder: Path) -> None:
    plain = context(folder, PAIR + "}")
    assert plain.minimum_version == ssl.TLSVersion.TLSv1_2
    assert plain.verify_mode == ssl.CERT_NONE
    strict = context(
        folder,
        PAIR
        + ", min_version: TLS13, client_ca_file: ca.pem, client_auth_type: VerifyClientCertIfGiven,"
        "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384],"
        "curve_preferences: [X25519, CurveP256]}",
    )
    assert strict.minimum_version == ssl.TLSVersion.TLSv1_3
    assert strict.verify_mode == ssl.CERT_OPTIONAL
    old = [cipher["name"] for cipher in strict.get_ciphers() if cipher["protocol"] != "TLSv1.3"]
    assert old == ["ECDHE-ECDSA-AES256-GCM-SHA384"]


def test_a_curve_python_cannot_name_leaves_it_to_the_next(folder: Path) -> None:
    text = PAIR + ", curve_preferences: [CurveP256]}"
    encryption = read(folder, text).tls
    assert encryption is not None
    assert tls.context(replace(encryption, curves=("of tomorrow", *encryption.curves)))
    with pytest.raises(ConfigError, match="the curve cannot be used"):
        tls.context(replace(encryption, curves=("of tomorrow",)))


def test_certificates_may_stand_in_the_file_itself(folder: Path, authority: Authority) -> None:
    def block(name: str, text: str) -> str:
        return f"  {name}: |\n" + "".join(f"    {line}\n" for line in text.splitlines())

    pair = authority.sign("server")
    text = "tls_server_config:\n" + block("cert", pair.certificate) + block("key", pair.key)
    text += (
        block("client_ca", authority.certificate)
        + "  client_auth_type: RequireAndVerifyClientCert\n"
    )
    assert context(folder, text).get_ca_certs()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", ["not YAML at line 1"]),
        ("[1]", ["not a mapping"]),
        ("a: 2001-99-99", ["not YAML"]),
        ("[" * 5000, ["not YAML"]),
        (
            'tls_server_config: {cert_file: "a\\0b", key_file: server.key}',
            ["cert_file", "no name a file can have"],
        ),
        (f"basic_auth: {{bob: {SECRET}}}", ["unknown key 'basic_auth'", "basic_auth_users"]),
        (f"basic_auth_users: {{bob: {SECRET}}}", ["basic_auth_users.bob", "bcrypt", "htpasswd"]),
        (
            f"basic_auth_users: {{bob: $2y$15${REST}}}",
            ["bob", "15", "14"],
        ),
        (
            f"basic_auth_users: {{bob: $2y$31${REST}}}",
            ["bob", "31", "14"],
        ),
        (f"basic_auth_users: {{bob: [{SECRET}]}}", ["basic_auth_users.bob", "bcrypt"]),
        pytest.param(
            f"basic_auth_users: {{'a:b': '{HASH}'}}", ["basic_auth_users", "colon"], id="colon"
        ),
        ("tls_server_config: {cert_file: server.pem}", ["neither key_file nor key"]),
        ("tls_server_config: {key_file: server.key}", ["neither cert_file nor cert"]),
        (
            "tls_server_config: {cert_file: none.pem, key_file: server.key}",
            ["cert_file", "none.pem", "No such file"],
        ),
        (
            f"tls_server_config: {{cert: {SECRET}, cert_file: server.pem, key_file: server.key}}",
            ["exclude"],
        ),
        (PAIR + ", min_version: TLS11}", ["min_version", "'TLS11'", "TLS12, TLS13"]),
        (PAIR + ", min_version: TLS13, max_version: TLS12}", ["above max_version"]),
        (
            PAIR + ", cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}",
            ["TLS_RSA_WITH_RC4_128_SHA", "TLS_ECDHE"],
        ),
        (PAIR + ", cipher_suites: TLS_AES_128_GCM_SHA256}", ["not a list"]),
        (PAIR + ", curve_preferences: [P1]}", ["curve_preferences", "X25519"]),
        (
            PAIR + ", client_auth_type: RequireAnyClientCert}",
            ["RequireAnyClientCert", "RequireAndVerifyClientCert"],
        ),
        (PAIR + ", client_auth_type: RequireAndVerifyClientCert}", ["client_ca_file"]),
        (PAIR + ", client_ca_file: ca.pem}", ["no client certificate is asked for"]),
        (
            PAIR + ", client_allowed_sans: [a]}",
            ["client_allowed_sans", "RequireAndVerifyClientCert"],
        ),
        (PAIR + ", prefer_server_cipher_suites: maybe}", ["neither true nor false"]),
        (PAIR + ", key: [1]}", ["tls_server_config.key", "not text"]),
        ("http_server_config: {headers: {X-Mine: a}}", ["'X-Mine'", "X-Frame-Options"]),
        (
            'http_server_config: {headers: {X-Frame-Options: "a\\r\\nSet-Cookie: b"}}',
            ["X-Frame-Options", "printable"],
        ),
        ("rate_limit: {interval: soon}", ["rate_limit.interval"]),
        ("rate_limit: {interval: 0s}", ["rate_limit.interval"]),
        ("rate_limit: {burst: 0}", ["rate_limit.burst"]),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words_without_secrets(
    folder: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert "-web.config.file" in message
    assert "web.yml" in message
    assert SECRET not in message
    for word in words:
        assert word in message


KEYS = st.sampled_from(
    (
        *(
            "tls_server_config",
            "http_server_config",
            "basic_auth_users",
            "rate_limit",
            "headers",
            "http2",
        ),
        *(
            "cert_file",
            "key_file",
            "cert",
            "key",
            "client_ca",
            "client_auth_type",
            "client_allowed_sans",
        ),
        *(
            "min_version",
            "cipher_suites",
            "curve_preferences",
            "X-Frame-Options",
            "interval",
            "burst",
        ),
    )
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.binary(max_size=9)
    | KEYS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(VALUES | st.text())
@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_stands_there_is_followed_or_refused_in_words(folder: Path, said: object) -> None:
    text = said if isinstance(said, str) else yaml.safe_dump(said, allow_unicode=True)
    (folder / "web.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(ConfigError):
        config = read_web_config(WebConfigFile(folder / "web.yml"))
        assert config.tls is None or config.tls.certificate


def test_a_key_of_another_certificate_is_refused(folder: Path, authority: Authority) -> None:
    (folder / "server.key").write_text(authority.sign("another").key)
    with pytest.raises(ConfigError, match="key values mismatch"):
        context(folder, PAIR + "}")


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(folder: Path) -> None:
    (folder / "server.key").write_text(key_text(ec.generate_private_key(ec.SECP256R1()), b"pass"))
    with pytest.raises(ConfigError, match="the certificate and its key"):
        context(folder, PAIR + "}")


def test_a_client_ca_that_is_none_is_refused(folder: Path) -> None:
    (folder / "ca.pem").write_text("no certificate")
    with pytest.raises(ConfigError, match="the client CA cannot be used"):
        context(
            folder, PAIR + ", client_ca_file: ca.pem, client_auth_type: VerifyClientCertIfGiven}"
        )


def test_files_of_any_size_or_content_are_no_danger(folder: Path) -> None:
    (folder / "server.pem").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(folder, PAIR + "}")
    (folder / "server.pem").write_bytes(b"x" * (1 << 21))
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        read(folder, PAIR + "}")
