"""What was sent as a credential is masked, in whatever form it comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CredentialsRefused
from cloud_carbon_exporter.http.sent import remember_given, remember_sent
from cloud_carbon_exporter.known_secrets.forms import Form, windows, windows_of_signature
from cloud_carbon_exporter.known_secrets.known import KNOWN, LASTING, PASSING, KnownSecrets
from cloud_carbon_exporter.masking import excerpt, masked
from tests.echoes import ECHOES, shows, squeezed

TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCWV1LXdlc3QtMyJHMEUCIQDm+3pS7/h0x2V9QmZ3Xw==" * 4
KINDS_OF_SECRET = {
    "session token": TOKEN,
    "access key": "AKIAMADEUPKEY0000001",
    "secret key": "wJalr/K7MDENG+bPxRfiCYmadeUpKEYxMADEUPKe",
    "uuid": "5f8c1e0a-7d0b-4a4e-9a57-0d6f0f0b9a11",
    "signature": "b4c1d7e0" * 8,
    "password": "hunter2",
    "password of marks": "p&ss/w%rd=?!",
    "password of another script": "пароль-тайный",
    "passphrase": "correct horse battery staple",
}


@pytest.mark.parametrize("form", ECHOES)
@pytest.mark.parametrize("kind", KINDS_OF_SECRET)
def test_no_form_of_a_secret_is_told(kind: str, form: str) -> None:
    secret = KINDS_OF_SECRET[kind]
    KNOWN.remember([secret])
    told = masked(f"refused: x-token:{ECHOES[form](secret)} is wrong")
    assert not shows(told, secret), told
    assert told.startswith("refused: ")


@pytest.mark.parametrize("kind", KINDS_OF_SECRET)
def test_words_around_it_stay(kind: str) -> None:
    secret = KINDS_OF_SECRET[kind]
    KNOWN.remember([secret])
    assert masked(f"the token '{secret}' is wrong") == "the token '***' is wrong"


@pytest.mark.parametrize("kind", KINDS_OF_SECRET)
def test_one_that_the_end_cuts_is_masked(kind: str) -> None:
    secret = KINDS_OF_SECRET[kind]
    KNOWN.remember([secret])
    least = min(12, len(squeezed(secret)) * 3 / 4)  # fewer may be a word of the sentence
    for most in range(6, len(secret)):
        told = masked(f"wrong: {secret[:most]}")
        assert "***" in told or len(squeezed(secret[:most])) < max(6, least), most
        assert not shows(excerpt(f"wrong: {secret} and more", len("wrong: ") + most), secret)


def test_a_part_of_a_long_one_is_masked() -> None:
    KNOWN.remember([TOKEN])
    assert masked(f"…{TOKEN[40:90]}… is wrong").count("***") == 1


@pytest.mark.slow
@given(st.text(max_size=200))
def test_law_nothing_sent_nothing_masked(text: str) -> None:
    KNOWN.forget()
    assert KNOWN.spans(text) == []


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=4, max_size=60),
    st.sampled_from(sorted(ECHOES)),
)
def test_law_a_secret_comes_back_in_no_form(secret: str, form: str) -> None:
    KNOWN.forget()
    KNOWN.remember([secret])
    told = masked(f"it was ~{ECHOES['plain'](secret)}~, is it?")
    letters = sum(letter.isalnum() and letter.isascii() for letter in secret)
    assert secret not in told or letters < 6
    masked(ECHOES[form](secret))  # whatever it is, it is looked through


@pytest.mark.parametrize("word", ["production", "prod-metric", "region-eu", "eu", "wJalr"])
def test_a_last_word_that_a_secret_begins_with_is_told(word: str) -> None:
    KNOWN.remember(["production-metrics-4711", "prod-metrics-and-a-key", "region-eu-west-3-x"])
    KNOWN.remember([KINDS_OF_SECRET["secret key"]])
    assert masked(f"no answer from {word}") == f"no answer from {word}"


def test_a_word_that_holds_a_short_secret_is_told() -> None:
    KNOWN.remember(["eu-1"])
    assert masked("eu-1 in eu-10 and neu-1") == "*** in eu-10 and neu-1"


def test_a_word_that_holds_a_password_is_told() -> None:
    KNOWN.remember(["region", "carbon"])
    told = "the regions of cloud_carbon are carbonated: region=***"
    assert masked("the regions of cloud_carbon are carbonated: region=***") != told
    assert masked("regions, carbonated") == "regions, carbonated"
    assert masked("%3Dcarbon%26 \\ncarbon\\n") == "%3D***%26 \\n***\\n"


def test_what_is_shorter_hides_nothing() -> None:
    KNOWN.remember(["abc", ""])
    assert masked("abc of abc") == "abc of abc"


def signature_of(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


@pytest.mark.slow
def test_the_newest_are_remembered_and_no_more() -> None:
    known = KnownSecrets()
    known.remember(["first-secret-of-all"])
    for number in range(LASTING + 3 * PASSING):
        known.remember([f"later-secret-{number:06}-x", "again-and-again-the-same"])
        known.remember_signature(signature_of(number))
        known.spans("a line of the log")
    assert known.spans("again-and-again-the-same")
    assert not known.spans("first-secret-of-all")
    assert known.spans(signature_of(number))
    assert known.spans(signature_of(number - PASSING + 1))
    assert not known.spans(signature_of(number - PASSING))
    assert len(known._index) <= LASTING + PASSING


def test_a_signature_is_dropped_form_by_form_and_leaves_nothing() -> None:
    index = KnownSecrets()._index
    signatures = [signature_of(number) for number in range(20)]
    for signature in signatures:
        forms = list(windows_of_signature(signature))
        assert len(forms) <= 10, "one is made with every call"
        index.add(signature, forms)
    index.add("p&ss", windows("p&ss"))
    for number, signature in enumerate(signatures):
        index.drop(signature)
        assert not index.spans(signature)
        assert all(map(index.spans, signatures[number + 1 :])), "no other is touched"
    index.drop("p&ss")
    assert not (len(index) or index._by_window or index._spelt)


def test_one_that_is_sent_as_both_outlives_its_signature() -> None:
    known, both = KnownSecrets(), signature_of(-1)
    known.remember_signature(both)
    known.remember([both])
    for number in range(2 * PASSING):
        known.remember_signature(signature_of(number))
    assert known.spans(both.encode().hex()[20:])


def test_one_that_lasts_from_now_on_is_never_lost_in_between() -> None:
    index, signature = KnownSecrets()._index, signature_of(-1)
    index.add(signature, windows_of_signature(signature))

    def looked_at() -> Iterator[Form]:
        for form in windows(signature):
            assert index.spans(signature)
            yield form

    index.add(signature, looked_at())
    assert len(index._by_window) == len(list(windows(signature))), "the first forms are gone"


@pytest.mark.parametrize("form", ECHOES)
def test_no_form_of_a_signature_is_told(form: str) -> None:
    signature = KINDS_OF_SECRET["signature"]
    KNOWN.remember_signature(signature)
    told = masked(f"refused: x-token:{ECHOES[form](signature)} is wrong")
    assert not shows(told, signature), told


@pytest.mark.slow
def test_a_token_is_known_however_many_signatures_came_since() -> None:
    KNOWN.remember([TOKEN])
    for number in range(3 * PASSING):
        KNOWN.remember_signature(f"{number:064x}")
    assert TOKEN not in masked(TOKEN)


@pytest.mark.slow
def test_any_thread_may_remember_and_look() -> None:
    known, failed = KnownSecrets(), []

    def work(own: int) -> None:
        for number in range(300):
            secret = f"thread-{own}-secret-{number}-{own}"
            known.remember([secret])
            known.remember_signature(f"{own}{number:063x}")
            if not known.spans(f"it is {secret}."):
                failed.append(secret)

    threads = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


@pytest.mark.slow
def test_much_text_is_looked_through_in_time() -> None:
    KNOWN.remember([TOKEN, *KINDS_OF_SECRET.values()])
    for piece in (TOKEN[:11], TOKEN[:6], "%25", "a", "\\u00", "&#x", f"{TOKEN[:40]}!"):
        began = time.process_time()
        masked(piece * (200_000 // len(piece)))
        assert time.process_time() - began < 2
        began = time.process_time()
        excerpt(piece * (1_000_000 // len(piece)), 200)
        assert time.process_time() - began < 0.2


HEADERS = {
    "Authorization": "Bearer ya29.made-up-bearer-of-google",
    "X-Auth-Token": "5f8c1e0a-7d0b-4a4e-9a57-0d6f0f0b9a11",
    "X-Amz-Security-Token": "IQoJmade-up-session-token",
    "api-key": "made-up-key-of-a-receiver",
    "x-honeycomb-team": "made-up-key-of-a-team",
    "Proxy-Authorization": "Basic Y2FyYm9uOnByb3h5LXBhc3N3b3Jk",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_speaks_of_secrets_is_remembered(name: str) -> None:
    remember_sent("https://cloud.example/x", {name: HEADERS[name], "Accept": "application/json"})
    secret = HEADERS[name].rpartition(" ")[2]
    assert secret not in masked(f"you sent {secret}")
    assert masked("application/json") == "application/json"


def test_a_header_a_person_gave_is_remembered_whatever_its_name() -> None:
    remember_given({"X-Made-Up": "made-up-key-of-a-vendor", "X-Scope-OrgID": "tenant-7"})
    told = masked("made-up-key-of-a-vendor of tenant-7")
    assert told == "*** of tenant-7"


@pytest.mark.parametrize(
    "name",
    [
        "Content-Type",
        "content-encoding",
        "Accept",
        "User-Agent",
        "X-Scope-OrgID",
        "X-Grafana-Org-Id",
        "organization",
        "THANOS-TENANT",
        "X-Tenant-ID",
        "x-honeycomb-dataset",
        "stream-name",
    ],
)
def test_a_header_that_names_whose_it_is_hides_no_word(name: str) -> None:
    remember_given({name: "application-metrics-of-production"})
    told = "no application-metrics-of-production"
    assert masked(told) == told


@pytest.mark.parametrize(
    "name",
    [
        "X-Tenant-Token",
        "X-Org-Key",
        "Org-Api-Key",
        "X-Tenant-Token-Type",
        "Contentful",
        "X-Forge",
        "X-Author",
        "x-honeycomb-team",
        "X-Throttle",
    ],
)
def test_a_header_that_may_hold_a_key_is_remembered(name: str) -> None:
    remember_given({name: "made-up-key-of-a-vendor"})
    assert masked("no made-up-key-of-a-vendor") == "no ***"


def test_a_parameter_beside_the_url_is_remembered() -> None:
    params = [("zone", "made-up-zone-of-it"), ("securityToken", "made-up-token-of-it")]
    remember_sent("https://grid.example/api", {}, None, params)
    assert masked("made-up-token-of-it of made-up-zone-of-it") == "*** of made-up-zone-of-it"


@pytest.mark.parametrize(
    "name",
    ["X-aws-ec2-metadata-token-ttl-seconds", "X-Token-TTL", "tokenTtl", "Token-Lifetime-Seconds"],
)
def test_how_long_a_token_lasts_is_told(name: str) -> None:
    """A credential of the metadata service lasts 21600 seconds, and so may anything else."""
    remember_sent(f"https://x.example/?{name}=43200", {name: "21600"})
    assert masked("21600 of 43200 bytes") == "21600 of 43200 bytes"
    remember_sent("https://x.example/", {"X-Throttle-Token": "made-up-throttle"})
    assert masked("it is made-up-throttle") == "it is ***"


def test_a_signed_request_is_remembered_by_its_parts() -> None:
    signature, key = "0123456789abcdef" * 4, "ASIAMADEUPKEY0000001"
    signed = (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-3/ec2/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )
    remember_sent("https://ec2.example/", {"Authorization": signed})
    told = masked(f"you sent {signed}")
    assert signature not in told and key not in told
    assert "AWS4-HMAC-SHA256" in told and "SignedHeaders=host;x-amz-date" in told


def test_basic_authentication_is_remembered_by_its_password() -> None:
    remember_sent("https://bob:s3cret-of-bob@push.example/", {})
    assert masked("bob has s3cret-of-bob") == "bob has ***"
    assert "Ym9iOnMzY3JldC1vZi1ib2I" not in masked("Basic Ym9iOnMzY3JldC1vZi1ib2I=")


BODIES = {
    "Action=AssumeRoleWithWebIdentity&WebIdentityToken=eyJ-made-up-jwt": "eyJ-made-up-jwt",
    '{"grantType": "refresh_token", "refreshToken": "aor-made-up-refresh"}': "aor-made-up-refresh",
    '{"clientSecret": "made-up-client-secret", "clientId": "x"}': "made-up-client-secret",
    b"grant_type=urn&assertion=eyJ-made-up-assertion": "eyJ-made-up-assertion",
}


@pytest.mark.parametrize("body", BODIES)
def test_what_asks_for_a_token_is_remembered(body: str | bytes) -> None:
    remember_sent("https://sts.example/", {}, body)
    assert BODIES[body] not in masked(f"refused: {BODIES[body]}")


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("https://ec2.example/?NextToken=page-two-of-it", {}, None),
        ("https://x.example/?pageToken=page-two-of-it", {}, b"KeyId=page-two-of-it"),
        (
            "https://x.example/",
            {"Content-Type": "page-two-of-it"},
            '{"NextToken": "page-two-of-it"}',
        ),
        ("https://x.example/", {}, "{" * 5000 + "page-two-of-it"),
    ],
)
def test_what_is_no_secret_is_told(url: str, headers: dict[str, str], body: object) -> None:
    remember_sent(url, headers, body)
    assert masked("it holds page-two-of-it") == "it holds page-two-of-it"


@pytest.mark.slow
def test_the_error_of_a_signature_that_does_not_match_tells_none() -> None:
    """The message of AWS: canonical request and string to sign, with what both hold."""
    remember_sent("https://sts.example/", {"X-Amz-Security-Token": TOKEN})
    said = (
        "SignatureDoesNotMatch: The request signature we calculated does not match. The Canonical "
        f"String for this request should have been 'POST / x-amz-security-token:{TOKEN} "
    )
    for most in range(len(said) - len(TOKEN), len(said)):
        error = CredentialsRefused(said[:most], hint=f"see {TOKEN}")
        assert not shows(str(error), TOKEN) and not shows(error.hint, TOKEN)
