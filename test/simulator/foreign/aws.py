"""boto3 and botocore."""

import json
import logging
from urllib.parse import parse_qsl, urlencode

import boto3
import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from serve import serve

logging.disable(logging.CRITICAL)


def client_of(service, account, key, region, unsigned):
    key = key or f"AKIA{account}"
    options = {"retries": {"total_max_attempts": 1}, "parameter_validation": False}
    if unsigned:
        options["signature_version"] = botocore.UNSIGNED
    return boto3.client(
        service,
        aws_access_key_id=key,
        aws_secret_access_key=f"secret-of-{key}",
        region_name=region,
        config=Config(**options),
    )


def plain(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def call(service, operation, args=None, raw=None, pages=None, account="123456789012", key=None, region="eu-west-1", unsigned=False):
    """One operation. `raw`: parameters put over those that the client has written. `pages`: the client's own paginator."""
    client = client_of(service, account, key, region, unsigned)
    if raw is not None:
        client.meta.events.register(f"before-call.{service}.*", lambda params, **_: overwrite(params, raw))
    if pages is not None:
        paginator = client.get_paginator(operation)
        return [plain(page) for page in paginator.paginate(**(args or {}), PaginationConfig={"PageSize": pages})]
    return plain(getattr(client, operation)(**(args or {})))


def overwrite(params, raw):
    body = params["body"]
    if isinstance(body, dict):
        body.update(raw)
    else:
        params["body"] = json.dumps({**json.loads(body), **raw}).encode()


def get(query, account="123456789012", region="eu-west-1"):
    """The query protocol with GET: signed by botocore, sent by its session."""
    client = client_of("ec2", account, None, region, False)
    url = f"{client.meta.endpoint_url}/?{urlencode(parse_qsl(query))}"
    request = AWSRequest("GET", url)
    SigV4Auth(boto3.Session(aws_access_key_id=f"AKIA{account}", aws_secret_access_key="x").get_credentials(), "ec2", region).add_auth(request)
    response = URLLib3Session().send(request.prepare())
    return {"status": response.status_code, "text": response.text}


def run(do, **rest):
    return {"call": call, "get": get}[do](**rest)


def describe(error):
    answer = getattr(error, "response", {})
    return {
        "code": answer.get("Error", {}).get("Code"),
        "status": answer.get("ResponseMetadata", {}).get("HTTPStatusCode"),
        "text": answer.get("Error", {}).get("Message"),
    }


serve(run, describe)
