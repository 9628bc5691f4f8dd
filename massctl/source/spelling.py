"""Unknown keys: what was probably meant, so that one misspelt key is one fault and not three."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from massctl.model.campaign import Fault, Path
from massctl.model.phrase import Phrase
from massctl.source.reporter import word
from massctl.source.shape import Block, blocks, key_paths, keys_of


@dataclass(slots=True)
class Meant:
    """A document with its misspelt keys put right, and how they are written."""

    data: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    """One for each unknown key."""
    renamed: dict[Path, str] = field(default_factory=dict)
    """Path of a key that was put right -> the key as written."""
    not_built: frozenset[Path] = frozenset()
    """Those of them whose effect is not built: one fault is enough."""

    def written(self, path: Path) -> Path:
        """Give the path, in the document as written, of a path in `data`."""
        return tuple(self.renamed.get(path[: n + 1], part) for n, part in enumerate(path))


def as_meant(model: type[BaseModel], data: dict[str, Any]) -> Meant:
    """Report the unknown keys of `data`, and read those that resemble a missing one as that one."""
    meant = Meant(deepcopy(data))
    for block in blocks(model, meant.data):
        known = keys_of(block.model)
        for name in [name for name in block.data if name not in known]:
            close, advice = _advice(name, block, model)
            path = meant.written((*block.path, name))
            meant.faults.append(Fault("MC011", path, Phrase("unknown key {key}", key=word(name)), advice))
            if close is None or close in block.data:
                del block.data[name]
            else:
                _rename(block.data, name, close)
                meant.renamed[*block.path, close] = name
                if known[close].is_not_yet:
                    meant.not_built |= {(*block.path, close)}
    return meant


def _rename(data: dict[str, Any], name: str, close: str) -> None:
    """Put another key in the place of `name`; the order stays."""
    items = [(close if key == name else key, value) for key, value in data.items()]
    data.clear()
    data.update(items)


def _advice(name: str, block: Block, root: type[BaseModel]) -> tuple[str | None, Phrase]:
    """Say which key may be meant: the same one elsewhere in the file, or one like it here."""
    elsewhere = [path[:-1] for path in key_paths(root) if path[-1] == name]
    if elsewhere == [()]:
        return None, Phrase("{key} belongs at the top of the file, not indented", key=word(name))
    if len(elsewhere) == 1:
        return None, Phrase("{key} belongs under {where}", key=word(name), where=".".join(elsewhere[0]))
    from difflib import get_close_matches  # only here: most files have no unknown key

    plain = name.lower().replace("-", "_").replace(" ", "_")
    close = next(iter(get_close_matches(plain, keys_of(block.model), n=1)), None)
    if close is not None:
        return close, Phrase("did you mean {key}?", key=close)
    built = [key for key, each in keys_of(block.model).items() if not each.is_not_yet]
    return None, Phrase("the keys here are {keys}", keys=", ".join(built))
