"""`massctl schema`: the JSON Schemas of the file formats."""

import json
from pathlib import Path

import click


@click.command(name="schema")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write one file per schema into this folder."
)
def command(out: Path | None) -> None:
    """Write the JSON Schemas that editors and checks use; without --out, all of them as one document."""
    from massctl.source.schemas import schema_documents

    documents = schema_documents()
    if out is None:
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (out / name).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        click.echo(str(out / name))
