"""`massctl schema`: the JSON Schemas of the file formats."""

import json
from pathlib import Path

import click

from massctl.cli.output import write_files


@click.command(name="schema")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write one file per schema into this folder."
)
def command(out: Path | None) -> None:
    """Write the JSON Schemas that editors and checks use; without --out, all of them as one document."""
    from massctl.cli.output import current_voice
    from massctl.cli.output_schemas import all_schemas
    from massctl.source.schemas import schema_text

    documents = all_schemas()
    voice = current_voice()
    if out is None:
        voice.document(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    contents = {name: schema_text(document).encode() for name, document in documents.items()}
    for path in write_files(out, contents):
        voice.result(path)
