"""Huawei Cloud's SDK of VPC endpoints, and Open Telekom Cloud's extensions of the OpenStack SDK."""

import logging
import os
import warnings

import openstack
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkvpcep import v1
from serve import serve

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def huawei(operation, args=None, body=None, key=None, project=None):
    """One operation with the SDK's own request model."""
    key = key or os.environ["HUAWEICLOUD_SDK_AK"]
    project = project or os.environ["HUAWEICLOUD_SDK_PROJECT_ID"]
    client = (
        v1.VpcepClient.new_builder()
        .with_credentials(BasicCredentials(key, f"secret-of-{key}", project))
        .with_endpoint(os.environ["HUAWEICLOUD_VPCEP_ENDPOINT"])
        .build()
    )
    name = "".join(part.capitalize() for part in operation.split("_"))
    request = getattr(v1, f"{name}Request")(**(args or {}))
    if body is not None:
        request.body = getattr(v1, f"{name}RequestBody")(**body)
    return getattr(client, operation)(request).to_json_object()


connections = {}


def openstack_connection(*login):
    user, password, project, domain = login
    known = connections.get(login)
    if known is None:
        known = openstack.connect(
            auth_url=os.environ["OS_AUTH_URL"],
            username=user or os.environ["OS_USERNAME"],
            password=password or os.environ["OS_PASSWORD"],
            user_domain_name=domain or os.environ["OS_USER_DOMAIN_NAME"],
            project_id=project or os.environ["OS_PROJECT_ID"],
            region_name=os.environ["OS_REGION_NAME"],
            interface="public",
            vendor_hook="otcextensions.sdk:load",
        )
        connections[login] = known
    return known


def otc(operation, args=(), query=None, user=None, password=None, project=None, domain=None):
    """One call of `connection.vpcep`; what it yields as plain objects."""
    proxy = openstack_connection(user, password, project, domain).vpcep
    answer = getattr(proxy, operation)(*args, **(query or {}))
    return plain(answer) if isinstance(answer, openstack.resource.Resource) else [plain(item) for item in answer]


def plain(resource):
    return resource.to_dict(computed=False, original_names=True)


def projects(name):
    """Identity's projects, with the token that the connection has."""
    session = openstack_connection(None, None, None, None).session
    return session.get(f"{os.environ['OS_AUTH_URL']}/projects", params={"name": name}).json()


def run(do, **rest):
    return {"huawei": huawei, "otc": otc, "projects": projects}[do](**rest)


def describe(error):
    status = getattr(error, "status_code", None) or getattr(error, "http_status", None)
    response = getattr(error, "response", None)
    try:
        body = response.json() if response is not None else {}
    except ValueError:
        body = {}
    return {
        "code": getattr(error, "error_code", None) or body.get("error_code"),
        "status": status,
        "text": getattr(error, "error_msg", None) or body.get("error_msg") or str(error),
    }


serve(run, describe)
