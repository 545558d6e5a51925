"""The gzip stream put together from shared blocks: valid for everyone who reads gzip."""

from __future__ import annotations

import gzip
import subprocess
from shutil import which

import pytest
from bench.bench_exposition import snapshot
from hypothesis import given
from hypothesis import strategies as st
from tests.exposition.reading import inflate, parse, samples, text_of, values_in

from cloud_carbon_exporter.exposition import Renderer, Settings
from cloud_carbon_exporter.exposition.gzip_stream import compress, join

PIECES = st.lists(st.binary(max_size=300), max_size=8)


@pytest.mark.slow
@given(PIECES, st.binary(max_size=100))
def test_pieces_joined_are_one_gzip_member_of_the_same_text(
    pieces: list[bytes], tail: bytes
) -> None:
    stream = join([compress(piece) for piece in pieces])
    written, length = stream.gzip(tail)
    body = b"".join(written)
    assert len(body) == length
    assert inflate(body) == b"".join(pieces) + tail
    assert gzip.decompress(body) == b"".join(pieces) + tail
    assert b"".join(stream.plain()) == b"".join(pieces)
    assert stream.size == sum(map(len, pieces))


@pytest.mark.slow
def test_gzip_itself_takes_the_stream() -> None:
    program = which("gzip")
    assert program
    exposition = Renderer(Settings())(snapshot(4000))
    for format_ in ("text", "openmetrics"):
        pieces, _ = exposition.stream(format_).gzip(b"# EOF\n")
        subprocess.run([program, "-t"], input=b"".join(pieces), check=True, capture_output=True)


@pytest.mark.slow
def test_a_large_estate_is_written_in_pieces_that_both_formats_share() -> None:
    exposition = Renderer(Settings(tags=("team",)))(snapshot(6000))
    text, openmetrics = exposition.text.blocks, exposition.openmetrics.blocks
    shared = set(map(id, text)) & set(map(id, openmetrics))
    held = sum(len(block) for block in text if id(block) in shared)
    assert held > 0.9 * exposition.text.compressed
    assert max(map(len, text)) < 1 << 20
    scrape = samples(parse(text_of(exposition, "openmetrics"), "openmetrics"))
    assert len(values_in(scrape, "cloud_carbon_power_watts")) == 6000
