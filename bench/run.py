"""Measure massctl against stated floors, as ratios within one run: `python bench/run.py [ROUNDS]`.

Every pair is run in turn, A B A B, and the median of the ratios is reported with the goal beside it. Nothing
here decides pass or fail: a busy machine is no fault of the code.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import many
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
PYTHON = sys.executable
MASSCTL = [PYTHON, "-m", "massctl"]
DELAY_SECONDS = 0.05
LIBRARIES = "click, css_inline, jinja2.sandbox, markdown_it, ruamel.yaml, selectolax.lexbor, tinycss2, PIL.Image"
"""What rendering an article imports."""


@contextmanager
def server() -> Iterator[str]:
    process = subprocess.Popen(
        [PYTHON, str(HERE / "server.py"), str(DELAY_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdin
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait()


def picture(path: Path, number: int) -> None:
    image = Image.new("RGB", (900, 500), (number * 9 % 255, 120, 200 - number * 5))
    draw = ImageDraw.Draw(image)
    for step in range(0, 900, 12):
        draw.line((step, 0, 900 - step, 500), fill=(step % 255, number * 7 % 255, 90), width=3)
    image.save(path, "JPEG", quality=85)


def repository(root: Path, articles: int, pictures: int) -> None:
    folder = root / "campaigns" / "bench"
    (folder / "images").mkdir(parents=True)
    (folder / "articles").mkdir()
    settings(root)
    items = []
    for number in range(1, articles + 1):
        picture(folder / "images" / f"cover-{number}.jpg", 100 + number)
        mine = range((number - 1) * pictures // articles, number * pictures // articles)
        for index in mine:
            picture(folder / "images" / f"picture-{index}.jpg", index)
        text = "\n\n".join(
            f"## 第 {i} 节\n\n" + "走得慢一点，看得多一点。" * 40 for i in range(1, 5)
        )
        shown = "\n\n".join(f"![图](../images/picture-{index}.jpg)" for index in mine)
        (folder / "articles" / f"{number}.md").write_text(f"{text}\n\n{shown}\n")
        items.append(
            {
                "title": f"第 {number} 篇",
                "content": f"articles/{number}.md",
                "cover": f"images/cover-{number}.jpg",
            }
        )
    campaign = {
        "version": 1,
        "account": "main",
        "audience": {"is_to_all": True},
        "mpnews": {"articles": items},
    }
    (folder / "campaign.yaml").write_text(json.dumps(campaign, ensure_ascii=False, indent=1))


def words(root: Path) -> Path:
    """Make a repository with one text."""
    (root / "campaigns" / "hi").mkdir(parents=True)
    settings(root)
    (root / "campaigns" / "hi" / "campaign.yaml").write_text(
        "version: 1\naccount: main\naudience: {is_to_all: true}\ntext: {content: hello}\n"
    )
    return root


def settings(root: Path) -> None:
    """Write massctl.yaml without a ledger."""
    (root / "massctl.yaml").write_text(many.SETTINGS)


def requests(base: str) -> int:
    """Ask the server how many requests it had; the question counts too."""
    with urlopen(f"{base}/count") as said:
        return int(json.load(said)["count"])


def seconds(command: list[str], **environment: str) -> float:
    begin = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    return time.perf_counter() - begin


def ratio(
    label: str, goal: float, ours: Callable[[], float], floor: Callable[[], float], rounds: int
) -> None:
    ours(), floor()  # Fill caches of the disk and of compiled modules; not counted.
    pairs = [(ours(), floor()) for _ in range(rounds)]
    middle = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(each) for each in zip(*pairs, strict=True))
    print(
        f"{label:<46} {middle:5.2f}   goal {goal:.1f}   ({a * 1000:.0f} ms against {b * 1000:.0f} ms, {rounds} rounds)"
    )


def difference(label: str, goal_ms: float, root: Path, rounds: int) -> None:
    """Time a plan of many campaigns, without a cache, against the floor of reading and hashing their files."""
    plan = [*MASSCTL, "-C", str(root), "plan"]
    floor = [PYTHON, str(HERE / "many.py"), str(root)]

    def first() -> float:
        """Time a plan as in a fresh clone."""
        shutil.rmtree(root / ".massctl", ignore_errors=True)
        return seconds(plan)

    first(), seconds(floor)
    pairs = [(first(), seconds(floor)) for _ in range(rounds)]
    a, b = (statistics.median(each) * 1000 for each in zip(*pairs, strict=True))
    above = statistics.median(x - y for x, y in pairs) * 1000
    print(
        f"{label:<46} {above:5.0f}   goal {goal_ms:.0f} ms above the floor   "
        f"({a:.0f} ms against {b:.0f} ms, {rounds} rounds)"
    )


def replay(entries: int, rounds: int) -> None:
    """Time reading, verifying and folding a ledger, in a process that does nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "repository"
        many.build(root, sent=entries // many.ENTRIES_EACH, opened=0, pictures=False)
        program = "import sys; import many; many.replay(sys.argv[1])"
        command = [PYTHON, "-c", program, str(root)]
        took = [
            seconds(command, PYTHONPATH=os.pathsep.join([str(HERE), *sys.path]))
            for _ in range(rounds)
        ]
        print(
            f"{f'replay of {entries} ledger entries':<46} {statistics.median(took) * 1000:5.0f} ms, {rounds} rounds"
        )


def durable(entries: int, rounds: int) -> None:
    """Time one durable append to a bare remote on this disk behind a long ledger, against one behind a short one."""
    with tempfile.TemporaryDirectory() as scratch:
        roots = []
        for name, count in (("long", entries), ("short", many.ENTRIES_EACH)):
            roots.append(Path(scratch) / name)
            many.build(roots[-1], sent=count // many.ENTRIES_EACH, opened=0, pictures=False)
            many.in_git(roots[-1], Path(scratch) / f"{name}.git")
        behind, alone = (lambda: many.pushed(roots[0], 1)), (lambda: many.pushed(roots[1], 1))
        ratio(f"durable append behind {entries} entries", 2.0, behind, alone, rounds)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as scratch, server() as base:
        root = Path(scratch) / "repository"
        repository(root, articles=8, pictures=20)
        bare = Path(scratch) / "bare"
        bare.mkdir()
        for path in (root / "campaigns" / "bench" / "images").iterdir():
            shutil.copy(path, bare / path.stem)
        environment = {"MASSCTL_API_BASE": base, "BENCH_SECRET": "bench-secret"}

        to_draft = [*MASSCTL, "-C", str(root), "apply", "bench", "--until", "draft"]

        def first() -> float:
            """Time an apply of a repository without a ledger; the picture cache is there."""
            (root / "massctl.state.jsonl").unlink(missing_ok=True)
            shutil.rmtree(root / "massctl.state.bodies", ignore_errors=True)
            shutil.rmtree(root / ".massctl" / "locks", ignore_errors=True)
            settings(root)
            return seconds(to_draft, **environment)

        def again() -> float:
            """Time the same apply once more; it asks for nothing."""
            before = requests(base)
            took = seconds(to_draft, **environment)
            made = requests(base) - before - 1
            if made:
                raise SystemExit(f"apply made {made} requests when it was repeated")
            return took

        one = Path(scratch) / "one"
        repository(one, articles=1, pictures=3)
        click = [PYTHON, "-c", "import click"]
        # Both import the view, so that only the catalogue is between them.
        english = (
            "import click; from massctl.view.i18n import *; said = say(Phrase('Options'), Language."
        )
        spoken = {language: [PYTHON, "-c", f"{english}{language})"] for language in ("EN", "ZH")}
        bare_script = [PYTHON, str(HERE / "bare.py"), base, str(bare)]
        ratio(
            "apply to the draft, 28 pictures / bare",
            1.3,
            first,
            lambda: seconds(bare_script),
            rounds,
        )
        ratio("the same apply again / first", 0.5, lambda: (first(), again())[1], first, rounds)
        ratio(
            "massctl --help / import click",
            1.5,
            lambda: seconds([*MASSCTL, "--help"]),
            lambda: seconds(click),
            rounds,
        )
        ratio(
            "a sentence in Chinese / in English",
            1.15,
            lambda: seconds(spoken["ZH"]),
            lambda: seconds(spoken["EN"]),
            rounds,
        )
        sent = Path(scratch) / "sent"
        many.build(sent, sent=1, opened=0, pictures=False)
        libraries = [PYTHON, "-c", f"import {LIBRARIES}"]
        for what, root_of_one, name in (
            ("a text", words(Path(scratch) / "words"), "hi"),
            ("sent", sent, "sent-0000"),
        ):
            planned = [*MASSCTL, "-C", str(root_of_one), "plan", name]
            ratio(
                f"plan, {what} / import click",
                4.0,
                lambda of=planned: seconds(of),
                lambda: seconds(click),
                rounds,
            )
        ratio(
            "plan, an article / its libraries + click",
            1.0,
            lambda: seconds([*MASSCTL, "-C", str(one), "plan", "bench"]),
            lambda: seconds(libraries) + seconds(click),
            rounds,
        )
        eight = Path(scratch) / "eight"
        repository(eight, articles=8, pictures=20)
        ratio(
            "validate, 8 articles, 28 pictures / libraries",
            1.4,
            lambda: seconds([*MASSCTL, "-C", str(eight), "validate"]),
            lambda: seconds(libraries),
            rounds,
        )
        for sent, accounts in ((90, 1), (990, 1), (990, 40)):
            repository_of_many = Path(scratch) / f"many-{sent}-{accounts}"
            many.build(repository_of_many, sent=sent, opened=10, accounts=accounts)
            label = f"plan, {sent + 10} campaigns of {accounts}, 10 of them open"
            difference(label, 700, repository_of_many, rounds)
        replay(100_000, rounds)
        durable(100_000, rounds)


if __name__ == "__main__":
    main()
