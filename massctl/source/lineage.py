"""Write `state.lineage` into massctl.yaml without touching a comment, and without ever leaving half a file."""

import io
import os
import tempfile
from pathlib import Path

from massctl.errors import LedgerError
from massctl.model.phrase import Phrase
from massctl.model.system_reason import system_reason


def declare_lineage(root: Path, lineage: str) -> bool:
    """Set `state.lineage`; comments and order stay. False: it is set already, and nothing was written.

    Raises LedgerError where the file cannot be written.
    """
    # The round-trip loader keeps comments; only the run that begins a ledger needs it.
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
        if state.get("lineage") == lineage:
            return False
        if "lineage" in state:
            state["lineage"] = lineage  # In its place, with the comment beside it.
        else:
            # First, since a comment or an empty line behind the last key belongs to what follows.
            state.insert(0, "lineage", lineage)
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
