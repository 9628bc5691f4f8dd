"""The process that renders what is locked: it knows no secret, and what becomes of it is one diagnostic."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from repositories import Tree

from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.plan.steps import Invalid
from massctl.source import render_process
from massctl.source.render_process import RenderProcess

A, B = CampaignName("a"), CampaignName("b")
BOOT = "import sys; sys.path[:] = sys.argv[1:]; import os; import massctl.source.render_process as r; "
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def process(tmp_path: Path) -> RenderProcess:
    """A process for a repository with two campaigns."""
    tree = Tree(tmp_path / "repository")
    tree.news("a")
    tree.text("b")
    return RenderProcess(tree.root, tmp_path / "cache", None)


def test_campaigns_come_back_as_data_with_the_bytes_of_their_pictures_named(process: RenderProcess) -> None:
    found = process.render({A: {}, B: {}})
    assert [RenderedCampaign] * 2 == [type(each.campaign) for each in found.values()]
    news = found[A].campaign
    assert isinstance(news, RenderedCampaign)
    assert {each.sha256 for each in news.pictures} <= found[A].produced.keys()


def test_faults_come_back_as_diagnostics(process: RenderProcess) -> None:
    (process.root / "campaigns/a/campaign.yaml").write_text("version: 1\n", encoding="utf-8")
    found = process.render({A: {}, B: {}})
    assert [Invalid, RenderedCampaign] == [type(each.campaign) for each in found.values()]


def said(process: RenderProcess, monkeypatch: pytest.MonkeyPatch, start: str) -> str:
    """Give what becomes of a campaign where the child does something else than rendering."""
    monkeypatch.setattr(render_process, "_START", BOOT + start)
    campaign = process.render({A: {}})[A].campaign
    assert isinstance(campaign, Invalid)
    (diagnostic,) = campaign.diagnostics
    assert ("MC409", "a") == (diagnostic.code, diagnostic.campaign)
    return diagnostic.message


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("os.kill(os.getpid(), 9)", "the process that rendered it ended without an answer (SIGKILL)"),
        ("os._exit(3)", "the process that rendered it ended without an answer (3)"),
        ("print('{}')", "the process that rendered it ended without an answer (0)"),
        ("r._answer = lambda *_: bytearray(8 << 30); r.main()", "rendering it needs more than 4 GB of memory"),
        ("import time; time.sleep(600)", "rendering it took longer than 0.5 seconds and was stopped"),
        ("\nwhile True: os.write(1, bytes(1 << 16))", "its rendered result is larger than 0 MB"),
    ],
)
def test_a_child_that_hangs_dies_or_floods_is_one_diagnostic(
    process: RenderProcess, monkeypatch: pytest.MonkeyPatch, start: str, why: str
) -> None:
    if "sleep" in start:
        monkeypatch.setattr(render_process, "SECONDS_MAX", 0.5)
    monkeypatch.setattr(render_process, "ANSWER_BYTES_MAX", 1 << 18)
    assert why == said(process, monkeypatch, start)


def test_one_that_brings_the_process_down_keeps_no_other_back(
    process: RenderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = "real = r._answer; r._answer = lambda q, n, l: os._exit(3) if n == 'a' else real(q, n, l); r.main()"
    monkeypatch.setattr(render_process, "_START", BOOT + start)
    found = process.render({A: {}, B: {}})
    assert [Invalid, RenderedCampaign] == [type(each.campaign) for each in found.values()]


PROBE = """
import json
def tried(what):
    try:
        return what()
    except BaseException as error:
        return type(error).__name__
def looked(*_):
    def text(path):
        with open(path, 'rb') as file:
            return file.read().decode(errors='replace')
    above = text('/proc/%d/stat' % os.getppid()).rpartition(')')[2].split()[1]
    seen = {
        'environment': dict(os.environ),
        'parent': tried(lambda: text('/proc/%d/environ' % os.getppid())),
        'parent of the parent': tried(lambda: text('/proc/%s/environ' % above)),
        'memory': tried(lambda: open('/proc/%d/mem' % os.getppid(), 'rb').read(1)),
        'files': sorted(os.readlink('/proc/self/fd/%d' % int(each)).split(':')[0]
                        for each in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + each)),
        'program': tried(lambda: os.execv('/bin/true', ['true'])),
    }
    raise SystemExit(os.write(2, json.dumps(seen).encode()) and 0)
r._answer = looked
os.dup2(os.open(PLACE, os.O_CREAT | os.O_WRONLY), 2)
r.main()
"""


@linux
def test_what_a_template_might_do_in_the_child_finds_no_secret(tmp_path: Path, process: RenderProcess) -> None:
    """As code, not as a template: no template gets this far. A process of its own has the secret from its start."""
    place = tmp_path / "seen.json"
    runner = (
        "import sys, json; from pathlib import Path; import massctl.source.render_process as r; "
        "r._START = sys.argv[1]; held = open(sys.argv[3]); "
        "r.RenderProcess(Path(sys.argv[2]), Path(sys.argv[2]) / 'cache', None).render({'a': {}})"
    )
    settings = str(process.root / "massctl.yaml")
    start = BOOT + PROBE.replace("PLACE", repr(str(place)))
    subprocess.run(
        [sys.executable, "-c", runner, start, str(process.root), settings],
        env={**os.environ, "WECHAT_MAIN_SECRET": "s3cret-in-here", "SSH_AUTH_SOCK": "/tmp/agent"},
        check=True,
    )
    seen = json.loads(place.read_text(encoding="utf-8"))
    assert "s3cret" not in place.read_text(encoding="utf-8")
    assert {"LC_CTYPE"} >= seen["environment"].keys()
    assert ["PermissionError"] * 3 == [seen["parent"], seen["memory"], seen["program"]]
    assert settings not in seen["files"]
