"""The pictures of one campaign: found once, listed in order of first use."""

from collections.abc import Mapping
from dataclasses import replace

from massctl.model.ids import Sha256
from massctl.model.message import PICTURE_SCHEME, Picture, Purpose
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault
from massctl.render.inputs import Inputs, PicturePurpose
from massctl.render.paths import foreign_picture, is_foreign, missing_picture, picture_paths


class Pictures:
    """Find pictures by the references of one campaign, and remember which were used."""

    def __init__(self, campaign: str, inputs: Inputs) -> None:
        self._campaign = campaign
        self._inputs = inputs
        self._found: dict[tuple[str, PicturePurpose], Picture | Fault] = {}
        self._used: dict[tuple[Sha256, Purpose], Picture] = {}
        self._called: dict[str, tuple[str, Picture]] = {}

    @property
    def used(self) -> tuple[Picture, ...]:
        """The pictures in order of first use; one entry for each pair of `sha256` and `purpose`."""
        return tuple(self._used.values())

    @property
    def called(self) -> Mapping[str, tuple[str, Picture]]:
        """The pictures by SHA-256, each with the reference by which it was first found."""
        return self._called

    def find(self, written: str, file: str, purpose: PicturePurpose) -> Picture | Fault:
        """Find the picture that `file` (from the campaigns folder) calls `written`, or say why there is none."""
        found = self.look_for(written, file, purpose)
        if isinstance(found, Picture):
            self.use(written, found)
        return found

    def use(self, written: str, picture: Picture) -> None:
        """Note that a picture is shown."""
        self._used.setdefault((picture.sha256, picture.purpose), picture)
        self._called.setdefault(picture.sha256, (written, picture))

    def look_for(self, written: str, file: str, purpose: PicturePurpose) -> Picture | Fault:
        """Find a picture as `find` does; it is not used by that."""
        if is_foreign(written):
            return foreign_picture(written)
        paths = picture_paths(written, file, self._campaign)
        if isinstance(paths, Fault):
            return paths
        hint: Phrase | None = None
        for path in paths:
            found = self._look(path, purpose)
            if isinstance(found, Picture):
                return found
            if found.code != "MC201":
                return replace(found, message=Phrase("{file}: {what}", file=f"campaigns/{path}", what=found.message))
            hint = hint or found.hint
        return missing_picture(written, paths, hint)

    def _look(self, path: str, purpose: PicturePurpose) -> Picture | Fault:
        key = path, purpose
        if key not in self._found:
            self._found[key] = self._inputs.picture(path, purpose)
        return self._found[key]


def placeholder(picture: Picture) -> str:
    """Write a picture as it stands in a rendered body."""
    return PICTURE_SCHEME + picture.sha256
