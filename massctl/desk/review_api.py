"""What the page asks about reviews, and how it is answered: the forge's sign-in, the request, its comments, requests of
operators. Nothing here merges, and nothing here sends.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from massctl.desk.forge_session import ForgeSession
from massctl.desk.letter_review import LetterReview, LetterReviews, PlacedComment
from massctl.desk.request_page import request_page
from massctl.desk.team_repository import Pushed, TeamRepository, branch_of
from massctl.errors import (
    ForgeError,
    MassctlError,
    RefusedError,
    TokenRefusedError,
    UsageError,
)
from massctl.forge.port import CheckState
from massctl.forge.sign_in import ForgePlace, place_of
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.phrase import Phrase, enumerated
from massctl.model.settings import MassctlFile
from massctl.model.state import BEFORE_SEND, Status
from massctl.plan.approvals import missing_words
from massctl.serve.page_cache import PageCache, Standing
from massctl.view.i18n import say
from massctl.view.words import STATUS, window_span

Answer = dict[str, Any]
SENDING = frozenset({Status.SENDING, Status.AWAITING_ADMIN, Status.IN_DOUBT})
_AT_ONCE = 6
"""So many reviews are read at the same time."""
_READ_MAX = 30
"""So many reviews are read for the list of letters; the others have their state alone."""
_SENT = frozenset({Status.SENT})


class ReviewApi:
    """The answers about reviews at one person's desk."""

    def __init__(
        self,
        cache: PageCache,
        team: Callable[[MassctlFile], TeamRepository],
        session: ForgeSession,
    ) -> None:
        self._cache: Final = cache
        self._team: Final = team
        self._session: Final = session

    def forge(self, settings: MassctlFile) -> Answer:
        """Return whether somebody is signed in to the forge."""
        standing = self._session.standing(self._place(settings))
        return {
            "name": standing.name,
            "isSignedIn": standing.is_signed_in,
            "canSignIn": standing.can_sign_in,
            "said": self._say(standing.said),
        }

    def begin_sign_in(self, settings: MassctlFile) -> Answer:
        """Return the code that the person types on the forge's page."""
        code = self._session.begin(self._place(settings))
        return {
            "code": code.user_code,
            "page": code.page,
            "interval": code.interval,
        }

    def ask_sign_in(self, settings: MassctlFile) -> Answer:
        """Return whether the code was typed."""
        return {"step": self._session.ask(self._place(settings)).value}

    def sign_out(self, settings: MassctlFile) -> Answer:
        """Forget the sign-in."""
        self._session.end(self._place(settings))
        return self.forge(settings)

    def reviews(self, settings: MassctlFile) -> Answer:
        """Return where the letters that have an open request stand."""
        found = self._reviews(settings)
        if found is None:
            return {"letters": {}, "trouble": ""}
        told: Answer = {}
        try:
            self._tell_reviews(found, told)
        except ForgeError as error:
            return {"letters": told, "trouble": self._say(error.summary)}
        return {"letters": told, "trouble": ""}

    def _tell_reviews(self, found: LetterReviews, told: Answer) -> None:
        numbers = list(found.numbers().items())[:_READ_MAX]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for letter, words in pool.map(lambda each: self._words(found, *each), numbers):
                if words is not None:
                    told[letter] = words

    def _words(
        self, found: LetterReviews, letter: CampaignName, number: int
    ) -> tuple[CampaignName, Answer | None]:
        standing = self._cache.standing(letter)
        if standing is None:
            return letter, None
        folder = self._cache.folders.folder(letter)
        review = found.read(letter, number, folder, standing.approvals)
        return letter, {"words": self._say(_standing_words(review)), "page": review.page}

    def review(self, letter: CampaignName, settings: MassctlFile) -> Answer:
        """Return everything that the page shows of a letter's review; what the forge did not tell is said."""
        team, standing = self._team(settings), self._required(letter)
        folder = self._cache.folders.folder(letter)
        told: Answer = {"forge": self.forge(settings), "trouble": "", "why": ""}
        found: LetterReview | None = None
        try:
            found = self._on_forge(letter, folder, standing, settings)
        except ForgeError as error:
            told |= {"trouble": self._say(_TROUBLE_KEPT), "why": self._say(error.summary)}
            place = self._place(settings)
            if isinstance(error, TokenRefusedError) and place is not None:
                told["forge"]["canSignIn"] = place.client_id is not None
        # Where the forge told it, git's server need not be asked too.
        tip = found.head if found is not None else team.letters().get(letter)
        if tip is not None:
            if not team.has(tip):
                team.fetch_tips(letter)
            tip = team.newest(letter, tip)
        told |= {
            "state": "none",
            "stateWords": "",
            "isPushed": tip is not None and team.is_as_at(tip, folder),
            "isBehind": tip is not None and tip != team.known(letter),
            "page": None,
            "number": None,
            "when": self._say(_when(standing)),
            "canPreview": found is not None and settings.policy.preview_to is not None,
            "canAskWithdrawal": standing.status in _SENT and told["forge"]["isSignedIn"],
        }
        if found is not None:
            told |= self._open(found)
        elif self._is_merged(tip, folder, team):
            merged = self._say(Phrase("It is merged."))
            when = self._say(_when(standing, is_merged=True))
            told |= {"state": "merged", "stateWords": merged, "when": when}
        elif tip is not None:
            words = self._say(_pushed_words(letter, team))
            page = request_page(team.address, branch_of(letter), team.main)
            told |= {"state": "pushed", "stateWords": words, "page": page}
        elif standing.status not in BEFORE_SEND:
            told["stateWords"] = self._say(STATUS[standing.status])
        return told

    def _is_merged(self, tip: str | None, folder: str, team: TeamRepository) -> bool:
        if tip is None:
            return team.is_here_as_merged(folder)
        return team.is_merged(tip, folder)

    def _on_forge(
        self, letter: CampaignName, folder: str, standing: Standing, settings: MassctlFile
    ) -> LetterReview | None:
        """Read the review of a letter; None where nobody is signed in, or it has no open request."""
        reviews = self._reviews(settings)
        number = reviews.number(letter) if reviews is not None else None
        if reviews is None or number is None:
            return None
        return reviews.read(letter, number, folder, standing.approvals)

    def _open(self, found: LetterReview) -> Answer:
        lacking = [missing_words(found.lacking)] if found.lacking else []
        if found.unjudged:
            lacking.append(Phrase(_UNJUDGED, why=found.unjudged))
        return {
            "state": "open",
            "stateWords": self._say(_standing_words(found)),
            "page": found.page,
            "number": found.number,
            "comments": [_comment(each) for each in found.comments],
            "checks": [
                {"name": each.name, "state": each.state.value, "said": each.said, "page": each.page}
                for each in found.checks
            ],
            "asked": found.asked,
            "against": found.against,
            "approving": found.approving,
            "lacking": " ".join(map(self._say, lacking)),
            "since": [
                {
                    "path": each.path,
                    "pieces": [{"before": one.mine, "after": one.theirs} for one in each.pieces],
                }
                for each in found.since
            ],
        }

    def opened(
        self,
        letter: CampaignName,
        pushed: Pushed,
        title: str,
        text: Callable[[str], str],
        settings: MassctlFile,
    ) -> Answer:
        """Open the request of a letter that was pushed, or renew its text, and say what is now true.

        `text` makes its text, and is told what the writer says there so far.
        """
        team = self._team(settings)
        folder = self._cache.folders.folder(letter)
        if not pushed.is_new and team.is_merged(pushed.commit, folder):
            raise RefusedError(
                Phrase("the letter is on {main} as it is here", main=team.main),
                Phrase("Nothing was pushed, and nobody was asked."),
            )
        words = _pushed_words(letter, team)
        page = request_page(team.address, pushed.branch, team.main)
        told: Answer = {"page": page, "number": None, "said": self._say(words)}
        try:
            reviews = self._reviews(settings)
            if reviews is None:
                return told
            standing = self._required(letter)
            number, failed = reviews.open(letter, folder, title, text, standing.approvals)
        except ForgeError as error:
            failed = Phrase(
                "{branch} is pushed, and no request was opened: {why}",
                branch=pushed.branch,
                why=error.summary,
            )
            return {**told, "said": self._say(failed)}
        said = Phrase("request {number} is open; {words}", number=number, words=words)
        if failed:
            said = Phrase("{said}. {failed}", said=said, failed=failed)
        return {
            "page": reviews.page(number),
            "number": number,
            "said": self._say(said),
        }

    def withdraw(self, letter: CampaignName, settings: MassctlFile) -> Answer:
        """Close the request of a letter and delete its branch."""
        reviews, why = self._reviews(settings), ""
        if reviews is not None:
            why = reviews.close(letter)
        self._team(settings).remove(letter, self._cache.folders.folder(letter))
        said = Phrase(
            "{branch} is deleted; the letter stays on this machine", branch=branch_of(letter)
        )
        if why:
            said = Phrase("{said}. Its request could not be closed: {why}", said=said, why=why)
        return {"said": self._say(said)}

    def answer(self, letter: CampaignName, given: Answer, settings: MassctlFile) -> Answer:
        """Answer a comment, or write below the request."""
        thread, body = str(given.get("thread") or ""), str(given.get("body") or "").strip()
        if not body or not all(each.isascii() and each.isalnum() for each in thread):
            raise UsageError(Phrase("an answer needs words"), Phrase("Nothing was written."))
        reviews = self._signed_in(settings)
        with _written():
            reviews.answer(letter, thread, body)
        return {}

    def order(self, letter: CampaignName, given: Answer, settings: MassctlFile) -> Answer:
        """File what an operator has to do: a preview on phones, or the withdrawal of what was sent."""
        reviews = self._signed_in(settings)
        match given.get("order"):
            case "preview":
                with _written():
                    said = reviews.ask_preview(letter)
            case "withdraw":
                if self._required(letter).status not in _SENT:
                    raise RefusedError(
                        Phrase("this letter was not sent"), Phrase("Nobody was asked.")
                    )
                folder = self._cache.folders.folder(letter)
                with _written():
                    said = reviews.ask_withdrawal(letter, f"{folder}/{LOCK_FILE}")
            case _:
                raise UsageError(Phrase("there is no such request"), Phrase("Nobody was asked."))
        return {"said": self._say(said)}

    def _required(self, letter: CampaignName) -> Standing:
        standing = self._cache.standing(letter)
        if standing is None:
            raise UsageError(Phrase("there is no letter {name}", name=letter))
        return standing

    def _reviews(self, settings: MassctlFile) -> LetterReviews | None:
        """Return the reviews on the forge; None where nobody is signed in."""
        forge = self._session.forge(self._place(settings))
        if forge is None:
            return None
        return LetterReviews(forge, self._team(settings), settings, self._say)

    def _signed_in(self, settings: MassctlFile) -> LetterReviews:
        found = self._reviews(settings)
        if found is None:
            standing = self._session.standing(self._place(settings))
            raise RefusedError(standing.said, Phrase("Nothing was written on the forge."))
        return found

    def _place(self, settings: MassctlFile) -> ForgePlace | None:
        try:
            address = self._team(settings).address
        except MassctlError:
            address = ""
        return place_of(settings.forge, address)

    def _say(self, words: str) -> str:
        return say(words, self._cache.sheet().language)


@contextmanager
def _written() -> Iterator[None]:
    """Say of a request to the forge that failed what is now true."""
    try:
        yield
    except TokenRefusedError as error:
        raise RefusedError(error.summary, error.detail, error.hint) from None
    except ForgeError as error:
        raise RefusedError(
            error.summary,
            Phrase("It may be on the forge all the same."),
            Phrase("look at the request there before you do it again"),
        ) from None


_UNJUDGED = Phrase("Nobody can tell yet whose approval counts: {why}")
_TROUBLE_KEPT = Phrase(
    "The forge did not answer. What stands here is what git knows; the review itself is unchanged."
)


def _standing_words(review: LetterReview) -> Phrase:
    """Say in one sentence where a review stands."""
    if review.against:
        return Phrase("{names} ask for changes", names=enumerated(review.against))
    if any(each.state is CheckState.BAD for each in review.checks):
        bad = [each.name for each in review.checks if each.state is CheckState.BAD]
        return Phrase("a check is not good: {names}", names=enumerated(bad))
    if review.lacking:
        return Phrase("it lacks {missing}", missing=missing_words(review.lacking))
    if review.approving:
        names = enumerated(review.approving)
        return Phrase("approved by {names}; it waits to be merged", names=names)
    if review.asked:
        return Phrase("{names} were asked to review it", names=enumerated(review.asked))
    return Phrase("in review")


def _pushed_words(letter: CampaignName, team: TeamRepository) -> Phrase:
    return Phrase(
        "{branch} is pushed; who may merge it into {main} has to look at it now",
        branch=branch_of(letter),
        main=team.main,
    )


def _when(standing: Standing, *, is_merged: bool = False) -> Phrase:
    """Say when a letter will be sent."""
    window = standing.rendered.found.window
    if standing.status not in BEFORE_SEND:
        return STATUS[standing.status]
    if window is None:
        return Phrase("It has no window, so nothing sends it.")
    say = Phrase("Once it is merged it is sent {window}.")
    if is_merged:
        say = Phrase("It is sent {window}.")
    return Phrase(say, window=window_span(window))


def _comment(placed: PlacedComment) -> Answer:
    comment = placed.comment
    return {
        "thread": comment.thread,
        "author": comment.author,
        "body": comment.body,
        "at": comment.at,
        "isSettled": comment.is_settled,
        "path": placed.path,
        "line": placed.line,
        "isSame": placed.is_same,
    }
