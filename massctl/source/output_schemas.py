"""JSON Schemas of the documents that massctl writes, made from the models that describe them; null is a value there."""

from typing import Any, Final, get_args

from pydantic import BaseModel

from massctl.model.lock import LockFile
from massctl.plan.saved import SavedPlan
from massctl.source.schemas import DRAFT, descriptions, schema_documents

_FILES: Final[dict[str, tuple[str, type[BaseModel]]]] = {
    "lock.schema.json": ("campaign.lock.json of massctl", LockFile),
    "plan.schema.json": ("massctl plan --format json", SavedPlan),
}


def all_schemas() -> dict[str, dict[str, Any]]:
    """Give every schema by file name: of what people write, and of what massctl writes."""
    written = {name: _document(name, title, model) for name, (title, model) in _FILES.items()}
    return {**schema_documents(), **written}


def _document(name: str, title: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    models = {each.__name__: each for each in _models_in(model)}
    inner = {
        key: _described(each, models[key]) if key in models else _untitled(each)
        for key, each in schema.pop("$defs").items()
    }
    return {"$schema": DRAFT, "$id": name, "title": title, **_described(schema, model), "$defs": inner}


def _described(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    said = descriptions(model)
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    properties = {
        key: {**_untitled(each), "description": said[names[key]]} for key, each in schema["properties"].items()
    }
    return {**_untitled(schema), "properties": properties}


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Give every model that an annotation is made of, each with those inside it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = [each for field in annotation.model_fields.values() for each in _models_in(field.annotation)]
        return [annotation, *inner]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
