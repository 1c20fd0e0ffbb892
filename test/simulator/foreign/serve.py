"""Runs the calls that a test sends, one JSON object a line, and answers each with one."""

import json
import sys


def serve(run, describe):
    """`run` carries out a call; `describe` tells of an error what a program would look at."""
    for line in sys.stdin:
        try:
            answer = {"result": run(**json.loads(line))}
        except Exception as error:
            answer = {"error": {"type": type(error).__name__, "message": str(error), **describe(error)}}
        print(json.dumps(answer, default=str), file=sys.__stdout__, flush=True)
