"""Draws the pictures of blocks, preview, desk and reports that the documents show, and says what they were drawn of.

`PYTHONPATH=tests:tests/pages .venv/bin/python -m guide_pictures` after a change of a page, a theme or a block. A block
is drawn from the example above its picture in the guide, the preview from what `massctl serve` gives, the desk from
`massctl desk`, and a report from the sample of the tests.
"""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from desks import OpenDesk, open_letter, repository_of_desk
from page_samples import AT_NOON, ROOT
from PIL import Image
from report_page_samples import newest_report, sample_report

from massctl.browser import FLAGS, Browser, find_chromium
from massctl.model.diagnostics import Fault
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.theme import ThemeSettings
from massctl.render.article import render_body
from massctl.render.paths import Pictures
from massctl.render.strings import Setting
from massctl.source.media import PictureFiles
from massctl.source.renderer import Materials
from massctl.source.repository import Repository
from massctl.source.settings import load_settings
from massctl.view.i18n import Language
from massctl.view.pages.dark_mode import by_day_and_night
from massctl.view.pages.desk_page import letter_page
from massctl.view.pages.document import Watched
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import Order, report_page, sends_page

IMAGES: Final = ROOT / "docs" / "images"
RECORD: Final = IMAGES / "guides.sha256"
"""What the pictures were drawn of."""
_GUIDE: Final = ROOT / "docs" / "guides" / "template-library.md"
_EXAMPLE: Final = re.compile(r"```jinja\n([^`]+)```\n\n!\[[^]]*\]\(\.\./images/block-(\w+)\.webp\)")
_THEMES: Final = (("qingshan", "light"), ("danmo", "dark"))
_PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body{{margin:0;display:flex;width:750px}}
section.half{{box-sizing:border-box;width:375px;padding:100px 16px;font:17px/1.6 "PingFang SC",system-ui,
"Noto Sans CJK SC",sans-serif;background:light-dark(#fff,#191919);color:light-dark(#191919,#a3a3a3)}}
.half *{{max-width:100%}} h2,h3,h4,h5,p,blockquote,section{{margin:0;padding:0}} a{{text-decoration:none}}
</style><body>{halves}"""
"""A block as WeChat shows it on a phone, by day and by night."""
_HALF: Final = '<section class="half" style="color-scheme:{scheme}"><div>{body}</div></section>'
_EXTENT: Final = """(() => {
  const boxes = [...document.querySelectorAll(".half > div > section > *")].map((each) => each.getBoundingClientRect());
  return [Math.min(...boxes.map((box) => box.top)), Math.max(...boxes.map((box) => box.bottom))];
})()"""
"""Where the blocks begin and end, without their margins."""
_EDGE: Final = 20
_CAMPAIGN: Final = "2026-12-winter-market"
"""Has the pictures that the examples name."""
_SENT: Final = "2026-autumn-walks"
_ARTICLE: Final = f"campaigns/{_SENT}/articles/main.md.j2"
_SENTENCE: Final = (
    "先交代一件事：这期没有一张照片，全是画。",
    "先说一件事：这期一张照片也没有，全部是画。",
)
"""What followers have, and what somebody wrote since."""
LANGUAGES: Final = {"en": "", "zh": ".zh-CN"}
_BESIDE: Final = """document.querySelector("#beside-earlier").click();
document.querySelectorAll(".panels").forEach((each) => { each.scrollTop = 260; })"""
PAGES: Final = {
    "campaigns": ("", 1000, 860, False, ""),
    "campaign": (_SENT, 1440, 960, False, "document.querySelector('#reading-glass').scrollTop = 0"),
    "side-by-side": (_SENT, 1440, 960, True, _BESIDE),
    "calendar": ("-/calendar", 1000, 900, False, ""),
}
"""Picture -> path, width and height of the window, dark mode, and what is done on the page."""
DESK: Final = (1440, 900)
"""Width and height of the window in which a letter is written."""
REPORTS: Final = {
    "sends": (1100, 980, False),
    "send": (1100, 1080, False),
    "phone": (375, 812, True),
}
"""Picture of a report -> width and height of what is shown, and dark mode."""
_IS_SHOWN: Final = """(() => {
  const phone = document.getElementById("phone").contentDocument;
  return [...phone.images].length > 0 && [...phone.images].every((each) => each.complete);
})()"""
_QUALITY: Final = 72
_DIFFERS: Final = re.compile(r"[0-9a-f]{64}|(?<=-> )\d+ KB|data-heard=\"\d+\"")
"""Names and sizes of converted pictures, since encoders differ between processors, and how often a page was renewed."""
_UNCHECKED: Final = re.compile(
    rf"</b></span></a></li>.*id=\"gone\"|<strong>{re.escape(_SENT)}</strong>", re.DOTALL
)
"""A campaign of the list that is still to be rendered."""


def main() -> None:
    """Draw every picture in every language."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        digest = drawn_of(made)
        # The browser of the product asks nobody; this one asks `massctl serve`.
        with Browser(find_chromium(os.environ), made / "profile", FLAGS) as browser:
            for page in sorted(made.glob("block-*.html")):
                browser.window(750, 600)
                browser.open(page.as_uri())
                top, bottom = browser.value(_EXTENT)
                save_part(browser, (0, top - _EDGE, 750, bottom - top + 2 * _EDGE), page.stem, 2)
            for name, (width, height, dark) in REPORTS.items():
                for ending in LANGUAGES.values():
                    browser.window(width, height, dark=dark)
                    browser.open((made / f"report-{name}{ending}.html").as_uri())
                    save_part(
                        browser,
                        (0, 0, width, height),
                        f"report-{name}{ending}",
                        2 if width < 600 else 1,
                    )
            for language, ending in LANGUAGES.items():
                with _served(made / language, language) as address:
                    for name, (path, width, height, dark, done) in PAGES.items():
                        browser.window(width, height, dark=dark)
                        browser.open(address + path)
                        browser.value(done)
                        save_part(browser, (0, 0, width, height), f"preview-{name}{ending}", 1)
                with _desk(made / f"desk-{language}", language) as desk:
                    open_letter(browser, desk)
                    browser.until(lambda: browser.value(_IS_SHOWN))
                    save_part(browser, (0, 0, *DESK), f"desk{ending}", 1)
    RECORD.write_text(f"{digest}\n", encoding="ascii")


def drawn_of(folder: Path) -> str:
    """Name the HTML that decides how the pictures look; `folder` is empty, and gets the pages and repositories."""
    digest = hashlib.sha256()
    for name, page in sorted(block_pages(folder).items()):
        (folder / f"block-{name}.html").write_text(page, encoding="utf-8")
        digest.update(_DIFFERS.sub("#", page).encode())
    for name, page in sorted(report_pages().items()):
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
        digest.update(_DIFFERS.sub("#", page).encode())
    for language in LANGUAGES:
        root = folder / language
        _send_and_edit(root, language)
        with _served(root, language) as address:
            for path, *_ in PAGES.values():
                digest.update(_DIFFERS.sub("#", _read(address + path)).encode())
        digest.update(letter_page(CampaignName(_SENT), Sheet(Language(language), {})).encode())
    digest.update((files("massctl.desk") / "browser/src/desk.css").read_bytes())
    return digest.hexdigest()


def block_pages(folder: Path) -> dict[str, str]:
    """Render each example of the guide in both themes; its pictures go into `folder`."""
    settings, _ = load_settings(Repository(ROOT), loopback_override=None)
    assert settings is not None
    pages = {}
    for example, name in _EXAMPLE.findall(_GUIDE.read_text(encoding="utf-8")):
        halves = []
        for theme, scheme in _THEMES:
            inputs = _Example(Repository(ROOT), settings, folder)
            inputs.text = example
            shown = Pictures(_CAMPAIGN, inputs)
            setting = Setting(
                _CAMPAIGN, _CAMPAIGN, "", inputs, shown, "footnotes", ThemeSettings(name=theme)
            )
            body = render_body(
                "example.md.j2", "", {}, setting, ThemeSettings(name=theme), breaks=False
            )
            assert not [each for each in body.faults if each.severity == "error"], (
                name,
                body.faults,
            )
            text = by_day_and_night(body.content)
            shelf = PictureFiles(inputs.repository)
            for each in shown.used:
                shelf.adopt(
                    CampaignName(_CAMPAIGN), folder, each, inputs.pictures.produced[each.sha256]
                )
                (folder / f"{each.sha256}.picture").write_bytes(shelf.read(each.sha256) or b"")
            text = re.sub(r"massctl-picture:([0-9a-f]{64})", r"\1.picture", text)
            halves.append(_HALF.format(scheme=scheme, body=text))
        pages[name] = _PAGE.format(halves="".join(halves))
    return pages


def report_pages() -> dict[str, str]:
    """Return the pages of a sample of reports, by the names of their pictures."""
    report, found = sample_report(), {}
    for language, ending in ((Language.EN, ""), (Language.ZH, ".zh-CN")):
        sheet = Sheet(language, {})
        alone = report_page(newest_report(), sheet)
        found |= {f"report-send{ending}": alone, f"report-phone{ending}": alone}
        found[f"report-sends{ending}"] = sends_page(report, sheet, Watched("", 0), Order(), None)
    return found


class _Example(Materials):
    """An example of the guide as an article beside the pictures of a sample."""

    text = ""

    def template(self, path: str) -> str | Fault:
        if path.endswith(LOCK_FILE):
            return json.dumps(
                {"message": {"articles": [{"title": "四个周六，42 公里：不赶路的秋天"}]}}
            )
        return self.text if path.endswith("example.md.j2") else super().template(path)

    def article_address(self, campaign: str, number: int) -> str | Fault:
        return f"https://mp.weixin.qq.com/s/{campaign}-{number}"


def _send_and_edit(root: Path, language: str) -> None:
    """Send a campaign of a copy of the repository in the sandbox, and change a sentence afterwards."""
    root.mkdir()
    shutil.copy(ROOT / "massctl.yaml", root)
    shutil.copytree(ROOT / "campaigns", root / "campaigns")
    _run(root, language, "apply", _SENT, "--sandbox", "--yes")
    article = root / _ARTICLE
    text = article.read_text(encoding="utf-8")
    assert _SENTENCE[0] in text
    article.write_text(text.replace(*_SENTENCE), encoding="utf-8")


def _run(root: Path, language: str, *command: str) -> None:
    environment = {**os.environ, "MASSCTL_LANG": language}
    run = [sys.executable, "-c", AT_NOON, "-C", str(root), *command]
    subprocess.run(run, check=True, capture_output=True, env=environment)


def _read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


@contextmanager
def _desk(folder: Path, language: str) -> Iterator[OpenDesk]:
    folder.mkdir()
    root, remote = repository_of_desk(folder)
    desk = OpenDesk(root, remote, AT_NOON, {"MASSCTL_LANG": language})
    try:
        yield desk
    finally:
        desk.end()


@contextmanager
def _served(root: Path, language: str) -> Iterator[str]:
    run = [sys.executable, "-c", AT_NOON, "-C", str(root), "serve", "--sandbox", "--port", "0"]
    environment = {**os.environ, "MASSCTL_LANG": language}
    with subprocess.Popen(
        run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as served:
        assert served.stdout is not None
        try:
            address = served.stdout.readline().strip()
            while _UNCHECKED.search(_read(address)):
                time.sleep(0.1)
            yield address
        finally:
            served.terminate()


def save_part(
    browser: Browser, clip: tuple[float, float, float, float], name: str, scale: int
) -> None:
    """Keep a part of the page, `scale` pixels to one of the page."""
    part = {**dict(zip(("x", "y", "width", "height"), clip, strict=True)), "scale": scale}
    data = browser("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=part)[
        "data"
    ]
    shot = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    shot.save(IMAGES / f"{name}.webp", quality=_QUALITY, method=6)


if __name__ == "__main__":
    main()
