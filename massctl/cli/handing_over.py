"""Locks from the job that renders to the job that commits, and which campaigns a branch changes.

Only `print_unlocked` runs templates.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from massctl.cli.session import open_settings, session
from massctl.errors import ForgeError, UsageError
from massctl.forge.artefact import ArtefactError, read_text
from massctl.forge.lock_bundle import BUNDLE_BYTES_MAX, bundle_text, read_bundle
from massctl.model.ids import CampaignName, Sha256, is_campaign_name
from massctl.model.phrase import Phrase, system_reason
from massctl.source.locks import LOCK_BYTES_MAX, put_lock
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, SETTINGS, Repository, UnreadableError

_NOTHING: Final = Phrase("Nothing was written.")


def pack(directory: str, file: Path) -> None:
    """Write every lock of the checkout into one document."""
    repository = Repository(_root(directory))
    packed = {name: _text(repository, name) for name in repository.campaign_folders().names}
    try:
        file.write_text(
            bundle_text({name: text for name, text in packed.items() if text is not None}), encoding="utf-8"
        )
    except OSError as error:
        why = system_reason(error)
        raise UsageError(Phrase("{file} cannot be written: {why}", file=file.name, why=why)) from None


def put(directory: str, file: Path) -> None:
    """Give the campaigns of a document exactly its locks; refuses the whole where anything in it is unfit."""
    root = _root(directory)
    _, _, voice = open_settings(directory)
    try:
        bundle = read_bundle(read_text(file, BUNDLE_BYTES_MAX))
    except ArtefactError as unfit:
        raise ForgeError(Phrase("the locks cannot be used: {why}", why=unfit.what), _NOTHING) from None
    for name in bundle.campaigns:
        _require_own_folder(root, name)
    for name, text in sorted(bundle.campaigns.items()):
        for path in put_lock(root, CampaignName(name), text.encode()):
            voice.result(f"{CAMPAIGNS}/{name}/{path}")


def print_changed(directory: str, other: Path) -> None:
    """Print the campaigns whose own folder differs from the one in `other`, or is not there."""
    _, _, voice = open_settings(directory)
    if not other.is_dir():
        # Every campaign would pass for a new one.
        raise UsageError(Phrase("there is no folder {directory}", directory=str(other)))
    for name in _changed(Repository(_root(directory)), Repository(other.resolve())):
        voice.result(name)


def print_begun(directory: str) -> None:
    """Print whether massctl.yaml names a ledger; raises UsageError where it is faulty."""
    with session(directory) as (current, _):
        has_begun, voice = current.settings.state.lineage is not None, current.voice
    voice.result("true" if has_begun else "false")
    if not has_begun:
        voice.talk(Phrase("there is no ledger yet, so nothing is staged, sent or watched"))
        voice.talk(Phrase("massctl state init   then commit the line that it writes"))


def print_unlocked(directory: str) -> None:
    """Print the campaigns without faults whose lock is missing or differs, where the policy asks for locks."""
    # Rendering is needed by this verb alone.
    from massctl.cli.locking import locked
    from massctl.plan.plan_file import LockResult

    with session(directory) as (current, _):
        report = locked(current, (), check=True) if current.settings.policy.require_lock else []
        voice = current.voice
    for each in report:
        if each.result in (LockResult.MISSING, LockResult.DIFFERS):
            voice.result(each.name)


def _text(repository: Repository, name: CampaignName) -> str | None:
    path = f"{CAMPAIGNS}/{name}/{LOCK_FILE}"
    if not (repository.root / path).is_file():
        return None
    try:
        return repository.read_bytes(path, LOCK_BYTES_MAX).decode("utf-8")
    except (UnicodeDecodeError, UnreadableError):
        # `massctl lock` writes nothing else: somebody put it there by hand, into a campaign that went out.
        raise ForgeError(Phrase("the lock of {name} is not UTF-8", name=name), _NOTHING) from None


def _changed(here: Repository, there: Repository) -> Iterator[CampaignName]:
    for name in here.campaign_folders().names:
        now = _digest(here, name)
        # A folder that cannot be read counts as changed: the verb that is run for it says why, of it alone.
        if now is None or now != _digest(there, name):
            yield name


def _digest(repository: Repository, name: CampaignName) -> Sha256 | None:
    try:
        return repository.folder_digest(name)
    except UnreadableError:
        return None


def _root(directory: str) -> Path:
    root = Path(directory).resolve()
    if not (root / SETTINGS).is_file():
        open_settings(directory)  # Says that this is no repository.
    return root


def _require_own_folder(root: Path, name: str) -> None:
    """Refuse a campaign that this checkout does not have as an ordinary folder: a link would lead elsewhere."""
    folder = root / CAMPAIGNS / name
    linked = (root / CAMPAIGNS).is_symlink() or folder.is_symlink()
    if linked or not (is_campaign_name(name) and folder.is_dir()):
        raise ForgeError(Phrase("the locks cannot be used: {name} is no campaign here", name=name), _NOTHING)
