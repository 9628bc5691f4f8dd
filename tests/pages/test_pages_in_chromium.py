"""The sample articles as a phone lays them out: real Chromium, 375 px wide, nothing beyond the edge."""

import shutil
import subprocess
from pathlib import Path

import pytest

from massctl.cli.main import run

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=4000",
)
PHONE_PIXELS = 375
SAMPLES = {"2026-autumn-walks": 1, "2026-12-members-issue": 2}
MEASURE = """<script>
addEventListener("load", () => {
  const wide = [...document.querySelectorAll("#phone *")].filter((e) => {
    const edge = document.querySelector("#phone").getBoundingClientRect().right;
    return !e.closest("section[style*='overflow-x']") && e.getBoundingClientRect().right > edge + 1;
  });
  const lost = [...document.images].filter((i) => !i.naturalWidth);
  const said = document.createElement("p");
  said.id = "measured";
  const names = wide.map((e) => e.tagName).join(",");
  said.textContent = `wide ${names}; lost ${lost.length}; shown ${document.images.length}`;
  document.body.append(said);
});
</script>"""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    shutil.copy(ROOT / "massctl.yaml", root)
    shutil.copytree(ROOT / "campaigns", root / "campaigns")
    for name in SAMPLES:
        assert 0 == run(["-C", str(root), "render", name, "--out", str(root / "out" / name)])
    return root / "out"


def chromium(page: Path, profile: Path, *more: str) -> str:
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", *more, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, count in SAMPLES.items() for i in range(1, count + 1)])
def test_an_article_fits_a_phone_and_shows_every_picture(rendered: Path, tmp_path: Path, name: str, number: int):
    body = (rendered / name / f"article-{number}.html").read_text(encoding="utf-8")
    page = rendered / name / f"phone-{number}.html"
    frame = f'<div id="phone" style="width:{PHONE_PIXELS - 32}px;padding:0 16px">{body}</div>'
    page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{frame}{MEASURE}', encoding="utf-8")
    dom = chromium(page, tmp_path / "profile", "--window-size=500,900", "--dump-dom")
    measured = dom.partition('id="measured">')[2].partition("<")[0]
    assert f"wide ; lost 0; shown {body.count('<img')}" == measured


def test_the_page_of_render_shows_the_article(rendered: Path, tmp_path: Path):
    picture = tmp_path / "page.png"
    page = rendered / "2026-autumn-walks" / "index.html"
    chromium(page, tmp_path / "profile", "--window-size=500,1400", f"--screenshot={picture}")
    from PIL import Image

    with Image.open(picture) as image:
        colours = image.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert len(colours) > 1_000, "the page is blank: no picture was painted"
