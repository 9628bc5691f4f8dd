"""What the desk may never do, played: a page of another origin, a letter full of scripts, a stolen desk."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import httpx
import pytest
from browser import Browser
from desks import LETTER, SECRET, OpenDesk, open_letter
from gits import git

pytestmark = [pytest.mark.chromium, pytest.mark.slow, pytest.mark.enable_socket]

EVIL: Final = """<!doctype html><title>evil</title><iframe id="frame" src="{site}/-/desk/{letter}"></iframe>
<iframe id="phone" src="{site}/{letter}"></iframe><iframe name="sink"></iframe>
<form id="form" target="sink" method="post" enctype="text/plain" action="{site}/-/api/letters">
<input name='{{"name":"2026-12-evil","title":"' value='"}}'></form>
<script>
window.said = {{}};
const ask = (name, ...given) => fetch(...given).then(
  (answer) => answer.text().then((text) => said[name] = answer.type + " " + answer.status + text),
  () => said[name] = "refused");
const file = "{site}/-/api/letters/{letter}/files/articles/main.md.j2";
const body = JSON.stringify({{ text: "evil", base: "", sent: [] }});
const all = [
  ask("read", file, {{ credentials: "include" }}),
  ask("page", "{site}/{letter}", {{ credentials: "include" }}),
  ask("write", file, {{ method: "PUT", credentials: "include", body }}),
  ask("post", "{site}/-/api/letters", {{ method: "POST", mode: "no-cors", credentials: "include", body }}),
  new Promise((done) => {{
    const socket = new WebSocket("{socket}/-/changes");
    socket.onopen = () => done(said.socket = "open");
    socket.onerror = () => done(said.socket = "refused");
  }}),
];
document.getElementById("form").submit();
Promise.all(all).then(() => setTimeout(() => window.done = true, 500));
</script>"""
HIT: Final = "<img src=x onerror='top.hit=1;parent.hit=1;hit=1'>"


@pytest.fixture
def evil(desk: OpenDesk) -> Iterator[str]:
    socket = desk.site.replace("http", "ws", 1)
    page = EVIL.format(site=desk.site, letter=LETTER, socket=socket).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_of_another_port_reads_writes_and_frames_nothing(
    browser: Browser, desk: OpenDesk, evil: str
) -> None:
    # The browser sits at the desk: its cookie goes along to every port of this machine.
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    before = file.read_bytes()
    browser.open(evil)
    browser.until(lambda: browser.value("window.done === true"))
    said = browser.value("window.said")
    assert said["read"] == said["page"] == said["write"] == said["socket"] == "refused"
    assert said["post"] in {"refused", "opaque 0"}
    assert file.read_bytes() == before
    assert not (desk.root / "campaigns/2026-12-evil").exists()
    frames = browser("Page.getFrameTree")["frameTree"]["childFrames"]
    shown = [each["frame"]["url"] for each in frames]
    assert not [each for each in shown if each.startswith(desk.site) and "/api/" not in each]


def test_another_name_of_this_machine_is_not_served(desk: OpenDesk) -> None:
    key = desk.address.partition("=")[2]
    port = desk.site.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.nip.io", f"0.0.0.0:{port}"):
        answer = httpx.get(
            f"{desk.site}/-/api/letters", headers={"Host": host}, cookies={"massctl_desk": key}
        )
        assert answer.status_code == 403


def test_a_letter_full_of_scripts_runs_nothing(browser: Browser, desk: OpenDesk) -> None:
    article, campaign = desk.file("articles/main.md.j2"), desk.file("campaign.yaml")
    text = article.read_text(encoding="utf-8")
    article.write_text(
        f"{HIT}\n\n<script>hit=1</script>\n\n![{HIT}](../images/cover.jpg '{HIT}')\n\n"
        f"[x](javascript:hit=1)\n\n<svg onload='hit=1'></svg>\n\n<iframe srcdoc=\"{HIT}\"></iframe>\n\n{text}",
        encoding="utf-8",
    )
    said = campaign.read_text(encoding="utf-8")
    lines = [
        f"title: '</script>{HIT.replace(chr(39), chr(34))}'" if x.startswith("title:") else x
        for x in said.splitlines()
    ]
    campaign.write_text("\n".join(lines) + "\n", encoding="utf-8")
    desk.file(f"images/{HIT.replace('/', '')}.png").write_bytes(
        desk.file("images/cover.jpg").read_bytes()
    )
    open_letter(browser, desk)
    browser.until(
        lambda: "onerror" in browser.value("document.getElementById('letter-title').textContent")
    )
    browser.until(lambda: bool(browser.value("document.querySelectorAll('#found li').length")))
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    browser.value("document.getElementById('review').click()")
    hit = "[window.hit, document.getElementById('phone').contentWindow.hit].filter(Boolean).length"
    assert browser.value(hit) == 0
    browser.open(f"{desk.site}/")
    browser.until(
        lambda: "onerror" in browser.value("document.getElementById('letters').textContent")
    )
    assert browser.value("[window.hit].filter(Boolean).length") == 0


def test_a_stolen_desk_can_send_nothing(desk: OpenDesk) -> None:
    key = desk.address.partition("=")[2]
    thief = httpx.Client(cookies={"massctl_desk": key})
    for act in ("apply", "send", "preview", "withdraw", "run", "approve", "merge"):
        for method in ("POST", "PUT", "GET"):
            for path in (f"/-/api/letters/{LETTER}/{act}", f"/-/api/{act}"):
                assert thief.request(method, desk.site + path, json={}).status_code == 404
    # With its folder and everything that its process has.
    found = Path(f"/proc/{desk.process.pid}/environ").read_bytes().split(b"\0")
    pairs = [each.decode().split("=", 1) for each in found if b"=" in each]
    assert SECRET not in {value for _, value in pairs}
    apply = [
        str(Path(sys.executable).with_name("massctl")),
        *("-C", str(desk.root), "apply", LETTER, "--yes"),
    ]
    subprocess.run(apply, env=dict(pairs), capture_output=True, check=False)
    # It even merges what was missing, and is refused for what it has not.
    git(desk.root, "commit", "--quiet", "-am", "thief")
    git(desk.root, "push", "--quiet", "-u", "origin", "main")
    tried = subprocess.run(apply, env=dict(pairs), capture_output=True, check=False)
    assert tried.returncode != 0
    assert b"WECHAT_MAIN_SECRET" in tried.stderr + tried.stdout
