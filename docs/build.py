"""Build the documentation as a site in both languages: `python docs/build.py [OUT]`, with the extra `docs`."""

import sys
from pathlib import Path

from sphinx.cmd.build import build_main

DOCS = Path(__file__).parent
FIRST_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>massctl</title>
<script>location.replace(navigator.language.startsWith("zh") ? "zh/index.zh-CN.html" : "en/index.html")</script>
<p><a href="en/index.html">English</a> · <a href="zh/index.zh-CN.html">简体中文</a></p>
"""


def main(out: Path) -> int:
    """Build `out/en` and `out/zh`; a warning is an error, so that no link leads nowhere."""
    for language, options in (("en", []), ("zh", ["-t", "zh"])):
        status = build_main(
            ["-q", "-E", "-W", "--keep-going", *options, str(DOCS), str(out / language)]
        )
        if status:
            return status
    (out / "index.html").write_text(FIRST_PAGE, encoding="utf-8")
    print(f"the site begins at {out / 'index.html'}")  # noqa: T201  A command's last word.
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist/site")))
