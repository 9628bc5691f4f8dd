"""From a session to opened or closed comments."""

from massctl.apply.jobs import news_of, switch_comments
from massctl.cli.answering import Answer
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import account_of, trust
from massctl.cli.session import Session
from massctl.cli.taking_back import headlines_of, require_article, sent_edition
from massctl.errors import UsageError
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.state import Record
from massctl.view.language import say
from massctl.view.words import articles_named


def comments_switched(session: Session, name: str, article: int | None, answer: Answer | None, *, opened: bool) -> int:
    """Open or close the comments of one article (from 1), or of all, of the edition that was sent last.

    It is told in words, or as the document of `answer`.
    """
    state = session.read_state(session.ledger())
    trust(session, state)
    record = sent_edition(state, name)
    news = news_of(record)
    articles = _articles(session, record, article)
    wechat = session.wechat(account_of(session, AppId(record.appid or "")))
    articles = switch_comments(news, articles, wechat, opened=opened)
    if not articles:
        raise UsageError(
            Phrase("the comments of {name} cannot be switched", name=record.campaign),
            Phrase("What you named was withdrawn. No request was made."),
            Phrase("massctl status {name}", name=record.campaign),
        )
    if answer is not None:
        from massctl.view.act_json import comments_json

        voice = session.voice
        answer.give(voice, lambda: comments_json(record, articles, voice.language, opened=opened))
        return ExitStatus.DONE
    about = {"name": record.campaign, "articles": articles_named(articles)}
    opened_now = Phrase("{name}: comments are open, {articles}", **about)
    closed_now = Phrase("{name}: comments are closed, {articles}", **about)
    session.voice.result(say(opened_now if opened else closed_now, session.voice.language))
    return ExitStatus.DONE


def _articles(session: Session, record: Record, article: int | None) -> list[int]:
    """Give the articles that are meant; raises UsageError where nobody knows how many there are."""
    if article is not None:
        require_article(session, record, article)
        return [article]
    urls = max((len(job.counts.article_urls or []) for job in record.jobs if job.counts is not None), default=0)
    count = len(headlines_of(session, record)) or urls
    if not count:
        raise UsageError(
            Phrase("how many articles {name} has is not known here", name=record.campaign),
            Phrase("What was sent is not kept beside this ledger, and no event told it. No request was made."),
            Phrase("name them one by one: --article N"),
        )
    return list(range(1, count + 1))
