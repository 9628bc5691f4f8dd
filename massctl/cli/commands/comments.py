"""`massctl comments`: open or close the comments below sent articles."""

import click

from massctl.apply.jobs import news_of, switch_comments
from massctl.cli import views
from massctl.cli.app import Result, said, verb
from massctl.cli.arguments import campaign_names, form_option, sandbox_option
from massctl.cli.commands.withdraw import headlines_of, require_article, sent_edition
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.ledger_access import account_of, read_ledger, trust
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.ids import AppId
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Record


@click.group(name="comments")
def command() -> None:
    "Open or close comments (留言) on sent articles, campaign by campaign."


_article = click.option(
    "--article",
    type=click.IntRange(1, 8),
    metavar="N",
    help="Only this article; articles count from 1.",
)


@command.command(name="open")
@click.argument("name", shell_complete=campaign_names)
@_article
@form_option
@sandbox_option
@verb("comments")
def open_comments(current: Session, name: str, article: int | None) -> Result:
    "Open comments on the articles of NAME, or on one of them."
    return _switched(current, name, article, opened=True)


@command.command(name="close")
@click.argument("name", shell_complete=campaign_names)
@_article
@form_option
@sandbox_option
@verb("comments")
def close_comments(current: Session, name: str, article: int | None) -> Result:
    "Close comments on the articles of NAME, or on one of them."
    return _switched(current, name, article, opened=False)


def _switched(current: Session, name: str, article: int | None, *, opened: bool) -> Result:
    record, articles = _switch(current, name, article, opened=opened)
    about = {"name": record.campaign, "articles": views.words.articles_named(articles)}
    opened_now = Phrase("{name}: comments are open, {articles}", **about)
    closed_now = Phrase("{name}: comments are closed, {articles}", **about)
    told = said(opened_now if opened else closed_now)
    return Result(
        ExitStatus.DONE,
        lambda _: views.verbs_json.comments_json(record, articles, opened=opened),
        told,
    )


def _switch(
    session: "Session", name: str, article: int | None, *, opened: bool
) -> "tuple[Record, list[int]]":
    """Open or close the comments of one article (from 1), or of all, of the edition that was sent last."""
    state = read_ledger(session)
    trust(session, state)
    record = sent_edition(state, name)
    news = news_of(record)
    articles = _articles(session, record, article)
    wechat = session.wechat(account_of(session, AppId(record.appid or "")))
    articles = switch_comments(news, articles, wechat, opened=opened)
    if not articles:
        raise UsageError(
            Phrase("the comments of {name} cannot be opened or closed", name=record.campaign),
            Phrase("What you named was withdrawn. No request was made."),
            Command("status", record.campaign),
        )
    return record, articles


def _articles(session: "Session", record: "Record", article: int | None) -> list[int]:
    """Return the articles that are meant; raise UsageError if nobody knows how many there are."""
    if article is not None:
        require_article(session, record, article)
        return [article]
    urls = max(
        (len(job.counts.article_urls or []) for job in record.jobs if job.counts is not None),
        default=0,
    )
    count = len(headlines_of(session, record)) or urls
    if not count:
        raise UsageError(
            Phrase("the number of articles of {name} is not known here", name=record.campaign),
            Phrase(
                "The sent content is not stored beside this ledger, and no event reported it. No request was made."
            ),
            Phrase("name them one by one: --article N"),
        )
    return list(range(1, count + 1))
