"""Write the keys of `state` into massctl.yaml without touching a comment, and without ever leaving half a file."""

import io
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.errors import LedgerError
from massctl.model.account import GIT_KEYS
from massctl.model.phrase import Phrase
from massctl.model.system_reason import system_reason

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap


def declare_lineage(root: Path, lineage: str) -> bool:
    """Set `state.lineage`; comments and order stay. False: it is set already, and nothing was written.

    Raises LedgerError where the file cannot be written.
    """

    def edit(state: "CommentedMap") -> bool:
        if state.get("lineage") == lineage:
            return False
        if "lineage" in state:
            state["lineage"] = lineage  # In its place, with the comment beside it.
        else:
            # First, since a comment or an empty line behind the last key belongs to what follows.
            state.insert(0, "lineage", lineage)
        return True

    return _edited(root, edit)


def declare_backend(root: Path, backend: str, where: Mapping[str, str]) -> bool:
    """Set `state.backend`, with `where` it is in git; keys that speak of git go with it. Else as `declare_lineage`."""

    def edit(state: "CommentedMap") -> bool:
        before = dict(state)
        state["backend"] = backend
        for key in GIT_KEYS:
            if backend == "local":
                state.pop(key, None)
            elif key in where:
                state[key] = where[key]
        return before != dict(state)

    return _edited(root, edit)


def _edited(root: Path, edit: Callable[["CommentedMap"], bool]) -> bool:
    """Let `edit` change the keys of `state`, and write the file where it says that it did."""
    # The round-trip loader keeps comments; only the run that begins or moves a ledger needs it.
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    path = root / "massctl.yaml"
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    try:
        document = yaml.load(path.read_text(encoding="utf-8"))
        state = document.get("state")
        if state is None:
            state = CommentedMap({"backend": "local"})
            document["state"] = state
        if not edit(state):
            return False
        text = io.StringIO()
        yaml.dump(document, text)
        _replace(path, text.getvalue())
        return True
    except OSError as error:
        raise LedgerError(
            Phrase("massctl.yaml cannot be written"),
            Phrase("{why}. The ledger exists, and nothing was uploaded or sent.", why=system_reason(error)),
            Phrase("Make massctl.yaml writable, then run the same command again."),
        ) from None


def _replace(path: Path, text: str) -> None:
    """Write beside, flush, and put in place, so that a crash leaves the old file or the new one."""
    mode = path.stat().st_mode & 0o777
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".massctl.yaml.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
