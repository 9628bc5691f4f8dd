"""Draws the comment on a pull request that the READMEs begin with, and says what it was drawn of.

`PYTHONPATH=tests:tests/pages .venv/bin/python -m review_pictures` after a change of the comment. Both jobs of a review
are played: `massctl ci review` in a clone of a bare remote, and `massctl ci comment` with the forge of the tests.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from unittest.mock import patch

import cmarkgfm
from cmarkgfm.cmark import Options
from fake_forge import REPOSITORY, FakeForge, pull_request_event
from gits import ENVIRONMENT, clone_of, git, remote_at
from guide_pictures import IMAGES, LANGUAGES, save_part
from page_samples import ROOT

from massctl.browser import FLAGS, Browser, find_chromium
from massctl.cli.app import run
from massctl.cli.commands.ci_review import write_comment, write_review
from massctl.cli.main import run as run_command

RECORD: Final = IMAGES / "review.sha256"
"""What the pictures were drawn of."""
_NUMBER: Final = 12
_NAME: Final = "2026-12-members-issue"
_TITLE: Final = "十二月会员刊：冬天也出门"
_BRANCH: Final = "members-issue"
_NOON: Final = datetime(2026, 12, 1, 4, tzinfo=UTC)
_SETTINGS: Final = """version: 1
language: {language}
accounts:
  main:
    name: 不赶路步行社
    appid: wx0123456789abcdef
    secret_env: WECHAT_MAIN_SECRET
    kind: service
state:
  backend: git
policy:
  require_lock: true
  branch: main
"""
_SHEET: Final = re.compile(r'<img [^>]*width="800">')
_FOLDED: Final = re.compile(r"<details>.*?</details>", re.DOTALL)
_CHANGES: Final = re.compile(r"[0-9a-f]{12,64}|(?<=-> )\d+ KB|\d[\d,]* KB")
"""Names of commits, digests and converted pictures; encoders differ between processors."""
_WIDTH, _HEIGHT = 1240, 780
_PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
* {{ box-sizing: border-box }}
body {{ margin: 0; padding: 22px 26px; width: {width}px; height: {height}px; overflow: hidden;
  background: #fff; color: #1f2328; font: 14px/1.5 system-ui, "Noto Sans CJK SC", sans-serif }}
h1 {{ margin: 0 0 8px; font-size: 25px; font-weight: 400 }}
h2 {{ margin: 14px 0; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0; font-size: 21px }}
p, ul {{ margin: 0 0 12px }} ul {{ padding-left: 24px }} summary {{ margin: 10px 0 }}
code {{ padding: 2px 5px; border-radius: 6px; background: #eff1f3;
  font: 12px ui-monospace, "DejaVu Sans Mono", monospace }}
table {{ margin-bottom: 12px; border-collapse: collapse; width: 100% }}
td, th {{ padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left }}
h1 span, .state, header {{ color: #59636e }}
.state {{ padding-bottom: 14px; border-bottom: 1px solid #d1d9e0 }} .state code {{ color: #0969da }}
.state b {{ margin-right: 8px; padding: 5px 12px; border-radius: 16px;
  background: #1f883d; color: #fff; font-weight: 500 }}
.comment {{ margin-top: 16px; border: 1px solid #d1d9e0; border-radius: 6px }}
header {{ padding: 8px 16px; border-bottom: 1px solid #d1d9e0; background: #f6f8fa }}
header b {{ color: #1f2328 }}
header i {{ padding: 0 7px; border: 1px solid #d1d9e0; border-radius: 10px; font-size: 12px; font-style: normal }}
.sides {{ display: grid; grid-template-columns: minmax(0, 1fr) 620px; gap: 24px; padding: 4px 16px }}
.sides img {{ display: block; width: 100%; margin-top: 12px; border: 1px solid #d1d9e0; border-radius: 6px }}
</style><h1>{title} <span>#{number}</span></h1>
<div class="state"><b>Open</b>lin-mei wants to merge 2 commits into <code>main</code> from <code>{branch}</code></div>
<div class="comment"><header><b>github-actions</b> <i>bot</i> commented now</header>
<div class="sides"><div>{plan}</div>{sheet}</div></div>"""
"""A forge's page, with the contact sheet of the comment beside its words."""


def main() -> None:
    """Draw the comment in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        with Browser(find_chromium(os.environ), made / "profile", FLAGS) as browser:
            for language, ending in LANGUAGES.items():
                page = made / f"{language}.html"
                page.write_text(
                    _page(made / language, review_comment(made / language, language)),
                    encoding="utf-8",
                )
                browser.window(_WIDTH, _HEIGHT)
                browser.open(page.as_uri())
                save_part(browser, (0, 0, _WIDTH, _HEIGHT), f"review{ending}", 1)
        digest = drawn_of(made / "compared")
    RECORD.write_text(f"{digest}\n", encoding="ascii")


def drawn_of(folder: Path) -> str:
    """Name the words of the comment in both languages, without the pictures of phones."""
    digest = hashlib.sha256(_PAGE.encode())
    for language in LANGUAGES:
        comment = review_comment(folder / language, language, MASSCTL_CHROMIUM="/nonexistent")
        digest.update(_CHANGES.sub("#", comment).encode())
    return digest.hexdigest()


def review_comment(folder: Path, language: str, **more: str) -> str:
    """Play the pull request that proposes a letter, in clones below `folder`; return its comment."""
    folder.mkdir(parents=True)
    main, event = folder / "main", folder / "event.json"
    clone_of(remote_at(folder / "remote.git"), main)
    (main / "massctl.yaml").write_text(_SETTINGS.format(language=language), encoding="utf-8")
    shutil.copytree(ROOT / "campaigns/_shared", main / "campaigns/_shared")
    environment = {
        **ENVIRONMENT,
        "MASSCTL_LANG": language,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_RUN_ID": "1",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": "token",
        **more,
    }
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, environment, clear=True))
        for module in ("clients", "clocks", "session"):
            stack.enter_context(patch(f"massctl.cli.{module}.machine_now", lambda: _NOON))
        assert run_command(["-C", str(main), "state", "init"]) == 0
        sha = _propose(main)
        event.write_text(pull_request_event(sha, branch=_BRANCH, number=_NUMBER), encoding="utf-8")
        forge = FakeForge()
        forge.open_pull_request(_NUMBER, _BRANCH, sha)
        review = folder / "review"
        assert run("ci review", "text", lambda: write_review(str(main), review)) == 0
        assert (
            run("ci comment", "text", lambda: write_comment(str(main), review, inside=forge)) == 0
        )
    return forge.bodies(_NUMBER)[0]


def _propose(main: Path) -> str:
    """Commit the begun ledger to main, and a letter to a branch of its own; return the letter's commit."""
    git(main, "add", "-A")
    git(main, "commit", "-qm", "begin")
    git(main, "push", "-q", "origin", "HEAD:main")
    shutil.copytree(ROOT / "campaigns" / _NAME, main / "campaigns" / _NAME)
    git(main, "add", "-A")
    git(main, "commit", "-qm", "propose")
    git(
        main, "push", "-q", "origin", f"HEAD:refs/heads/{_BRANCH}", f"HEAD:refs/pull/{_NUMBER}/head"
    )
    sha = git(main, "rev-parse", "HEAD")
    git(main, "reset", "-q", "--hard", "origin/main")
    return sha


def _page(folder: Path, comment: str) -> str:
    """Show a comment as a forge does, but the contact sheet beside its words, and without what is folded away."""
    rendered = cmarkgfm.github_flavored_markdown_to_html(comment, Options.CMARK_OPT_UNSAFE)
    sheet = _SHEET.search(rendered)
    assert sheet is not None, comment
    shown = re.sub(
        r'src="[^"]*/blob/massctl-previews/([^"?]+)[^"]*"',
        lambda each: _inside(folder, each[1]),
        sheet[0],
    )
    plan = _FOLDED.sub("", rendered.replace(sheet[0], ""))
    return _PAGE.format(
        width=_WIDTH,
        height=_HEIGHT,
        title=_TITLE,
        number=_NUMBER,
        branch=_BRANCH,
        plan=plan,
        sheet=f"<div>{shown}</div>",
    )


def _inside(folder: Path, path: str) -> str:
    """Return the source of a picture that the branch of previews has."""
    found = subprocess.run(
        ["git", "show", f"massctl-previews:{path}"],
        cwd=folder / "remote.git",
        check=True,
        capture_output=True,
    )
    return f'src="data:image/jpeg;base64,{base64.b64encode(found.stdout).decode()}"'


if __name__ == "__main__":
    main()
