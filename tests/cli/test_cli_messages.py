"""One campaign of each message, from the repository's own samples: planned, locked, sent in the sandbox, looked at."""

import json
import shutil
from pathlib import Path

import pytest
from cli_runner import Shell
from media_samples import amr, mp3

from massctl.wechat.client import WeChatClient
from massctl.wechat.wire import Request

SAMPLES = Path(__file__).resolve().parents[2] / "campaigns"
IMAGE, VOICE, VIDEO, COUPON = (
    "2026-12-river-pictures",
    "2026-12-morning-bell",
    "2026-12-winter-clip",
    "2026-12-tea-coupon",
)
LIST = "2026-12-path-volunteers"
ADDED = {IMAGE: 3, VOICE: 1, VIDEO: 1, COUPON: 0}
OPENID = "oSandboxReviewerLin000000001"


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What leaves the client, as (path, JSON)."""
    seen: list[tuple[str, str]] = []
    once = WeChatClient._once

    def note(self: WeChatClient, request: Request, *rest: object, **more: object) -> object:
        seen.append((request.path.removeprefix("/cgi-bin/"), (request.content or b"").decode()))
        return once(self, request, *rest, **more)

    monkeypatch.setattr(WeChatClient, "_once", note)
    return seen


@pytest.fixture
def samples(shell: Shell) -> Shell:
    for name in ADDED:
        shutil.copytree(SAMPLES / name, shell.root / "campaigns" / name)
    return shell


@pytest.mark.parametrize("locked", [False, True])
def test_the_sample_with_a_list_goes_out_to_everybody_on_it_and_names_nobody(
    samples: Shell, locked: bool
):
    shutil.copytree(SAMPLES / LIST, samples.root / "campaigns" / LIST)
    if locked:
        samples.tree.settings(policy="  require_lock: true\n")
        assert 0 == samples("lock", LIST).status
    plan = samples("plan", LIST, "--sandbox", "--format", "json").document
    assert ["send_mass"] == [step["kind"] for step in plan["campaigns"][0]["steps"]]
    done = samples("apply", LIST, "--sandbox", "--yes")
    assert (0, [12]) == (done.status, [job["total_count"] for job in samples.report()["jobs"]])
    written = [p for p in samples.root.rglob("*") if p.is_file() and "lists" not in p.parts]
    assert [] == [p for p in written if b"oSandboxVolunteer" in p.read_bytes()]


@pytest.mark.parametrize("name", ADDED)
@pytest.mark.parametrize("locked", [False, True])
def test_a_sample_is_planned_and_goes_out_once(samples: Shell, name: str, locked: bool):
    if locked:
        samples.tree.settings(policy="  require_lock: true\n")
        assert 0 == samples("lock", name).status
        assert 0 == samples("lock", name, "--check").status
    plan = samples("plan", name, "--sandbox", "--format", "json").document
    kinds = [step["kind"] for step in plan["campaigns"][0]["steps"]]
    assert ["add_material"] * ADDED[name] + ["send_preview", "send_mass"] == kinds
    done = samples("apply", name, "--sandbox", "--yes", "--format", "json")
    assert (0, kinds) == (
        done.status,
        [step["kind"] for step in done.document["campaigns"][0]["performed"]],
    )
    before = samples.report()
    assert 0 == samples("apply", name, "--sandbox", "--yes").status
    assert before["calls"] == samples.report()["calls"]
    assert [] == before["violations"]


def test_every_request_has_the_shape_of_the_pages(samples: Shell, bodies: list[tuple[str, str]]):
    for name in ADDED:
        assert 0 == samples("apply", name, "--sandbox", "--yes").status
    sent = [json.loads(body) for path, body in bodies if path == "message/mass/sendall"]
    shown = [json.loads(body) for path, body in bodies if path == "message/mass/preview"]
    tag = {"is_to_all": False, "tag_id": 101}
    assert all(each["filter"] == tag and len(each["clientmsgid"]) == 32 for each in sent)
    assert [
        ["filter", "images", "msgtype", "clientmsgid"],
        ["filter", "voice", "msgtype", "clientmsgid"],
        ["filter", "mpvideo", "msgtype", "clientmsgid"],
        ["filter", "wxcard", "msgtype", "clientmsgid"],
    ] == [list(each) for each in sent]
    assert ["media_ids", "recommend", "need_open_comment", "only_fans_can_comment"] == list(
        sent[0]["images"]
    )
    assert [{"media_id"}, {"media_id"}, {"media_id"}, {"card_id", "card_ext"}] == [
        set(each[branch])
        for each, branch in zip(shown, ("image", "voice", "mpvideo", "wxcard"), strict=True)
    ]
    assert [["towxname"], ["towxname"], ["towxname"], ["touser"]] == [
        list(each)[:1] for each in shown
    ]
    assert sent[0]["images"]["media_ids"][0] == shown[0]["image"]["media_id"]
    assert "media/uploadvideo" in [path for path, _ in bodies]


@pytest.mark.parametrize("name", ADDED)
def test_its_status_is_told_by_every_verb(samples: Shell, name: str):
    staged = "staged" if ADDED[name] else "new"
    out = samples("apply", name, "--sandbox", "--until", "draft", "--format", "json").document
    assert staged == out["campaigns"][0]["status"]
    assert (
        staged
        == samples("status", name, "--sandbox", "--format", "json").document["campaigns"][0][
            "status"
        ]
    )
    assert (
        staged
        == samples("plan", name, "--sandbox", "--format", "json").document["campaigns"][0]["status"]
    )
    samples("apply", name, "--sandbox", "--until", "preview")
    assert (
        "previewed"
        == samples("plan", name, "--sandbox", "--format", "json").document["campaigns"][0]["status"]
    )


@pytest.mark.parametrize("name", ADDED)
def test_it_can_be_looked_at_in_a_browser(samples: Shell, name: str):
    assert 0 == samples("render", name, "--out", "out").status
    page = samples.tree.read("out/index.html")
    files = [path.name for path in (samples.root / "out").iterdir() if path.name != "index.html"]
    assert ADDED[name] == len(files)
    assert all(f'src="{file}"' in page for file in files)
    tags = {
        VOICE: "<audio controls",
        VIDEO: "<video controls",
        COUPON: "卡券",
        IMAGE: 'class="pictures"',
    }
    assert tags[name] in page
    assert "media-src" in page


def test_what_wechat_has_closed_is_a_warning_with_its_code(samples: Shell):
    found = samples("validate", "--format", "json")
    said = [
        (each["code"], each["severity"], each["message"]) for each in found.document["diagnostics"]
    ]
    assert (0, ["MC317", "MC317", "MC613"]) == (found.status, [code for code, _, _ in said])
    assert {"warning"} == {severity for _, severity, _ in said}
    assert ["45113", "48022"] == [
        code for _, _, message in said for code in ("45113", "48022") if code in message
    ]


def test_a_closed_message_is_refused_where_the_account_has_no_right(
    samples: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("massctl.cli.embedded_sandbox.RIGHTS", {})
    for name, errcode in ((VIDEO, 48022), (COUPON, 45113)):
        done = samples("apply", name, "--sandbox", "--yes", "--format", "json")
        assert (1, errcode) == (done.status, done.document["campaigns"][0]["error"]["errcode"])
        assert [] == done.document["campaigns"][0]["jobs"]


def test_a_file_that_was_changed_since_it_was_locked_is_refused(samples: Shell):
    samples("lock", VOICE)
    samples.tree.write(f"campaigns/{VOICE}/audio/bell.mp3", mp3())
    done = samples("apply", VOICE, "--sandbox", "--yes", "--locked", "--format", "json")
    (refusal,) = done.document["campaigns"][0]["refusals"]
    assert (5, "lock_stale") == (done.status, refusal["guard"])
    assert "media file" in refusal["message"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "MC210"),
        (b"words", "MC211"),
        (mp3() + b"\0" * 2**21, "MC212"),
        (amr(3001), "MC213"),
        (None, "MC208"),
    ],
)
def test_a_sound_that_wechat_would_refuse_is_an_error_before_anything_is_uploaded(
    samples: Shell, data: bytes | None, code: str
):
    path = samples.root / f"campaigns/{VOICE}/audio/bell.mp3"
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    (found,) = [
        d
        for d in samples("validate", "--format", "json").document["diagnostics"]
        if VOICE in d["file"]
    ]
    assert (code, f"campaigns/{VOICE}/campaign.yaml") == (found["code"], found["file"])
    assert 1 == samples("apply", VOICE, "--sandbox", "--yes").status


def test_a_video_beyond_what_is_read_is_too_large(samples: Shell):
    samples.tree.write(f"campaigns/{VIDEO}/video/ball.mp4", b"\0" * (10 * 2**20 + 1))
    found = samples("validate", "--format", "json").document["diagnostics"]
    assert ["MC212"] == [
        each["code"] for each in found if VIDEO in each["file"] and each["severity"] == "error"
    ]


def test_a_file_that_changes_while_massctl_is_at_work_stops_its_campaign(
    samples: Shell, monkeypatch: pytest.MonkeyPatch
):
    renew = WeChatClient.renew_token

    def edited(self: WeChatClient) -> None:
        samples.tree.write(f"campaigns/{VOICE}/audio/bell.mp3", amr())
        renew(self)

    monkeypatch.setattr(WeChatClient, "renew_token", edited)
    done = samples("apply", VOICE, "--sandbox", "--yes", "--format", "json")
    assert (1, "run the same command again") == (
        done.status,
        done.document["campaigns"][0]["error"]["hint"],
    )


def test_no_openid_of_a_coupon_is_in_a_cache(samples: Shell):
    path = f"campaigns/{COUPON}/campaign.yaml"
    samples.tree.write(path, samples.tree.read(path).replace('"openid":""', f'"openid":"{OPENID}"'))
    for _ in range(2):
        assert 0 == samples("plan").status
    kept = [each.read_text() for each in (samples.root / ".massctl").rglob("*.json")]
    assert kept
    assert not any(OPENID in each for each in kept)


def test_a_second_plan_of_known_media_says_the_same(samples: Shell):
    first = samples("plan", "--format", "json").document
    assert first == samples("plan", "--format", "json").document
