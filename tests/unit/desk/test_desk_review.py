"""A review beside the text: where comments stand now, what is filed with operators, and what failures say."""

from types import SimpleNamespace
from typing import Any

import pytest
from fake_forge import REPOSITORY, FakeForge, FakeGitLab

from massctl.desk.forge_session import ForgeSession
from massctl.desk.letter_review import LetterReviews
from massctl.desk.paragraphs import Piece, changed, line_now
from massctl.desk.request_text import request_text
from massctl.desk.review_api import ReviewApi
from massctl.desk.team_repository import MergedFile, Pushed
from massctl.errors import ForgeError, RefusedError, UsageError
from massctl.forge.github import GitHub
from massctl.forge.gitlab import GitLab
from massctl.forge.sign_in import ForgePlace
from massctl.model.ids import CampaignName
from massctl.model.settings import ForgeSettings, MassctlFile
from massctl.model.state import Status
from massctl.plan.approvals import ApprovalCount
from massctl.transport import Line
from massctl.view.i18n import Language

LETTER = CampaignName("walks")
FOLDER = "campaigns/walks"
HEAD, OLD = "a" * 40, "b" * 40
THEN = "# 题\n\n一\n\n二，两行\n第二行\n\n三\n"


@pytest.mark.parametrize(
    ("now", "line", "place"),
    [
        (THEN, 6, (6, True)),
        ("新的一段\n\n" + THEN, 6, (8, True)),
        ("# 题\n\n三\n\n二，两行\n第二行\n\n一\n", 6, (6, True)),
        ("# 题\n\n二，两行啦\n第二行\n", 6, (4, False)),
        ("# 题\n\n一\n\n三\n", 6, (5, False)),
        ("", 6, (1, False)),
        (THEN, 99, (8, False)),
    ],
    ids=["same", "moved down", "moved in order", "changed", "gone", "empty", "never there"],
)
def test_a_comment_goes_with_its_paragraph(now: str, line: int, place: tuple[int, bool]) -> None:
    assert line_now(THEN, now, line) == place


def test_what_changed_is_told_by_paragraphs() -> None:
    assert changed("一\n\n二\n\n三\n", "一\n\n二，改了\n\n三\n") == (
        Piece("二\n\n", "二，改了\n\n"),
    )


class Branches:
    """The letter's branch, without git."""

    main, address, prefix = "main", "git@github.com:house/letters.git", ""

    def __init__(self) -> None:
        self.text: bytes | None = THEN.encode()
        self.owned: tuple[str, ...] = ()
        self.there, self.merged = True, False

    def has(self, commit: str) -> bool:
        return True

    def known(self, letter: str) -> str:
        return HEAD

    def newest(self, letter: str, tip: str) -> str:
        return tip

    def letters(self) -> dict[str, str]:
        return {LETTER: HEAD} if self.there else {}

    def is_as_at(self, commit: str, folder: str) -> bool:
        return True

    def at(self, commit: str, path: str) -> bytes | None:
        return THEN.encode() if path == f"{FOLDER}/main.md" and commit == OLD else None

    def here(self, path: str) -> bytes | None:
        return self.text

    def owners(self, path: str) -> tuple[str, ...]:
        return self.owned

    def changes(self, old: str, new: str, folder: str) -> list[MergedFile]:
        lock = MergedFile(f"{FOLDER}/campaign.lock.json", 0o644, b"1", b"2")
        picture = MergedFile(f"{FOLDER}/cover.png", 0o644, b"\0", b"\0\1")
        return [lock, picture, MergedFile(f"{FOLDER}/main.md", 0o644, b"x\n", b"y\n")]

    def is_merged(self, commit: str, folder: str) -> bool:
        return self.merged

    def is_here_as_merged(self, folder: str) -> bool:
        return self.merged

    def remove(self, letter: str, folder: str) -> None:
        self.there = False


def settings(**policy: Any) -> MassctlFile:
    account = {"appid": "wx0123456789abcdef", "secret_env": "S", "kind": "service"}
    return MassctlFile.model_validate(
        {"version": 1, "accounts": {"main": account}, "policy": policy}, strict=False
    )


@pytest.fixture
def forge() -> FakeForge:
    forge = FakeForge(permissions={"bo": "write", "chen": "write"})
    forge.open_pull_request(7, "letter/walks", HEAD)
    return forge


@pytest.fixture
def branches() -> Branches:
    return Branches()


def hub(forge: FakeForge) -> GitHub:
    return GitHub(Line(inside=forge), "https://api.github.test", REPOSITORY, "ghu_secret")


def reviews(forge: FakeForge, branches: Branches, **policy: Any) -> LetterReviews:
    return LetterReviews(hub(forge), branches, settings(**policy), str)  # type: ignore[arg-type]


def test_comments_stand_beside_what_they_are_about(forge: FakeForge, branches: Branches) -> None:
    branches.text = b"x\n\n" + THEN.encode()
    forge.note(7, f"{FOLDER}/main.md", 6, "太长", by="chen", commit=OLD)
    forge.note(7, f"{FOLDER}/main.md", 6, "以前的", by="chen", commit="c" * 40)
    forge.note(7, "massctl.yaml", 1, "这里呢", by="chen", commit=OLD)
    found = reviews(forge, branches).read(LETTER, 7, FOLDER, ())
    placed = [(each.path, each.line, each.is_same) for each in found.comments]
    assert placed == [("main.md", 8, True), ("main.md", 6, False), ("", 0, True)]


def test_what_changed_since_a_review_is_told_without_the_lock(
    forge: FakeForge, branches: Branches
) -> None:
    assert reviews(forge, branches).read(LETTER, 7, FOLDER, ()).since == ()
    forge.review(7, "chen", OLD, "COMMENTED")
    since = reviews(forge, branches).read(LETTER, 7, FOLDER, ()).since
    assert [(each.path, each.pieces) for each in since] == [
        ("cover.png", ()),
        ("main.md", (Piece("x\n", "y\n"),)),
    ]


def test_who_must_still_approve_is_judged_by_facts(forge: FakeForge, branches: Branches) -> None:
    needed = (ApprovalCount(1, ("bo",), ("a new destination",)),)
    forge.review(7, "chen", HEAD)
    assert reviews(forge, branches).read(LETTER, 7, FOLDER, needed).lacking == needed
    forge.review(7, "bo", HEAD)
    assert reviews(forge, branches).read(LETTER, 7, FOLDER, needed).lacking == ()


def test_a_review_is_shown_though_nobody_tells_whose_approval_counts(
    forge: FakeForge, branches: Branches
) -> None:
    forge.pushed = None
    forge.review(7, "bo", HEAD)
    needed = (ApprovalCount(1, ("bo",)),)
    found = reviews(forge, branches).read(LETTER, 7, FOLDER, needed)
    assert found.lacking == needed
    assert "does not tell who pushed" in found.unjudged


@pytest.mark.parametrize(
    ("owned", "asked"),
    [
        (("@chen", "@company/editors", "lin@example.com"), ["chen"]),
        ((), ["bo"]),
        (("@lin-mei",), []),
    ],
    ids=["CODEOWNERS", "policy.approvals", "nobody asks herself"],
)
def test_reviewers_are_asked(branches: Branches, owned: tuple[str, ...], asked: list[str]) -> None:
    forge = FakeForge()
    branches.owned = owned
    needed = (ApprovalCount(1, ("bo",)),)
    assert reviews(forge, branches).open(LETTER, FOLDER, "题", str, needed) == (1, "")
    reviewers = forge.pulls[0].get("requested_reviewers", [])
    assert [each["login"] for each in reviewers] == asked
    # A second push finds the same request.
    assert reviews(forge, branches).open(LETTER, FOLDER, "题", str, needed) == (1, "")
    assert len(forge.pulls) == 1


@pytest.mark.parametrize("name", ["GitHub", "GitLab"])
def test_the_text_of_a_request_follows_until_somebody_edits_it(
    branches: Branches, name: str
) -> None:
    on: GitHub | GitLab = hub(FakeForge())
    if name == "GitLab":
        on = GitLab(Line(inside=FakeGitLab()), "https://gitlab.test/api/v4", REPOSITORY, "glpat")
    asks = LetterReviews(on, branches, settings(), str)  # type: ignore[arg-type]
    plan = "<!-- massctl:plan -->\n一篇"

    def push(title: str, plan: str, said: str = "") -> tuple[str, str]:
        number, failed = asks.open(
            LETTER,
            FOLDER,
            title,
            lambda before: request_text(title, said or before or title, plan),
            (),
        )
        assert failed == ""
        return on.request_text(number)

    title, body = push("雪", plan, "请看第二段")
    assert (title, body.splitlines()[:4]) == ("雪", ["请看第二段", "", *plan.splitlines()])
    title, body = push("大雪", plan + "，一图")
    assert (title, body.splitlines()[0]) == ("大雪", "请看第二段")
    assert "，一图" in body
    title, body = push("大雪", plan, "又改了")
    assert body.startswith("又改了\n\n<!-- massctl:plan -->")
    number = asks.number(LETTER) or 0
    # A forge may give lines back with other ends.
    on.write_request(number, title, body.replace("\n", "\r\n"))
    assert push("冬至", plan)[0] == "冬至"
    for edited in (("冬至", "请先看这里\n" + body), ("人写的标题", on.request_text(number)[1])):
        on.write_request(number, *edited)
        assert push("小寒", plan) == edited


def test_an_operator_starts_the_preview_and_others_ask(
    forge: FakeForge, branches: Branches
) -> None:
    with pytest.raises(RefusedError, match="preview_to"):
        reviews(forge, branches, operators=["bo"]).ask_preview(LETTER)
    with pytest.raises(RefusedError, match="operators"):
        reviews(forge, branches, preview_to=["lin"]).ask_preview(LETTER)
    asks = reviews(forge, branches, preview_to=["lin"], operators=["bo"])
    for _ in range(2):
        asks.ask_preview(LETTER)
    (body,) = forge.bodies(7)
    assert "@bo" in body
    assert "order `preview a pull request` · campaign `walks` · number `7`" in body
    assert forge.orders == []
    reviews(forge, branches, preview_to=["lin"], operators=["github-actions[bot]"]).ask_preview(
        LETTER
    )
    (order,) = forge.orders
    assert order["inputs"] == {
        "order": "preview a pull request",
        "campaign": "walks",
        "number": "7",
    }


def test_a_withdrawal_is_asked_for_in_words_even_by_an_operator(branches: Branches) -> None:
    forge = FakeForge(newest=HEAD, merged={HEAD: 3})
    asks = reviews(forge, branches, operators=["github-actions[bot]"])
    asks.ask_withdrawal(LETTER, f"{FOLDER}/campaign.lock.json")
    assert "order `withdraw all articles`" in forge.bodies(3)[0]
    assert forge.orders == []


class Session(ForgeSession):
    """One that is signed in, or cannot be."""

    def __init__(self, forge: GitHub | None) -> None:
        super().__init__(self._refuse)
        self._forge = forge

    @staticmethod
    def _refuse(place: ForgePlace) -> Any:
        raise ForgeError("no keychain")

    def forge(self, place: ForgePlace | None) -> Any:
        return self._forge


def api(branches: Branches, forge: GitHub | None, status: Status = Status.NEW) -> ReviewApi:
    rendered = SimpleNamespace(found=SimpleNamespace(window=None, title="题"))
    standing = SimpleNamespace(rendered=rendered, status=status, approvals=(), missing=())
    cache = SimpleNamespace(
        standing=lambda _: standing,
        folders=SimpleNamespace(folder=lambda _: FOLDER),
        sheet=lambda: SimpleNamespace(language=Language.EN),
    )
    return ReviewApi(cache, lambda _: branches, Session(forge))  # type: ignore[arg-type, return-value]


PUSHED = Pushed("letter/walks", HEAD, is_new=True)


def test_without_a_sign_in_the_page_says_what_still_works(branches: Branches) -> None:
    told = api(branches, None).review(LETTER, settings())
    assert told["state"] == "pushed"
    assert "no keychain" in told["forge"]["said"]
    assert "pushed all the same" in told["forge"]["said"]
    assert told["page"].startswith("https://github.com/house/letters/compare/")
    branches.address = "/srv/git/letters.git"
    bare = api(branches, None).review(LETTER, settings())
    assert (bare["page"], bare["forge"]["name"]) == (None, "")
    assert "who may merge it into main" in bare["stateWords"]
    with pytest.raises(RefusedError):
        api(branches, None).answer(LETTER, {"body": "x"}, settings())


def test_a_forge_that_fails_leaves_the_letter_pushed_and_says_so(
    forge: FakeForge, branches: Branches
) -> None:
    forge.status = 502
    told = api(branches, hub(forge)).opened(LETTER, PUSHED, "题", str, settings())
    assert told["said"].startswith("letter/walks is pushed, and no request was opened: GitHub")
    assert told["number"] is None
    seen = api(branches, hub(forge)).review(LETTER, settings())
    assert (seen["state"], seen["stateWords"] != "") == ("pushed", True)
    assert "the review itself is unchanged" in seen["trouble"]
    said = api(branches, hub(forge)).withdraw(LETTER, settings())["said"]
    assert not branches.there
    assert "could not be closed" in said


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("CHANGES_REQUESTED", "bo ask for changes"),
        ("APPROVED", "approved by bo; it waits to be merged"),
        ("COMMENTED", "in review"),
    ],
)
def test_the_list_says_where_a_review_stands(
    forge: FakeForge, branches: Branches, verdict: str, words: str
) -> None:
    forge.review(7, "bo", HEAD, verdict)
    told = api(branches, hub(forge)).reviews(settings())
    assert told["letters"][LETTER]["words"] == words


@pytest.mark.parametrize(
    "given",
    [{"body": " "}, {"body": "x", "thread": "../../3/merge"}, {"body": "x", "thread": "1?"}],
)
def test_an_answer_names_a_thread_and_nothing_else(
    forge: FakeForge, branches: Branches, given: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        api(branches, hub(forge)).answer(LETTER, given, settings())
    assert forge.asked == []


@pytest.mark.parametrize("there", [True, False], ids=["branch kept", "branch deleted"])
def test_a_letter_that_is_merged_waits_for_nobody(branches: Branches, there: bool) -> None:
    branches.merged, branches.there = True, there
    told = api(branches, None).review(LETTER, settings())
    assert (told["state"], told["stateWords"], told["page"]) == ("merged", "It is merged.", None)


def test_what_is_merged_already_is_not_sent_for_review(
    forge: FakeForge, branches: Branches
) -> None:
    branches.merged = True
    same = Pushed("letter/walks", HEAD, is_new=False)
    with pytest.raises(RefusedError, match="as it is here"):
        api(branches, hub(forge)).opened(LETTER, same, "题", str, settings())
    assert forge.asked == []


def test_a_sign_in_that_ended_is_offered_again(forge: FakeForge, branches: Branches) -> None:
    forge.status = 401
    named = {"kind": "github", "repository": REPOSITORY, "token_env": "T", "client_id": "Iv1.c"}
    given = settings().model_copy(update={"forge": ForgeSettings.model_validate(named)})
    told = api(branches, hub(forge)).review(LETTER, given)
    assert (told["forge"]["canSignIn"], told["state"]) == (True, "pushed")
    assert api(branches, hub(forge)).reviews(given)["trouble"] == told["why"]
    with pytest.raises(RefusedError) as refused:
        api(branches, hub(forge)).answer(LETTER, {"body": "x"}, given)
    assert refused.value.detail == "Nothing was written."
    forge.status = 502
    with pytest.raises(RefusedError) as refused:
        api(branches, hub(forge)).answer(LETTER, {"body": "x"}, given)
    assert refused.value.detail == "It may be on the forge all the same."


def test_a_preview_on_gitlab_is_asked_for_in_words(branches: Branches) -> None:
    lab = FakeGitLab()
    on = GitLab(Line(inside=lab), "https://gitlab.test/api/v4", REPOSITORY, "glpat")
    policy = settings(preview_to=["lin"], operators=["root"])
    asks = LetterReviews(on, branches, policy, str)  # type: ignore[arg-type]
    number, _ = asks.open(LETTER, FOLDER, "题", str, ())
    asks.ask_preview(LETTER)
    (note,) = lab.notes[number]
    assert "`massctl preview walks`" in note["body"]
    # What massctl files itself is no remark of a reviewer.
    lab.discuss(number, 99, note["body"], "2026-12-02T08:00:00Z")
    assert on.review(number, "main").comments == ()


def test_only_what_was_sent_can_be_withdrawn(forge: FakeForge, branches: Branches) -> None:
    with pytest.raises(RefusedError, match="was not sent"):
        api(branches, hub(forge)).order(LETTER, {"order": "withdraw"}, settings())
    with pytest.raises(UsageError):
        api(branches, hub(forge)).order(LETTER, {"order": "send"}, settings())
