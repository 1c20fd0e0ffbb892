"""The AWS CLI, which carries a botocore of its own: in this process what `aws` runs."""

import contextlib
import io
import json

import awscli.clidriver
from serve import serve


def cli(arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = awscli.clidriver.create_clidriver().main([*arguments, "--output", "json"])
    text = out.getvalue()
    return {"status": status, "output": json.loads(text) if text.strip() else None, "error": err.getvalue().strip()}


serve(cli, lambda error: {})
