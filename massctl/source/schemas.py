"""JSON Schemas of the files that people write, made from the models.

They accept and reject what the loader does wherever a schema can say it; what needs arithmetic (the order
of a window's ends, real dates, time zones, hosts, account names) only the loader checks.
"""

import ast
import inspect
import json
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any, get_args, get_type_hints

from msgspec import Struct
from pydantic import BaseModel

from massctl.errors import InvariantError
from massctl.model.audience import SOURCES, AudienceFile
from massctl.model.campaign import AUDIENCES, EITHER_OF, EVERYBODY, LISTS, MESSAGES, CampaignFile
from massctl.model.defaults import DefaultsFile
from massctl.model.settings import CHANNELS, CREDENTIALS, SIGNED_CHANNELS, Account, MassctlFile

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FILES: dict[str, type[BaseModel]] = {
    "campaign.schema.json": CampaignFile,
    "massctl.schema.json": MassctlFile,
    "account.schema.json": Account,
    "defaults.schema.json": DefaultsFile,
    "audience.schema.json": AudienceFile,
}
_TITLES = {
    "campaign.schema.json": "campaign.yaml of massctl",
    "massctl.schema.json": "massctl.yaml",
    "account.schema.json": "accounts/NAME.yaml of massctl",
    "defaults.schema.json": "_defaults.yaml of massctl",
    "audience.schema.json": "audiences/NAME.yaml of massctl",
}
_NO_LIST = {
    "description": "No list of openids.",
    "not": {"anyOf": [{"required": [key]} for key in LISTS]},
}

_NO_END = {"not": {"required": ["not_after"]}}


def _in_each_cell(rule: dict[str, Any]) -> dict[str, Any]:
    """Say what holds of each cell of a matrix, where there is one."""
    cells = {"description": "Each cell says it.", "items": rule}
    return {"required": ["matrix"], "properties": {"matrix": cells}}


# Rules that need two keys at once, by the name of the model they belong to.
_RULES: dict[str, dict[str, Any]] = {
    "CampaignFile": {
        "required": ["version"],
        "oneOf": [{"required": [key]} for key in MESSAGES],
        # A _defaults.yaml may say the account.
        "anyOf": [
            {"required": ["audience"]},
            _in_each_cell({"required": ["audience"]}),
        ],
        "dependentRequired": {"handoff": ["mpnews"]},
        "allOf": [
            {"not": {"required": ["matrix", "parts"]}},
            {
                "if": {"required": ["parts"]},
                "then": {
                    "properties": {
                        "audience": {"description": "Of an audience.", "required": ["of"]},
                        "send": {"description": "Each part has its end.", **_NO_END},
                    }
                },
                "else": {
                    "properties": {
                        "send": {
                            "description": "A window has two ends.",
                            "dependentRequired": {"not_before": ["not_after"]},
                        }
                    }
                },
            },
        ],
        "if": {"required": ["handoff"]},
        "then": {
            "properties": {
                "audience": _NO_LIST,
                "matrix": {
                    "description": "No list of openids.",
                    "items": {"properties": {"audience": _NO_LIST}},
                },
            }
        },
    },
    "Handoff": {"minProperties": 1},
    "AudienceSource": {"oneOf": [{"required": [key]} for key in SOURCES]},
    # false beside another audience says nothing. Not "const": editors would offer that value.
    "Audience": {
        "oneOf": [
            {
                "required": [EVERYBODY],
                "properties": {EVERYBODY: {"description": "Not false.", "not": {"const": False}}},
            },
            *({"required": [key]} for key in AUDIENCES if key != EVERYBODY),
        ]
    },
    **{
        model: {"oneOf": [{"required": [key]} for key in EITHER_OF[message]]}
        for model, message in (("Image", "image"), ("Voice", "voice"), ("MpVideo", "mpvideo"))
    },
    "Channel": {
        "oneOf": [{"required": [key]} for key in CHANNELS],
        "if": {"required": ["signing_secret_env"]},
        "then": {"anyOf": [{"required": [key]} for key in SIGNED_CHANNELS]},
    },
    "Account": {"oneOf": [{"required": [key]} for key in CREDENTIALS]},
    "Send": {
        "dependentRequired": {"not_after": ["not_before"]},
        "if": {"required": ["date"]},
        "then": {"not": {"anyOf": [{"required": [key]} for key in ("not_before", "not_after")]}},
    },
}


def schema_documents() -> dict[str, dict[str, Any]]:
    """Return the schemas by file name."""
    return {name: _document(name, model) for name, model in _FILES.items()}


def schema_text(document: dict[str, Any]) -> str:
    """Write a schema as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _document(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    definitions: dict[str, Any] = schema.pop("$defs", {})
    models = models_below(model)
    root = _finished(schema, model)
    finished = {
        key: _finished(each, models[key]) if key in models else each
        for key, each in definitions.items()
    }
    head = {"$schema": DRAFT, "$id": name, "title": _TITLES[name]}
    return {**head, **root, "$defs": _used(root, finished)}


def names_by_key(model: type[Any]) -> dict[str, str]:
    """Return the fields of a class by the keys of its JSON."""
    if issubclass(model, Struct):
        return dict(zip(model.__struct_encode_fields__, model.__struct_fields__, strict=True))
    if issubclass(model, BaseModel):
        return {field.alias or name: name for name, field in model.model_fields.items()}
    return {}


def models_below(model: type[Any]) -> dict[str, type[Any]]:
    """Return every class with fields that a format consists of, by its name."""
    found: dict[str, type[Any]] = {}
    waiting: list[Any] = [model]
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if inspect.isclass(kind) and kind.__name__ not in found and names_by_key(kind):
            found[kind.__name__] = kind
            waiting += get_type_hints(kind).values()
    return found


def _finished(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Describe every property, drop what the loader does not accept, and add the rules for two keys."""
    described = descriptions(model)
    names = names_by_key(model)
    properties = {}
    for key, each in schema["properties"].items():
        text = described[names[key]]
        properties[key] = {"description": text, **_without_null(each)}
    rest = {
        key: value
        for key, value in schema.items()
        if key not in ("title", "properties", "description")
    }
    return {
        "description": inspect.getdoc(model) or "",
        **rest,
        "properties": properties,
        **_RULES.get(model.__name__, {}),
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Take null and the generated title away: a key without a value is a fault, and the key is its title."""
    plain = {key: value for key, value in schema.items() if key not in ("title", "description")}
    if plain.get("default", ...) is None:
        del plain["default"]
    if "anyOf" in plain:
        others = [each for each in plain.pop("anyOf") if each != {"type": "null"}]
        plain |= others[0] if len(others) == 1 else {"anyOf": others}
    if "patternProperties" in plain:
        plain["additionalProperties"] = False
    return plain


def _used(root: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Leave out the definitions of what is not built yet."""
    used: set[str] = set()
    waiting: list[Any] = [root]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += each.values()
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name and name not in used:
                used.add(name)
                waiting.append(definitions[name])
    return {name: each for name, each in definitions.items() if name in used}


@cache
def descriptions(model: type[Any]) -> dict[str, str]:
    """Return the docstrings under the fields of a class, and of those it builds on, read from their source.

    pydantic could do it (`use_attribute_docstrings`), but would then read sources at every start of the
    command.
    """
    found: dict[str, str] = {}
    for base in model.__bases__:
        if names_by_key(base):
            found |= descriptions(base)
    for field, below in pairwise(_classes(model.__module__)[model.__name__].body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match below:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = inspect.cleandoc(text)
                case _:
                    raise InvariantError(f"{model.__name__}.{field.target.id} has no docstring")
    return found


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(import_module(module)))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
