"""TLS, client certificates, passwords and SIGHUP between exporter and a real Prometheus."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import bcrypt
import pytest

from tests.e2e.programs import Exporter, Prometheus, eventually
from tests.web.certificates import Authority

pytestmark = pytest.mark.e2e

PASSWORD = "open sesame"


def home(folder: Path, name: str) -> Path:
    (home := folder / name).mkdir()
    return home


@pytest.fixture
def web_config(tmp_path: Path) -> Path:
    """A web config that asks for a certificate and a password; the client's pair lies beside it."""
    authority = Authority()
    authority.sign("server").write(tmp_path, "server")
    authority.sign("prometheus").write(tmp_path, "client")
    (tmp_path / "ca.pem").write_text(authority.certificate)
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    file = tmp_path / "web.yml"
    file.write_text(
        "tls_server_config:\n"
        "  {cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, "
        "min_version: TLS12,\n"
        "   client_auth_type: RequireAndVerifyClientCert,\n"
        "   cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256], curve_preferences: "
        "[CurveP256]}\n"
        "http_server_config: {http2: false, headers: {X-Frame-Options: deny}}\n"
        f"basic_auth_users: {{prometheus: '{hashed}'}}\n"
    )
    return file


def test_the_real_tool_takes_the_same_file(web_config: Path) -> None:
    program = shutil.which("promtool")
    assert program, "promtool is not installed: apt-get install prometheus"
    done = subprocess.run(
        [program, "check", "web-config", web_config], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "SUCCESS" in done.stdout + done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize(("password", "up"), [(PASSWORD, 1.0), ("wrong", 0.0)])
def test_the_real_prometheus_scrapes_with_certificate_and_password(
    tmp_path: Path, web_config: Path, password: str, up: float
) -> None:
    with Exporter(
        home(tmp_path, "exporter"), "-demo.enabled", f"-web.config.file={web_config}"
    ) as exporter:
        assert exporter.url.startswith("https://")
        scrape = {
            "scheme": "https",
            "basic_auth": {"username": "prometheus", "password": password},
            "tls_config": {
                "ca_file": str(tmp_path / "ca.pem"),
                "cert_file": str(tmp_path / "client.pem"),
                "key_file": str(tmp_path / "client.key"),
            },
        }
        with Prometheus(home(tmp_path, "prometheus"), exporter.url, **scrape) as prometheus:
            prometheus.ready()
            scraped = eventually(lambda: prometheus.query("up"), "a scrape")
            if up:
                eventually(lambda: prometheus.query("sum(cloud_carbon_power_watts)"), "watts")
                scraped = prometheus.query("up")
            assert list(scraped.values()) == [up]


def test_a_wrong_web_config_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text(
        "tls_server_config: {cert_file: none.pem, key_file: none.key}"
    )
    with Exporter(
        tmp_path, "-demo.enabled", f"-web.config.file={tmp_path / 'web.yml'}"
    ) as exporter:
        assert exporter.wait() == 2
        (line,) = exporter.lines
    assert "tls_server_config.cert_file: cannot read" in line


def test_a_hangup_reads_the_configuration_again(tmp_path: Path) -> None:
    file = tmp_path / "carbon.yml"
    file.write_text("demo: {enabled: true, resources: 12}\n")
    with Exporter(tmp_path, f"-config.file={file}") as exporter:
        assert len(exporter.ready().scrape().of("cloud_carbon_power_watts")) == 12
        file.write_text("demo: {enabled: true, resources: 15}\n")
        exporter.popen.send_signal(signal.SIGHUP)
        eventually(
            lambda: len(exporter.scrape().of("cloud_carbon_power_watts")) == 15,
            "the new configuration",
        )
        file.write_text("demo: {enabled: perhaps}\n")
        exporter.popen.send_signal(signal.SIGHUP)
        exporter.line(r"the configuration in force stays: .*demo\.enabled.*perhaps")
        assert exporter.scrape().value("cloud_carbon_exporter_config_last_reload_successful") == 0
        assert exporter.end()[0] == 0
