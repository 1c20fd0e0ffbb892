"""Alibaba Cloud's SDK of VPC peering."""

import os
from urllib.parse import urlparse

from alibabacloud_tea_openapi import models as open_api
from alibabacloud_tea_util.models import RuntimeOptions
from alibabacloud_vpcpeer20220101 import models
from alibabacloud_vpcpeer20220101.client import Client
from serve import serve


def client_of(account, key):
    key = key or f"LTAI{account}"
    endpoint = urlparse(os.environ["ALIBABA_CLOUD_VPCPEER_ENDPOINT"]).netloc
    return Client(
        open_api.Config(access_key_id=key, access_key_secret=f"secret-of-{key}", endpoint=endpoint, protocol="http")
    )


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def call(operation, args=None, account="283117732402483989", key=None):
    """One operation, with the SDK's own request model: `InstanceId` and so on, as the API names them."""
    request = getattr(models, f"{operation}Request")().from_map(args or {})
    answer = getattr(client_of(account, key), f"{snake(operation)}_with_options")(request, RuntimeOptions())
    return answer.body.to_map()


def raw(operation, body, account="283117732402483989"):
    """The SDK's generic call, for what its models do not let through."""
    params = open_api.Params(
        action=operation,
        version="2022-01-01",
        protocol="HTTP",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    return client_of(account, None).call_api(params, open_api.OpenApiRequest(body=body), RuntimeOptions())["body"]


def run(do, **rest):
    return {"call": call, "raw": raw}[do](**rest)


def describe(error):
    return {"code": getattr(error, "code", None), "status": getattr(error, "status_code", None), "text": str(error)}


serve(run, describe)
