"""`massctl comments`: open or close the comments below sent articles."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import form_option, sandbox_option
from massctl.cli.session import session


@click.group(name="comments")
def command() -> None:
    """Open or close the comments (留言) below sent articles, campaign by campaign."""


_article = click.option("--article", type=click.IntRange(1, 8), metavar="N", help="Only this one; they count from 1.")


@command.command(name="open")
@click.argument("name")
@_article
@form_option
@sandbox_option
@click.pass_obj
def open_comments(directory: str, name: str, article: int | None, form: str, sandbox: bool) -> int:
    """Let followers comment on the articles of NAME, or on one of them."""
    return _switched(directory, name, article, form, sandbox, opened=True)


@command.command(name="close")
@click.argument("name")
@_article
@form_option
@sandbox_option
@click.pass_obj
def close_comments(directory: str, name: str, article: int | None, form: str, sandbox: bool) -> int:
    """Take no more comments on the articles of NAME, or on one of them."""
    return _switched(directory, name, article, form, sandbox, opened=False)


def _switched(directory: str, name: str, article: int | None, form: str, sandbox: bool, *, opened: bool) -> int:
    # The adapters are needed by this verb, and not by its help.
    from massctl.cli.commenting import comments_switched

    with one_document(form, "comments") as answer, session(directory, sandbox=sandbox) as (current, _):
        return comments_switched(current, name, article, answer if form == "json" else None, opened=opened)
