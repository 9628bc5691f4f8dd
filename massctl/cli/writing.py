"""Files that a person asked for with `--out`."""

from collections.abc import Mapping
from pathlib import Path

from massctl.errors import UsageError
from massctl.model.phrase import Phrase, system_reason


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write files into a folder, which is made where it is missing, and give their paths.

    Raises UsageError where the folder cannot take them; some may have been written then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("{folder} cannot be written: {why}", folder=str(folder), why=why),
            hint=Phrase("name another folder with --out"),
        ) from None
    return [str(folder / name) for name in contents]
