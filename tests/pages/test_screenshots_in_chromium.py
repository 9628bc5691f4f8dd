"""`massctl render --screenshots`: what a phone shows, as pictures that a reviewer opens."""

import io
from pathlib import Path

import pytest
from page_samples import SAMPLES
from PIL import Image
from services import CHROMIUM, require_chromium

from massctl import browser
from massctl.cli.campaign_pages import shown_campaigns
from massctl.cli.main import run
from massctl.cli.session import session
from massctl.forge.review_file import ShownCampaign

pytestmark = pytest.mark.chromium


@pytest.fixture(autouse=True)
def _chromium() -> None:
    require_chromium()


ARRIVALS = {
    "2026-autumn-walks": ["chat", "list", "share", "article-1"],
    "2026-12-members-issue": ["chat", "list", "share", "article-1", "article-2"],
}


@pytest.fixture(scope="module")
def shot(repository: Path) -> Path:
    out = repository / "shot"
    assert 0 == run(["-C", str(repository), "render", *SAMPLES, "--out", str(out), "--screenshots"])
    return out


@pytest.mark.night
@pytest.mark.parametrize("name", SAMPLES)
def test_every_place_is_shown_by_day_and_by_night(shot: Path, name: str):
    places = ARRIVALS.get(name, ["chat"])
    due = {f"phone-{place}{night}.png" for place in places for night in ("", "-dark")}
    found = {path.name for path in (shot / name).glob("phone-*.png")}
    assert due == {each for each in found if not each.endswith(("1-2.png", "dark-2.png"))}


def test_a_picture_is_as_wide_as_a_phone_and_as_high_as_the_article(shot: Path):
    for path in shot.rglob("phone-*.png"):
        with Image.open(path) as picture:
            assert 375 == picture.width
            assert 200 < picture.height <= browser.SCREEN_HEIGHT_MAX


def test_the_end_of_a_long_article_is_in_a_second_picture(shot: Path):
    with Image.open(shot / "2026-autumn-walks/phone-article-1.png") as first:
        assert browser.SCREEN_HEIGHT_MAX == first.height
    with Image.open(shot / "2026-autumn-walks/phone-article-1-2.png") as second:
        assert 200 < second.height < browser.SCREEN_HEIGHT_MAX


def brightness(path: Path) -> float:
    with Image.open(path) as picture:
        grey = picture.convert("L").crop((0, 0, 375, 60))
        return sum(grey.tobytes()) / (375 * 60)


def test_night_is_dark(shot: Path):
    folder = shot / "2026-12-members-issue"
    assert brightness(folder / "phone-article-1.png") > 200
    assert brightness(folder / "phone-article-1-dark.png") < 80


def test_the_articles_are_different_ones(shot: Path):
    folder = shot / "2026-12-members-issue"
    one, two = ((folder / f"phone-article-{number}.png").read_bytes() for number in (1, 2))
    assert one != two
    assert Image.open(io.BytesIO(one)).height != Image.open(io.BytesIO(two)).height


def test_one_campaign_is_written_into_the_folder_itself(repository: Path, tmp_path: Path):
    name = "2026-12-text-notice"
    assert 0 == run(
        ["-C", str(repository), "render", name, "--out", str(tmp_path / "out"), "--screenshots"]
    )
    assert (tmp_path / "out/phone-chat.png").is_file()


def test_the_browser_inherits_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It may be started by a job or a runner that holds the AppSecret and the key of the ledger."""
    for name in (
        "WECHAT_SECRET",
        "MASSCTL_LEDGER_KEY",
        "MASSCTL_SECRETS",
        "GITHUB_TOKEN",
        "SSH_AUTH_SOCK",
    ):
        monkeypatch.setenv(name, "a-secret")
    program, told = tmp_path / "chromium", tmp_path / "told"
    program.write_text(
        f'#!/bin/sh\nenv > {told}.new && mv {told}.new {told}\nexec {CHROMIUM} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv(browser.VARIABLE, str(program))
    with browser.open_browser():
        inherited = dict(line.partition("=")[::2] for line in told.read_text().splitlines())
    assert "PATH" in inherited
    assert "a-secret" not in inherited.values()


def test_no_profile_is_left_behind(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    run(
        [
            "-C",
            str(repository),
            "render",
            "2026-12-text-notice",
            "--out",
            str(tmp_path / "out"),
            "--screenshots",
        ]
    )
    assert [] == list((tmp_path / "temporary").iterdir())


@pytest.fixture(scope="module")
def shown(repository: Path) -> dict[str, ShownCampaign]:
    with session(str(repository)) as current:
        return shown_campaigns(current, SAMPLES)


@pytest.mark.night
@pytest.mark.parametrize(
    ("name", "screens", "parts"),
    [("2026-autumn-walks", 4, 2), ("2026-12-members-issue", 3, 2)],
)
def test_a_contact_sheet_has_the_first_screen_of_each_article(
    shown: dict[str, ShownCampaign], name: str, screens: int, parts: int
):
    """Of one article also what arrives; the parts of articles follow."""
    sheet, *others = (Image.open(io.BytesIO(each)) for each in shown[name].pictures)
    assert screens * (375 + 20) + 20 == sheet.width
    assert 667 < sheet.height < 800
    assert ([375] * parts, 0) == ([each.width for each in others], shown[name].left_out)


def test_what_does_not_fit_is_counted(repository: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("massctl.cli.campaign_pages.PICTURES_MAX", 2)
    with session(str(repository)) as current:
        found = shown_campaigns(current, ["2026-12-members-issue"])["2026-12-members-issue"]
    assert (2, 1) == (len(found.pictures), found.left_out)


def test_a_whole_page_shows_all_its_pictures_and_asks_for_nothing(
    shown: dict[str, ShownCampaign], tmp_path: Path
):
    page = tmp_path / "page.html"
    page.write_text(shown["2026-12-members-issue"].page or "", encoding="utf-8")
    with browser.open_browser() as chromium:
        chromium.open(page.as_uri())
        drawn = "[...document.images].map((each) => each.naturalWidth > 0)"
        assert {True} == {*chromium.value(drawn)}
        asked = [
            each["params"]["request"]["url"].partition(":")[0]
            for each in chromium.events
            if each["method"] == "Network.requestWillBeSent"
        ]
        refused = [each for each in chromium.events if each["method"] == "Log.entryAdded"]
    assert ({"file", "data"}, []) == ({*asked}, refused)
