"""`massctl serve` as a process: the address comes first, a saved file is told, Ctrl-C ends it, a port is not shared."""

import http.client
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import MASSCTL, PATIENCE_SECONDS, ended, environment
from repositories import BODY, Tree

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def begun(tree: Tree, *arguments: str) -> subprocess.Popen[str]:
    command = [MASSCTL, "-C", str(tree.root), "serve", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment(), text=True, encoding="utf-8", **streams)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.news("letter")
    return made


@pytest.fixture
def server(tree: Tree) -> Iterator[subprocess.Popen[str]]:
    process = begun(tree, "letter", "--port", "0")
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.night
def test_what_is_saved_is_told_and_shown_until_ctrl_c(tree: Tree, server: subprocess.Popen[str]):
    assert server.stdout is not None
    address, _, name = server.stdout.readline().strip().rpartition("/")
    assert "letter" == name
    host = address.removeprefix("http://")
    pages, stream = (http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS) for _ in range(2))
    pages.request("GET", "/letter")
    page = pages.getresponse().read().decode()
    heard = page.partition('data-heard="')[2].partition('"')[0]
    assert "出门多穿一件" in page
    stream.request("GET", f"/-/changes?heard={heard}")
    events = stream.getresponse()
    tree.write("campaigns/letter/articles/main.md", BODY.replace("多穿", "少穿"))
    # The list is filled at the same time, which is told too.
    while "出门少穿一件" not in page:
        line = events.readline().decode()
        assert line, "the stream ended"
        if line.startswith("data: ") and {"letter", "*"} & set(
            json.loads(line.removeprefix("data: "))
        ):
            pages.request("GET", "/letter")
            page = pages.getresponse().read().decode()
    for connection in (pages, stream):
        connection.close()
    server.send_signal(signal.SIGINT)
    assert 0 == server.wait(PATIENCE_SECONDS)


@pytest.mark.night
def test_a_port_that_is_taken_is_said(tree: Tree, server: subprocess.Popen[str]):
    assert server.stdout is not None
    port = server.stdout.readline().rpartition(":")[2].partition("/")[0]
    said = ended(begun(tree, "--port", port))
    assert (2, "") == (said.status, said.out)
    assert f"cannot listen on port {port}" in said.err
    assert f"massctl -C {tree.root} serve --port 0" in " ".join(said.err.split())


@pytest.mark.night
def test_what_the_sandbox_sent_lies_beside_what_is_written_now(tree: Tree):
    command = [MASSCTL, "-C", str(tree.root), "apply", "letter", "--sandbox", "--yes"]
    assert (
        0 == subprocess.run(command, env=environment(), capture_output=True, check=False).returncode
    )
    tree.write("campaigns/letter/articles/main.md", BODY.replace("多穿一件", "少穿一件"))
    shown = {"--sandbox": page_of(tree, "--sandbox"), "": page_of(tree)}
    assert "<del>多</del><ins>少</ins>" in shown["--sandbox"]
    assert "column earlier" not in shown[""]


def page_of(tree: Tree, *arguments: str) -> str:
    with begun(tree, "--port", "0", *arguments) as process:
        assert process.stdout is not None
        connection = http.client.HTTPConnection(
            process.stdout.readline().strip().removeprefix("http://").rstrip("/"),
            timeout=PATIENCE_SECONDS,
        )
        connection.request("GET", "/letter")
        page = connection.getresponse().read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)
    return page


def test_another_name_for_this_machine_is_refused(server: subprocess.Popen[str]):
    assert server.stdout is not None
    host = server.stdout.readline().strip().removeprefix("http://").partition("/")[0]
    asked = {}
    for name in ("evil.example", "127.0.0.1:1", host):
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/letter", headers={"Host": name})
        asked[name] = connection.getresponse().status
        connection.close()
    assert {"evil.example": 403, "127.0.0.1:1": 403, host: 200} == asked


def test_faulty_settings_stop_nothing(tree: Tree):
    tree.write("massctl.yaml", "version: 1\n")
    process = begun(tree, "--port", "0")
    with process:
        assert process.stdout is not None
        host = process.stdout.readline().strip().removeprefix("http://").rstrip("/")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/")
        assert "massctl.yaml" in connection.getresponse().read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)


def test_the_gallery_of_themes_is_at_the_address_that_is_printed(tree: Tree):
    with begun(tree, "--themes", "--port", "0") as process:
        assert process.stdout is not None
        host, slash, path = process.stdout.readline().strip().removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
        connection.request("GET", slash + path)
        assert "theme: zaobao" in connection.getresponse().read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)
