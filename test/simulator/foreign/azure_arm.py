"""Azure's own management clients, with tokens of the managed identity that the environment names. ARM is plain http here."""

import os

from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.mgmt.cosmosdb import CosmosDBManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.sql import SqlManagementClient
from azure.mgmt.storage import StorageManagementClient
from serve import serve

GROUP = "orders"
NAME = "ledger"
# The policy that sends tokens refuses plain http, unless each call says otherwise.
PLAIN = {"enforce_https": False}


def client(of):
    return of(
        ManagedIdentityCredential(),
        os.environ["ARM_SUBSCRIPTION_ID"],
        base_url=os.environ["ARM_RESOURCE_MANAGER_ENDPOINT"],
        credential_scopes=["https://management.azure.com/.default"],
        retry_total=0,
        polling_interval=0,
    )


network = client(NetworkManagementClient).private_link_services
storage = client(StorageManagementClient).private_endpoint_connections
sql = client(SqlManagementClient).private_endpoint_connections
vault = client(KeyVaultManagementClient).private_endpoint_connections
cosmos = client(CosmosDBManagementClient).private_endpoint_connections

# Of each type: list, get, put, delete. What goes on later is waited for.
CALLS = {
    "network": (
        lambda: network.list_private_endpoint_connections(GROUP, NAME, **PLAIN),
        lambda one: network.get_private_endpoint_connection(GROUP, NAME, one, **PLAIN),
        lambda one, body: network.update_private_endpoint_connection(GROUP, NAME, one, body, **PLAIN),
        lambda one: network.begin_delete_private_endpoint_connection(GROUP, NAME, one, **PLAIN).result(),
    ),
    "storage": (
        lambda: storage.list(GROUP, NAME, **PLAIN),
        lambda one: storage.get(GROUP, NAME, one, **PLAIN),
        lambda one, body: storage.put(GROUP, NAME, one, body, **PLAIN),
        lambda one: storage.delete(GROUP, NAME, one, **PLAIN),
    ),
    "sql": (
        lambda: sql.list_by_server(GROUP, NAME, **PLAIN),
        lambda one: sql.get(GROUP, NAME, one, **PLAIN),
        lambda one, body: sql.begin_create_or_update(GROUP, NAME, one, body, **PLAIN).result(),
        lambda one: sql.begin_delete(GROUP, NAME, one, **PLAIN).result(),
    ),
    "keyvault": (
        lambda: vault.list_by_resource(GROUP, NAME, **PLAIN),
        lambda one: vault.get(GROUP, NAME, one, **PLAIN),
        lambda one, body: vault.put(GROUP, NAME, one, body, **PLAIN),
        lambda one: vault.begin_delete(GROUP, NAME, one, **PLAIN).result(),
    ),
    "cosmos": (
        lambda: cosmos.list_by_database_account(GROUP, NAME, **PLAIN),
        lambda one: cosmos.get(GROUP, NAME, one, **PLAIN),
        lambda one, body: cosmos.begin_create_or_update(GROUP, NAME, one, body, **PLAIN).result(),
        lambda one: cosmos.begin_delete(GROUP, NAME, one, **PLAIN).result(),
    ),
}


def shown(one):
    """Newer clients keep what the wire holds below `properties`, older ones lift it."""
    if one is None:
        return None
    inner = getattr(one, "properties", None) or one
    state = inner.private_link_service_connection_state
    return {
        "name": one.name or one.id.rsplit("/", 1)[1],
        "status": str(getattr(state.status, "value", state.status)),
        "description": state.description,
        "endpoint": inner.private_endpoint.id if inner.private_endpoint else None,
        "provisioning": str(getattr(inner.provisioning_state, "value", inner.provisioning_state)),
    }


def run(type, call, name=None, status=None, description=None):
    list_all, get, put, delete = CALLS[type]
    if call == "list":
        return [shown(one) for one in list_all()]
    if call == "get":
        return shown(get(name))
    if call == "put":
        body = {"properties": {"privateLinkServiceConnectionState": {"status": status, "description": description}}}
        return shown(put(name, body))
    return delete(name)


def describe(error):
    if not isinstance(error, HttpResponseError):
        return {}
    return {"code": error.error.code if error.error else None, "status": error.status_code}


serve(run, describe)
