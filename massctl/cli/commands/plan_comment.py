"""`massctl plan-comment`: a plan's JSON as the comment of a pull request."""

from pathlib import Path

import click

from massctl.cli.writing import write_files
from massctl.model.phrase import Phrase


@click.command(name="plan-comment")
@click.argument("file", metavar="FILE")
@click.option("--commit", metavar="SHA", help="Say which commit it was made for.")
@click.option("--from-fork", is_flag=True, help="Say that it comes from a fork, so that it may say anything.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="BODY", help="Write it into a file instead."
)
def command(file: str, commit: str | None, from_fork: bool, out: Path | None) -> None:
    """Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.

    FILE is data that anybody may have written: it is checked against the schema, and no word in it becomes a link, a
    mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.
    """
    if commit is not None and not _is_commit(commit):
        raise click.UsageError(Phrase("{text} is no commit: 7 to 64 hex digits", text=commit))
    from massctl.cli.reviewing import read_review
    from massctl.cli.speaking import current_voice, speak_as, voice
    from massctl.plan.saved import SavedPlan
    from massctl.view.as_markdown import plan_comment

    plan = read_review(file)
    if isinstance(plan, SavedPlan) and plan.review is not None:
        # Its sentences are in this language already.
        speak_as(voice(plan.review.language))
    speaker = current_voice()
    comment = plan_comment(plan, speaker.language, commit=commit, from_fork=from_fork)
    if out is None:
        speaker.document(comment)
    else:
        write_files(out.parent, {out.name: comment.encode()})


def _is_commit(text: str) -> bool:
    return 7 <= len(text) <= 64 and not set(text) - set("0123456789abcdef")
