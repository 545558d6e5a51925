"""Clouds of the soak, three in a process of their own, told on stdin when to storm."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.aws import AwsFake
from tests.fakes.gcp import GoogleCloud
from tests.fakes.scaleway import COCKPIT_TOKEN, FakeScaleway

from bench.soak_storms import AwsWorld, GoogleWorld, ScalewayWorld

FAULTS_PER_CLOUD = 4
HOSTS = {"aws": "aws.soak", "gcp": "gcp.soak", "scaleway": "scaleway.soak"}

Worlds = Mapping[str, AwsWorld | GoogleWorld | ScalewayWorld]


def _storm(chance: random.Random, worlds: Worlds) -> list[str]:
    """Some faults a cloud. Returns what they are."""
    told = []
    for cloud, world in worlds.items():
        faults = world.faults(chance)
        for name in chance.sample(sorted(faults), FAULTS_PER_CLOUD):
            faults[name]()
            told.append(f"{cloud} {name}")
    return told


def _named(cloud: str, url: str) -> str:
    """The same address by a name, so that names can fail."""
    return url.replace("127.0.0.1", HOSTS[cloud])


async def serve() -> None:
    """Print the environment that leads here, then do as stdin says: "storm SEED" or "calm"."""
    aws, google = await AwsFake().start(), GoogleCloud()
    with tempfile.TemporaryDirectory() as folder:
        credentials, key, config = (
            Path(folder, name) for name in ("credentials", "key.json", "config.yaml")
        )
        async with google.running(), FakeScaleway() as scaleway:
            google.url, scaleway.url = _named("gcp", google.url), _named("scaleway", scaleway.url)
            worlds: Worlds = {
                "aws": AwsWorld(aws, credentials),
                "gcp": GoogleWorld(google, key),
                "scaleway": ScalewayWorld(scaleway, config),
            }
            for world in worlds.values():
                world.build()
            ours = {
                "AWS_ENDPOINT_URL": _named("aws", aws.url),
                "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
                "AWS_EC2_METADATA_DISABLED": "true",
                "GOOGLE_APPLICATION_CREDENTIALS": str(
                    google.tokens.service_account(google.url, key)
                ),
                "SCW_CONFIG_PATH": str(config),
                "SCW_COCKPIT_TOKEN": COCKPIT_TOKEN,
            }
            keyless = {
                name: value
                for name, value in scaleway.environment.items()
                if not name.endswith("_KEY")
            }
            print(json.dumps({**google.environment(), **keyless, **ours}), flush=True)
            loop = asyncio.get_running_loop()
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                for world in worlds.values():
                    world.calm()
                word, _, seed = line.partition(" ")
                told = _storm(random.Random(int(seed)), worlds) if word == "storm" else []
                print(json.dumps(told), flush=True)
    await aws.stop()


if __name__ == "__main__":
    asyncio.run(serve())
