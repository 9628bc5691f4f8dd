"""`massctl init`: begin a repository."""

import json
from pathlib import Path

import click


@click.command(name="init")
@click.argument("target", required=False, metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def command(directory: str, target: Path | None) -> None:
    """Scaffold a repository in DIR (default: here) that validates, plans and applies in the sandbox."""
    from massctl.cli.speaking import speak_as, voice
    from massctl.model.phrase import Phrase
    from massctl.scaffold.repository import scaffold_files, write_scaffold
    from massctl.source.schemas import schema_documents
    from massctl.view.language import say

    speaker = speak_as(voice(None))
    contents = scaffold_files()
    for name, document in schema_documents().items():
        contents[f"schemas/{name}"] = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    root = Path(directory) / (target or ".")
    written = write_scaffold(root, contents)
    for path in sorted([*written, *_locked(root, written)]):
        speaker.result(path)
    where = f"cd {target} && " if target else ""
    hint = Phrase("next: {where}massctl apply first-letter --sandbox --yes", where=where)
    speaker.talk(say(hint, speaker.language))


def _locked(root: Path, written: list[str]) -> list[str]:
    """Lock the campaigns of the scaffold, since its policy sends only what is locked; gives the paths written."""
    from tempfile import TemporaryDirectory

    from massctl.cli.locking import locked
    from massctl.cli.session import session
    from massctl.source.repository import CAMPAIGNS

    names = [path.split("/")[1] for path in written if path.endswith("/campaign.yaml")]
    # What the environment says about addresses is for runs that call WeChat; a new folder holds no cache yet.
    with TemporaryDirectory() as cache, session(str(root), environment={}) as (current, _):
        report = locked(current, names, check=False, cache=Path(cache))
    return [f"{CAMPAIGNS}/{each.name}/{path}" for each in report for path in each.written]
