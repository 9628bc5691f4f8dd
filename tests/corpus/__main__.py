"""Run the check: `PYTHONPATH=tests:tests/pages python -m corpus FOLDER [--chromium] [--limit N]`."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from itertools import chain
from pathlib import Path

from services import CHROMIUM

from corpus.destinations import other_destinations
from corpus.forbidden import forbidden
from corpus.losses import losses
from corpus.rendering import CSS, Rendered, rendered


def main() -> int:
    """Check every article; the exit status is 1 where anything is lost, forbidden or too wide."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--chromium", action="store_true", help="also look for what is wider than a phone"
    )
    parser.add_argument("--limit", type=int, default=100_000)
    given = parser.parse_args()
    articles: dict[Path, Rendered] = {}
    found: Counter[str] = Counter()
    begun, characters = time.perf_counter(), 0
    for path in sorted(given.folder.rglob("*.md"))[: given.limit]:
        source = path.read_text(encoding="utf-8", errors="replace")
        article = rendered(source, CSS)
        characters += len(source)
        for each in article.errors:
            found["refused: " + each[:5]] += 1
            sys.stdout.write(f"{path}: {each}\n")
        if any(not each.startswith("MC304") for each in article.errors):
            continue
        checks = (
            losses(source, article),
            forbidden(article.body),
            other_destinations(article.body),
        )
        for each in chain.from_iterable(checks):
            found[each.partition(":")[0]] += 1
            sys.stdout.write(f"{path}: {each}\n")
        articles[path] = article
    if given.chromium:
        # From tests/pages, whose path is needed for this alone.
        from browser import Browser

        from corpus.widths import too_wide
        from massctl.browser import FLAGS

        scratch = Path(tempfile.mkdtemp())
        with Browser(Path(CHROMIUM or ""), scratch / "profile", FLAGS) as browser:
            bodies = {path: article.body for path, article in articles.items()}
            for path, each in too_wide(browser, bodies, scratch):
                found["wide"] += 1
                sys.stdout.write(f"{path}: wide: {each}\n")
    took = time.perf_counter() - begun
    sys.stdout.write(
        f"{len(articles)} articles, {characters} characters, {took:.0f} s: {dict(found) or 'nothing lost'}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
