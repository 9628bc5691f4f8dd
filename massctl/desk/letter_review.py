"""The review of one letter: the request on the forge, and what its reviewers say, beside the text as it is now."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from massctl.desk.paragraphs import Piece, changed, line_now
from massctl.desk.request_text import said_in
from massctl.desk.team_repository import TeamRepository, branch_of
from massctl.errors import ForgeError, RefusedError
from massctl.forge.events import PREVIEW, WITHDRAW_ALL
from massctl.forge.port import CommitCheck, Forge, Review, ReviewComment
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.plan.approvals import ApprovalCount, missing_approvals

_LINK_CHARS = 12


class PlacedComment(Frozen):
    """A comment, and where what it is about stands now."""

    comment: ReviewComment
    path: str = ""
    """From the letter's folder; empty: it is not about a file of the letter."""
    line: int = 0
    is_same: bool = True
    """False: the paragraph was changed since, or is gone."""


class ChangedFile(Frozen):
    """What changed in a file since a reviewer looked at it."""

    path: str
    pieces: tuple[Piece, ...]
    """Empty for what is no text."""


class LetterReview(Frozen):
    """How the review of a letter stands."""

    number: int
    page: str
    head: str
    """The commit that would be merged."""
    author: str
    comments: tuple[PlacedComment, ...]
    checks: tuple[CommitCheck, ...]
    asked: tuple[str, ...]
    against: tuple[str, ...]
    approving: tuple[str, ...]
    lacking: tuple[ApprovalCount, ...]
    """What policy.approvals and the forge's rules still ask for."""
    since: tuple[ChangedFile, ...]
    """What changed on the branch since a reviewer looked at it."""
    unjudged: str = ""
    """Why nobody can tell whose approval counts; empty where it was judged."""


class LetterReviews:
    """The reviews of the letters of one working copy; raises ForgeError, LedgerUnreachableError, RefusedError."""

    def __init__(
        self,
        forge: Forge,
        team: TeamRepository,
        settings: MassctlFile,
        say: Callable[[str], str],
    ) -> None:
        """`say` puts what is written on the forge into the team's language."""
        self._say: Final = say
        self._forge: Final = forge
        self._team: Final = team
        self._policy: Final = settings.policy

    def number(self, letter: CampaignName) -> int | None:
        """Return the open request of a letter; None without one."""
        return self._forge.open_requests().get(branch_of(letter))

    def numbers(self) -> dict[CampaignName, int]:
        """Return the open requests of all letters."""
        found = self._forge.open_requests()
        begin = branch_of(CampaignName(""))
        return {
            CampaignName(branch.removeprefix(begin)): number
            for branch, number in found.items()
            if branch.startswith(begin)
        }

    def page(self, number: int) -> str:
        """Return where people read a request."""
        return self._forge.page(number)

    def open(
        self,
        letter: CampaignName,
        folder: str,
        title: str,
        text: Callable[[str], str],
        needed: Sequence[ApprovalCount],
    ) -> tuple[int, str]:
        """Open the request of a letter that was pushed, or renew its text; return its number, and what failed.

        `text` makes it, and is told what the writer says in the text so far. One that somebody edited stays. Those are
        asked whom CODEOWNERS names for the letter, else whom policy.approvals names.
        """
        number = self.number(letter)
        if number is not None:
            return number, self._renewed(number, title, text)
        branch, main = branch_of(letter), self._team.main
        number = self._forge.open_request(branch, main, title, text(""))
        try:
            review = self._forge.review(number, main)
            me = {review.author.casefold(), *(each.casefold() for each in review.asked)}
            # An address by mail is nobody's login.
            owners = [
                each for each in self._team.owners(f"{folder}/{LOCK_FILE}") if each.startswith("@")
            ]
            named = owners or [login for each in needed for login in each.of]
            due = [each for each in dict.fromkeys(named) if _login(each) not in me]
            if due:
                self._forge.ask_reviewers(number, due)
        except ForgeError as error:
            return number, Phrase("Nobody was asked to review it: {why}", why=error.summary)
        return number, ""

    def _renewed(self, number: int, title: str, text: Callable[[str], str]) -> str:
        """Renew the text of an open request, unless somebody edited it; return why that failed."""
        try:
            known = self._forge.request_text(number)
            said = said_in(*known)
            if said is not None and (now := (title, text(said))) != known:
                self._forge.write_request(number, *now)
        except ForgeError as error:
            return Phrase("Its text on the forge is as it was: {why}", why=error.summary)
        return ""

    def read(
        self, letter: CampaignName, number: int, folder: str, needed: Sequence[ApprovalCount]
    ) -> LetterReview:
        """Return how the review of a letter stands; `needed` is what policy.approvals asks for."""
        review = self._forge.review(number, self._team.main)
        if not self._team.has(review.head):
            self._team.fetch_tips(letter)
        approving: tuple[str, ...] = ()
        unjudged = ""
        try:
            if needed and review.approving:
                approving = self._forge.approvers(number, review.head)
        except ForgeError as error:
            unjudged = error.summary
        lacking = (*missing_approvals(needed, approving), *review.lacking)
        return LetterReview(
            number,
            self._forge.page(number),
            review.head,
            review.author,
            tuple(self._placed(each, folder) for each in review.comments),
            review.checks,
            review.asked,
            review.against,
            review.approving,
            lacking,
            tuple(self._since(review, folder)),
            unjudged,
        )

    def close(self, letter: CampaignName) -> str:
        """Close the request of a letter, if it has one; return why it could not be closed."""
        try:
            number = self.number(letter)
            if number is not None:
                self._forge.close(number)
        except ForgeError as error:
            return error.summary
        return ""

    def answer(self, letter: CampaignName, thread: str, body: str) -> None:
        """Answer a comment of a letter's request, or write below it."""
        self._forge.answer(self._open_number(letter), thread, body)

    def ask_preview(self, letter: CampaignName) -> Phrase:
        """Ask for the letter on the phones of its `preview`; return what was done.

        An operator's order starts the workflow, which judges it by policy.preview_to. Anybody else asks the operators.
        """
        if self._policy.preview_to is None:
            raise RefusedError(
                Phrase(
                    "massctl.yaml has no policy.preview_to, so a branch could show itself to any follower"
                ),
                Phrase("Nobody was asked."),
                Phrase("name who may see previews under policy.preview_to, by a pull request"),
            )
        number = self._open_number(letter)
        fields = {"order": PREVIEW, "campaign": letter, "number": str(number)}
        if self._is_operator():
            page = self._forge.order(self._team.main, fields)
            if page is not None:
                return Phrase(
                    "the workflow that shows it has begun: {page}. It asks policy.preview_to",
                    page=page,
                )
        command = f"massctl preview {letter}"
        self._ask_operators(number, letter, fields, command, _PREVIEW_ASKED)
        return Phrase("the operators were asked to show it: {names}", names=self._operators())

    def ask_withdrawal(self, letter: CampaignName, lock: str) -> Phrase:
        """Ask the operators to withdraw a letter that was sent, on the request that was merged."""
        merged = self._forge.merged_from(lock, self._team.main)
        if not merged:
            raise RefusedError(
                Phrase("the forge knows no request that brought this letter in"),
                Phrase("Nobody was asked."),
                Phrase("tell an operator"),
            )
        fields = {"order": WITHDRAW_ALL, "campaign": letter, "again": letter}
        command = f"massctl withdraw --all {letter}"
        self._ask_operators(merged[-1], letter, fields, command, _WITHDRAWAL_ASKED)
        return Phrase("the operators were asked to withdraw it: {names}", names=self._operators())

    def _ask_operators(
        self, number: int, letter: CampaignName, fields: dict[str, str], command: str, asks: Phrase
    ) -> None:
        if not self._policy.operators:
            raise RefusedError(
                Phrase("massctl.yaml names no policy.operators who could do it"),
                Phrase("Nobody was asked."),
                Phrase("name them by a pull request"),
            )
        orders = " · ".join(f"{name} `{value}`" for name, value in fields.items())
        body = "\n\n".join(
            [
                f"{self._operators()} {self._say(asks)}",
                f"Actions → apply → Run workflow: {orders}",
                f"`{command}`",
            ]
        )
        # Each commit is asked for once: a second question changes nothing.
        kind = fields["order"].partition(" ")[0]
        known = (self._team.known(letter) or "")[:_LINK_CHARS]
        mark = f"<!-- massctl:asked {kind} {letter} {known} -->"
        self._forge.comment(number, f"{mark}\n{body}", mark)

    def _operators(self) -> str:
        return " ".join(f"@{each}" for each in self._policy.operators)

    def _is_operator(self) -> bool:
        known = {each.casefold() for each in self._policy.operators}
        return self._forge.login().casefold() in known

    def _open_number(self, letter: CampaignName) -> int:
        number = self.number(letter)
        if number is None:
            raise RefusedError(
                Phrase("this letter has no open request"),
                Phrase("Nothing was written."),
                Phrase("ask for its review first"),
            )
        return number

    def _placed(self, comment: ReviewComment, folder: str) -> PlacedComment:
        within = f"{self._team.prefix}{folder}/"
        if not comment.path.startswith(within):
            return PlacedComment(comment)
        path = comment.path.removeprefix(within)
        then = self._team.at(comment.commit, f"{folder}/{path}") if comment.commit else None
        now = self._team.here(f"{folder}/{path}")
        if not comment.line or now is None:
            return PlacedComment(comment, path)
        if then is None:
            # The commit was replaced, and is not here any longer.
            return PlacedComment(comment, path, comment.line, is_same=False)
        line, is_same = line_now(_text(then), _text(now), comment.line)
        return PlacedComment(comment, path, line, is_same)

    def _since(self, review: Review, folder: str) -> Iterator[ChangedFile]:
        """Yield what changed between the commit that a reviewer looked at last and the newest one."""
        if not review.seen or not all(map(self._team.has, (review.seen, review.head))):
            return
        for each in self._team.changes(review.seen, review.head, folder):
            path = each.path.removeprefix(f"{folder}/")
            if path == LOCK_FILE:
                continue
            sides = [_text(side or b"") for side in (each.before, each.after)]
            is_text = all("\ufffd" not in side and "\0" not in side for side in sides)
            yield ChangedFile(path, changed(*sides) if is_text else ())


_PREVIEW_ASKED = Phrase("Please show this letter on the phones of its `preview`.")
_WITHDRAWAL_ASKED = Phrase("Please withdraw this letter.")


def _login(owner: str) -> str:
    return owner.removeprefix("@").casefold()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
