"""Orders of Shopify's Admin API inside a JSON document, told apart from everything else there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ORDER_ID = "gid://shopify/Order/"
# keys of an order that nothing of the Marketing API has, by the API that writes them
_REST_KEYS = {"financial_status", "total_price", "subtotal_price", "order_number", "line_items"}
_GRAPHQL_KEYS = {"displayFinancialStatus", "totalPriceSet", "subtotalPriceSet", "lineItems"}


@dataclass(frozen=True)
class Orders:
    """Orders found in the part of a document that was looked at."""

    shape: str
    """'pages', 'list' or 'lines'"""
    api: str
    """'rest' or 'graphql'"""
    found: Sequence[Mapping[str, Any]]


def find_orders(value: Any) -> Orders | None:
    """Find the orders in a document's first value; None where it is about something else."""
    if isinstance(value, list) and value:
        inner = find_orders(value[0])
        if inner is None or inner.shape != "lines":
            return inner
        return Orders("list", inner.api, _objects_of(value))
    if not isinstance(value, dict):
        return None
    single = next((v for v in (value, value.get("_airbyte_data")) if _is_order(v)), None)
    return _orders_of([single], "lines") if single else _page(value)


def _page(value: Mapping[str, Any]) -> Orders | None:
    """Find the orders under the keys of an answer."""
    data = value["data"] if isinstance(value.get("data"), dict) else value
    held = next((data[key] for key in ("orders", "order", "node") if key in data), None)
    if isinstance(held, dict) and ("nodes" in held or "edges" in held):
        nodes = held.get("nodes") or [edge.get("node") for edge in held.get("edges") or []]
        return Orders("pages", "graphql", _objects_of(nodes))
    if isinstance(held, list) and "orders" in data:
        return _orders_of(held, "pages")
    return _orders_of([held], "pages") if _is_order(held) else None


def _orders_of(items: Sequence[Any], shape: str) -> Orders:
    found = _objects_of(items)
    return Orders(shape, _api_of(found[0]) if found else "rest", found)


def _objects_of(items: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, dict)]


def missing_keys(orders: Orders) -> list[str]:
    """List what the first order lacks and cannot be done without, as its API calls it."""
    first = orders.found[0].keys()
    if orders.api == "graphql":
        needed = [("id", {"id"}), ("createdAt", {"createdAt"})]
        needed.append(("totalPriceSet", {"totalPriceSet", "subtotalPriceSet"}))
    else:
        needed = [("id", {"id", "name"}), ("created_at", {"created_at"})]
        needed.append(("total_price", {"total_price", "subtotal_price", "total_price_set"}))
    return [name for name, keys in needed if not keys & first]


def _is_order(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    ids = (value.get("id"), value.get("admin_graphql_api_id"))
    return (
        any(isinstance(i, str) and i.startswith(_ORDER_ID) for i in ids)
        or len((_REST_KEYS | _GRAPHQL_KEYS) & value.keys()) > 1
    )


def _api_of(order: Mapping[str, Any]) -> str:
    is_rest = "created_at" in order or "admin_graphql_api_id" in order or _REST_KEYS & order.keys()
    return "rest" if is_rest else "graphql"
