"""Runs the Python program of the current folder as Pulumi's own language host does; language-program.cjs starts it."""

import asyncio
import json
import os
import runpy
import sys

import pulumi

# The program failed and has said so itself.
BAIL = 32

environment = os.environ
pulumi.runtime.set_all_config(
    json.loads(environment["PULUMI_CONFIG"]), json.loads(environment["PULUMI_CONFIG_SECRET_KEYS"])
)
pulumi.runtime.configure(
    pulumi.runtime.Settings(
        monitor=environment["PULUMI_MONITOR"],
        engine=environment["PULUMI_ENGINE"],
        project=environment["PULUMI_PROJECT"],
        stack=environment["PULUMI_STACK"],
        organization=environment["PULUMI_ORGANIZATION"],
        parallel=int(environment["PULUMI_PARALLEL"]),
        dry_run=environment["PULUMI_DRY_RUN"] == "true",
        root_directory=environment["PULUMI_ROOT_DIRECTORY"],
    )
)
program = os.getcwd()
try:
    asyncio.run(pulumi.runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__")))
except Exception as error:
    pulumi.log.error(f"Program failed: {error}")
    sys.exit(BAIL)
