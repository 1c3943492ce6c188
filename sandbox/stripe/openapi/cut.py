"""Cuts Stripe's OpenAPI file down to what the sandbox speaks: ``python -m sandbox.stripe.openapi.cut FULL.json``.

FULL.json is ``spec3.json`` of Stripe's published OpenAPI files (MIT, see NOTICE). Descriptions, parameters that
the sandbox does not know, objects it has not got and the other ways of paying are left out; nothing is added.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox.stripe.openapi.wanted import METHOD_TYPES, OBJECTS, OPERATIONS

Node = dict[str, Any]
TARGET = Path(__file__).with_name("spec.json")
KEPT = frozenset(
    {
        "type",
        "properties",
        "required",
        "enum",
        "nullable",
        "anyOf",
        "items",
        "$ref",
        "additionalProperties",
        "format",
        "maxLength",
        "x-expandableFields",
    }
)
REF = "#/components/schemas/"


class Cutter:
    """Holds the full file and collects the schemas that the kept parts need."""

    def __init__(self, full: Node) -> None:
        self.full = full
        self.schemas: Node = full["components"]["schemas"]
        kinds = self.schemas["payment_method"]["properties"]["type"]["enum"]
        self.foreign = set(kinds) - METHOD_TYPES

    def cut(self) -> Node:
        """The small file."""
        return {
            "openapi": self.full["openapi"],
            "info": {
                "title": "Stripe API, cut down",
                "version": self.full["info"]["version"],
                "license": {"name": "MIT", "x-notice": "Copyright (c) 2011- Stripe, Inc."},
            },
            "paths": self._paths(),
            "components": {"schemas": self._closure()},
        }

    def _paths(self) -> Node:
        paths: Node = {}
        for operation, words in OPERATIONS.items():
            method, path = operation.split()
            source = self._operation(path, method.lower())
            schema = self._request(source, method)
            wanted = ["expand", *words.split()]
            answer = source["responses"]["200"]["content"]["application/json"]["schema"]
            paths.setdefault(path, {})[method.lower()] = {
                "request": self._narrow(schema, wanted),
                "answer": self._trim(answer),
            }
        return paths

    def _operation(self, path: str, method: str) -> Node:
        """The path's parameter names differ from version to version; compare the shape."""
        shape = [part if not part.startswith("{") else "{}" for part in path.split("/")]
        for name, operations in self.full["paths"].items():
            parts = [part if not part.startswith("{") else "{}" for part in name.split("/")]
            if parts == shape and method in operations:
                found: Node = operations[method]
                return found
        raise SystemExit(f"{method.upper()} {path} is not in this file.")

    def _request(self, source: Node, method: str) -> Node:
        if method == "POST":
            body: Node = source["requestBody"]["content"]
            trimmed: Node = self._trim(next(iter(body.values()))["schema"])
            return trimmed
        queried = [p for p in source.get("parameters", []) if p["in"] == "query"]
        return {
            "type": "object",
            "properties": {p["name"]: self._trim(p["schema"]) for p in queried},
            "required": [p["name"] for p in queried if p.get("required")],
        }

    def _narrow(self, schema: Node, wanted: list[str]) -> Node:
        """Keep only the wanted properties, in depth."""
        if "items" in schema:
            return {**schema, "items": self._narrow(schema["items"], wanted)}
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._narrow(option, wanted) for option in schema["anyOf"]]}
        if "properties" not in schema:
            return schema
        kept: Node = {}
        for name in dict.fromkeys(word.split(".")[0] for word in wanted):
            inner = [word.partition(".")[2] for word in wanted if word.split(".")[0] == name]
            if name not in schema["properties"]:
                if name == "expand":
                    continue
                raise SystemExit(f"Parameter {name} is not in this file.")
            child = schema["properties"][name]
            kept[name] = child if "" in inner else self._narrow(child, inner)
        narrowed: Node = {**schema, "properties": kept}
        narrowed["required"] = [name for name in schema.get("required", []) if name in kept]
        return narrowed

    def _trim(self, node: Any) -> Any:
        """A schema without prose, foreign ways of paying and links to objects that the sandbox has not got."""
        if not isinstance(node, dict):
            return node
        trimmed: Node = {key: value for key, value in node.items() if key in KEPT}
        if "properties" in trimmed:
            trimmed["properties"] = self._properties(trimmed["properties"])
            names = trimmed["properties"]
            for list_name in ("required", "x-expandableFields"):
                if list_name in trimmed:
                    trimmed[list_name] = [name for name in trimmed[list_name] if name in names]
        if "anyOf" in trimmed:
            trimmed["anyOf"] = [self._trim(option) for option in trimmed["anyOf"] if self._here(option)]
        for key in ("items", "additionalProperties"):
            if isinstance(trimmed.get(key), dict):
                trimmed[key] = self._trim(trimmed[key])
        return trimmed

    def _properties(self, properties: Node) -> Node:
        foreign = self.foreign if len(self.foreign & set(properties)) >= 3 else set()
        kept = {}
        for name, schema in properties.items():
            if name not in foreign and self._here(schema):
                kept[name] = self._trim(schema)
        return kept

    def _here(self, schema: Node) -> bool:
        """False for what can only be an object that the sandbox has not got."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(REF)
            return name in OBJECTS or "x-resourceId" not in self.schemas[name]
        if "anyOf" in schema:
            return any(self._here(option) for option in schema["anyOf"])
        if "data" in schema.get("properties", {}):
            return self._here(schema["properties"]["data"]["items"])
        return True

    def _closure(self) -> Node:
        kept: Node = {}
        waiting = list(OBJECTS)
        while waiting:
            name = waiting.pop()
            if name not in kept:
                kept[name] = self._trim(self.schemas[name])
                waiting.extend(_references(kept[name]))
        return {name: kept[name] for name in sorted(kept)}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(REF)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def main(arguments: list[str]) -> None:
    """Rewrite spec.json, one path or schema per line, so that diffs are readable."""
    small = Cutter(json.loads(Path(arguments[0]).read_text())).cut()
    lines = ["{", f'"openapi": {json.dumps(small["openapi"])},', f'"info": {json.dumps(small["info"])},']
    lines += ['"paths": {', _rows(small["paths"]), '}, "components": {"schemas": {']
    lines += [_rows(small["components"]["schemas"]), "}}", "}"]
    TARGET.write_text("\n".join(lines) + "\n")


def _rows(table: Node) -> str:
    return ",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in table.items())


if __name__ == "__main__":
    main(sys.argv[1:])
