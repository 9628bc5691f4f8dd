"""The door without git: the console's drafts by title, and one of them as a branch that becomes a pull request.

A person opens the pull request with one click. A workflow may not: the right to open one is the right to approve one,
and GitHub starts no review for what a workflow's token opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from massctl.errors import RefusedError, UsageError
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.source.repository import CAMPAIGNS
from massctl.view.markdown_text import Words
from massctl.view.words import recorded

if TYPE_CHECKING:
    from massctl.apply.ports import ListedDraft
    from massctl.cli.session import Session
    from massctl.model.ids import CampaignName

BRANCH: Final = "import/"
_NOTHING: Final = Phrase("Nothing was written.")


def list_drafts(current: Session, environment: Mapping[str, str]) -> None:
    """Show the drafts of every account in the summary of this run, with what to fill in for one of them."""
    words = Words(current.console.reader)
    how = Phrase(
        "Run it again with the draft's media_id under number, and under campaign a name for its folder, such as "
        "2026-12-new-year."
    )
    found = [(account, draft) for account in _accounts(current) for draft in current.wechat(account).newest_drafts()]
    head = words.said(Phrase("Drafts of the console"))
    _summarise([f"## {head}", words.said(how), *_rows(words, found)], environment)
    current.console.talk(Phrase("the drafts are in the summary of this run"))


def _rows(words: Words, found: list[tuple[AccountName, ListedDraft]]) -> Iterator[str]:
    for account, draft in found:
        saved = [recorded(draft.updated)] if draft.updated is not None else []
        titles = "；".join(draft.titles) if draft.titles else Phrase("no title")
        yield f"- {words.facts(titles, account, *saved)}  \n  `{draft.media_id}`"
    if not found:
        yield words.said(Phrase("there are none"))


def account_with(current: Session, media_id: str) -> AccountName:
    """Return the account whose draft it is; raises UsageError where none has it."""
    accounts = _accounts(current)
    for account in accounts:
        if len(accounts) == 1 or any(each.media_id == media_id for each in current.wechat(account).newest_drafts()):
            return account
    raise UsageError(Phrase("none of the newest drafts is {media_id}", media_id=media_id), _NOTHING)


def _accounts(current: Session) -> list[AccountName]:
    return [AccountName(name) for name in current.settings.accounts]


def push_import(current: Session, name: CampaignName, environment: Mapping[str, str]) -> None:
    """Push a campaign's folder as a branch of its own, and say in the summary how it becomes a pull request.

    Raises RefusedError where git refuses, as for a branch that is there already.
    """
    from massctl.cli.checkout import known_to_git
    from massctl.ledger.git_remote import NETWORK_SECONDS, Git

    git = Git(current.root, known_to_git(current.settings, current.environment))
    who = ("-c", "user.name=massctl", "-c", "user.email=massctl@localhost", "-c", "core.hooksPath=/dev/null")
    to = f"HEAD:refs/heads/{BRANCH}{name}"
    for words in (
        ("add", "--force", "--", f"{CAMPAIGNS}/{name}"),
        (*who, "commit", "--quiet", "-m", f"import {name}"),
        ("-c", "core.hooksPath=/dev/null", "push", "--quiet", current.settings.state.remote, to),
    ):
        done = git.run(*words, seconds=NETWORK_SECONDS)
        if not done.done:
            raise RefusedError(
                Phrase("git says: “{words}”", words=done.words or "-"),
                Phrase("No branch was made."),
                Phrase("choose another name under campaign, or delete the branch {branch}", branch=f"{BRANCH}{name}"),
            )
    words_of = Words(current.console.reader)
    opens = words_of.said(Phrase("Open the pull request of {name}", name=name))
    address = _address(current, name, environment)
    _summarise([f"## [{opens}]({address})"], environment)
    current.console.talk(Phrase("open the pull request: {address}", address=address))


def _address(current: Session, name: str, environment: Mapping[str, str]) -> str:
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    repository, branch = environment.get("GITHUB_REPOSITORY", ""), current.settings.policy.branch or "main"
    compared = f"{quote(branch, safe='')}...{quote(BRANCH + name, safe='/')}"
    return f"{server}/{repository}/compare/{compared}?quick_pull=1"


def _summarise(paragraphs: list[str], environment: Mapping[str, str]) -> None:
    """Add to what GitHub shows above the log of the run."""
    text = "\n\n".join(paragraphs) + "\n"
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
