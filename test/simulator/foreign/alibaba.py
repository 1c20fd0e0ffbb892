"""Alibaba Cloud's SDKs of VPC peering and PrivateLink."""

import os
from importlib import import_module
from urllib.parse import urlparse

from alibabacloud_tea_openapi import models as open_api
from alibabacloud_tea_util.models import RuntimeOptions as TeaOptions
from darabonba.runtime import RuntimeOptions as DaraOptions
from serve import serve

# The package of a product, its version, and the options that its generation of SDKs takes.
PRODUCTS = {
    "vpcpeer": ("alibabacloud_vpcpeer20220101", "2022-01-01", TeaOptions),
    "privatelink": ("alibabacloud_privatelink20200415", "2020-04-15", DaraOptions),
}


def client_of(product, account, key):
    key = key or f"LTAI{account}"
    endpoint = urlparse(os.environ[f"ALIBABA_CLOUD_{product.upper()}_ENDPOINT"]).netloc
    return import_module(f"{PRODUCTS[product][0]}.client").Client(
        open_api.Config(access_key_id=key, access_key_secret=f"secret-of-{key}", endpoint=endpoint, protocol="http")
    )


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def call(operation, args=None, account="283117732402483989", key=None, product="vpcpeer"):
    """One operation, with the SDK's own request model: `InstanceId` and so on, as the API names them."""
    package, _, options = PRODUCTS[product]
    models = import_module(f"{package}.models")
    request = getattr(models, f"{operation}Request")().from_map(args or {})
    answer = getattr(client_of(product, account, key), f"{snake(operation)}_with_options")(request, options())
    return answer.body.to_map()


def raw(operation, body, account="283117732402483989", product="vpcpeer"):
    """The SDK's generic call, for what its models do not let through."""
    params = open_api.Params(
        action=operation,
        version=PRODUCTS[product][1],
        protocol="HTTP",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    client, request = client_of(product, account, None), open_api.OpenApiRequest(body=body)
    return client.call_api(params, request, PRODUCTS[product][2]())["body"]


def run(do, **rest):
    return {"call": call, "raw": raw}[do](**rest)


def describe(error):
    return {"code": getattr(error, "code", None), "status": getattr(error, "status_code", None), "text": str(error)}


serve(run, describe)
