"""Runs a Pulumi program from the engine's environment: what Pulumi's own host of the language does where it is installed."""

import asyncio
import json
import runpy
import sys
from os import environ

from pulumi import runtime

runtime.configure(
    runtime.Settings(
        project=environ["PULUMI_PROJECT"],
        stack=environ["PULUMI_STACK"],
        organization=environ["PULUMI_ORGANIZATION"],
        parallel=int(environ["PULUMI_PARALLEL"]),
        monitor=environ["PULUMI_MONITOR"],
        engine=environ["PULUMI_ENGINE"],
        dry_run=environ["PULUMI_DRY_RUN"] == "true",
    )
)
runtime.set_all_config(json.loads(environ["PULUMI_CONFIG"]), json.loads(environ["PULUMI_CONFIG_SECRET_KEYS"]))


async def run() -> None:
    await runtime.run_in_stack(lambda: runpy.run_path(sys.argv[1], run_name="__main__"))


asyncio.run(run())
