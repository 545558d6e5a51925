"""Secrets, planted wherever one may stand, looked for in all that the real program lets out."""

from __future__ import annotations

import base64
import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import bcrypt
import pytest

from tests.e2e.programs import Exporter, eventually
from tests.web.certificates import Authority

pytestmark = pytest.mark.e2e

PASSWORD = "planted-password-of-bob"
AWS_SECRET = "PlantedAwsSecret/K7MDENGbPxRfiCYEXAMPLEKEY"
AWS_TOKEN = "PlantedAwsSessionToken=="
SCW_SECRET = "11111111-2222-4333-8444-555555555555"
COCKPIT = "PlantedCockpitToken"
GUESS = "planted-guess-of-eve"
IN_URLS = "planted-in-a-url"
AT = f"http://carbon:{IN_URLS}@127.0.0.1:9"
AWRY = f"http://carbon:{IN_URLS}@127.0.0.1:port"  # no URL can be made of it
WRONG_FILES = (
    f"cockpit_token: {COCKPIT}\n",
    f"cloud: {{scw: {{cockpit-token: [{COCKPIT}]}}}}\n",
    f"cloud: {{scw: {COCKPIT}}}\n",
    f"cloud: {{scw: {{cockpit-token: '{COCKPIT}\n",
    f"- {COCKPIT}\n",
    f"targets: {COCKPIT}\n",
    f"targets: [{COCKPIT}]\n",
    f"targets: [{{provider: scw, cockpit_token: [{COCKPIT}]}}]\n",
    f"targets: [{{provider: aws, cockpit_token: {COCKPIT}}}]\n",
    f"grid: {{source: 'promethues:{AT}'}}\n",
    f"grid: {{source: 'prometheus:carbon:{IN_URLS}@127.0.0.1:9'}}\n",
    f"push: {{remote-write: {{url: '{AT}/api/v1/write'}}}}\n",
    f"web: {{'{AT}': 1}}\n",
    f"{AT}\n",
)


def google_key(folder: Path) -> tuple[Path, str]:
    """A service account's file, with a key that is good for nothing, and a line of that key."""
    key = Authority().sign("nobody").key
    told = {
        "type": "service_account",
        "client_email": "carbon@planted.iam.gserviceaccount.com",
        "private_key": key,
        "private_key_id": "planted-key-id",
        "token_uri": "http://127.0.0.1:9/token",
        "project_id": "planted",
    }
    path = folder / "google.json"
    path.write_text(json.dumps(told))
    return path, key.splitlines()[1]


def wrong_web_files(folder: Path, key_line: str) -> tuple[str, ...]:
    """Web configs that cannot be followed, with the hash of the right one, or a key, in them."""
    right = (folder / "web.yml").read_text()
    return (
        f"{right}    bad",
        right.replace("bob:", "bob: ["),
        right.replace("$2b$", "$9$"),
        right.replace("basic_auth_users:", "basic_auth:"),
        f"tls_server_config: {{cert: no certificate, key: {key_line}}}",
        f"tls_server_config: {{cert: no certificate, key: [{key_line}]}}",
        f"tls_server_config: {{cert: no certificate, key: '{key_line}",
    )


class Asking:
    """Asks everything of a program, and keeps all that was answered, headers too."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[str] = []

    def ask(self, path: str, user: str, password: str, method: str = "GET") -> int:
        request = urllib.request.Request(f"{self.url}{path}", method=method)
        request.add_header(
            "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.heard += [str(answer.headers), answer.read().decode(errors="replace")]
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                self.heard += [str(error.headers), error.read().decode(errors="replace")]
            return error.code


def plant(folder: Path, url: str) -> tuple[dict[str, str], list[str]]:
    """Environment, and every secret in it or in the files it names. url: where the clouds are."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    pair = Authority().sign("client")
    (folder / "web.yml").write_text(f"basic_auth_users:\n  bob: {hashed}\n")
    google, key_line = google_key(folder)
    (folder / "carbon.yml").write_text(
        f"grid: {{source: ['prometheus:{url}', 'file:{url}/grid.csv?api_key={IN_URLS}'], "
        f"method: live}}\n"
        f"push: {{otlp: {{endpoint: 'http://127.0.0.1:9/?token={IN_URLS}'}}, interval: 1s}}\n"
        "targets:\n"
        "  - {provider: aws, name: planted-aws}\n"
        "  - {provider: gcp, project_id: planted}\n"
        f"  - {{provider: scw, organization_id: 00000000-0000-4000-8000-000000000000, "
        f"cockpit_token: {COCKPIT}}}\n"
    )
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIAPLANTEDKEY",
        "AWS_SECRET_ACCESS_KEY": AWS_SECRET,
        "AWS_SESSION_TOKEN": AWS_TOKEN,
        "AWS_ENDPOINT_URL": url,
        "AWS_MAX_ATTEMPTS": "1",
        "GOOGLE_APPLICATION_CREDENTIALS": str(google),
        "SCW_ACCESS_KEY": "SCWPLANTEDPLANTEDXXX",
        "SCW_SECRET_KEY": SCW_SECRET,
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET": url,
        "SCW_API_URL": url,
        "SCW_S3_ENDPOINT": url,
        "HTTP_PROXY": url,
        "HTTPS_PROXY": url,
    }
    secrets = [
        IN_URLS,
        PASSWORD,
        GUESS,
        hashed,
        hashed[-31:],
        AWS_SECRET,
        AWS_TOKEN,
        SCW_SECRET,
        COCKPIT,
        key_line,
    ]
    return environment, [*secrets, pair.key.splitlines()[1]]


@pytest.mark.parametrize("url", [AT, AWRY], ids=["nobody there", "no URL"])
def test_no_secret_leaves_the_program(url: str, tmp_path: Path) -> None:
    environment, secrets = plant(tmp_path, url)
    flags = [f"-config.file={tmp_path / 'carbon.yml'}", f"-web.config.file={tmp_path / 'web.yml'}"]
    more = ["-demo.enabled", "-collect.interval=1s", "-log.level=debug", "-log.format=json"]
    with Exporter(tmp_path, *flags, *more, **environment) as exporter:
        asking = Asking(exporter.url)
        eventually(
            lambda: asking.ask("/readyz", "bob", PASSWORD) == 200, f"ready:\n{exporter.output}"
        )
        assert asking.ask("/metrics", "eve", GUESS) == 401
        assert asking.ask("/metrics", "bob", GUESS) == 401
        for path in (
            "/metrics",
            "/",
            "/api/v1/snapshot",
            "/api/v1/resources",
            "/api/v1/history",
            "/healthz",
        ):
            assert asking.ask(path, "bob", PASSWORD) == 200
        for file, texts in (
            ("carbon.yml", WRONG_FILES),
            ("web.yml", wrong_web_files(tmp_path, secrets[-1])),
        ):
            good = (tmp_path / file).read_text()
            for text in texts:
                (tmp_path / file).write_text(text)
                assert asking.ask("/-/reload", "bob", PASSWORD, "POST") == 500, text
            (tmp_path / file).write_text(good)
        title = Path(f"/proc/{exporter.popen.pid}/cmdline").read_bytes().decode()
        name = Path(f"/proc/{exporter.popen.pid}/comm").read_text()
        assert exporter.end(signal.SIGTERM)[0] == 0
    let_out = "\n".join([exporter.output, *asking.heard, title, name])
    assert "planted-aws" in let_out  # what is no secret is told: the outputs are the right ones
    assert "the configuration in force stays" in let_out
    for secret in secrets:
        assert secret not in let_out
