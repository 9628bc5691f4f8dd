"""The file that opens the desk: it holds the wheel and names the digest of all that it fetches."""

import base64
import io
import os
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
BUILD = runpy.run_path(str(ROOT / "starter/build.py"))
LETTERS = "https://forge.example/my-company/letters"


@pytest.fixture
def made(tmp_path: Path) -> dict[str, bytes]:
    wheel = tmp_path / "massctl-1.2.3-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    files: dict[str, bytes] = BUILD["starters"](wheel, LETTERS, "https://mirror.example", "")
    return files


def test_a_release_has_the_starters_and_the_digests_of_all_its_files(tmp_path: Path) -> None:
    jobs = YAML(typ="safe").load(ROOT / ".github/workflows/release.yml")["jobs"]
    (script,) = [step["run"] for step in jobs["build"]["steps"] if "starter" in step.get("run", "")]
    (tmp_path / "dist").mkdir()
    for name in ("massctl-1.2.3-py3-none-any.whl", "massctl-1.2.3.tar.gz"):
        (tmp_path / "dist" / name).write_bytes(name.encode())
    (tmp_path / "starter").symlink_to(ROOT / "starter")
    python = tmp_path / "runner/build/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    told = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path / "runner")}
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=told, check=True)

    release = tmp_path / "release"
    lines = (release / "SHA256SUMS").read_text().splitlines()
    digests = {
        each.name: sha256(each.read_bytes()).hexdigest()
        for each in release.iterdir()
        if each.name != "SHA256SUMS"
    }
    assert digests == {name: digest for digest, name in (line.split("  ") for line in lines)}
    starters = {"massctl-desk.cmd", "massctl-desk-macos.zip"}
    assert starters == {*digests} - {each.name for each in (tmp_path / "dist").iterdir()}
    assert any(
        "release/*" in step.get("with", {}).get("subject-path", "")
        for step in jobs["publish"]["steps"]
    )
    assert "release/*" in jobs["page"]["steps"][-1]["run"]


def held(text: str) -> zipfile.ZipFile:
    lines = text.splitlines()
    begin = lines.index("-----BEGIN CERTIFICATE-----")
    data = "".join(lines[begin + 1 : lines.index("-----END CERTIFICATE-----")])
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(data)))


def commands(made: dict[str, bytes]) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(made["massctl-desk-macos.zip"]))
    assert archive.getinfo("massctl-desk.command").external_attr >> 16 == 0o755
    return {
        "windows": made["massctl-desk.cmd"].decode(),
        "macos": archive.read("massctl-desk.command").decode(),
    }


def test_each_holds_the_wheel_and_the_digests_of_its_libraries(made: dict[str, bytes]) -> None:
    for text in commands(made).values():
        files = held(text)
        assert files.read("massctl-1.2.3-py3-none-any.whl") == b"a wheel"
        assert files.read("requirements.txt") == (ROOT / "starter/requirements.txt").read_bytes()
        own = text.replace("\r", "").partition("\n-----BEGIN")[0]
        assert [] == re.findall(r"@[A-Z_0-9]+@", own)
        assert LETTERS in own
        assert "--require-hashes" in own
        digests = {digest for place, digest in BUILD["UV_FILES"].values() if place in own}
        assert digests
        assert all(digest in own for digest in digests)


def test_the_batch_file_goes_nowhere_that_is_not_there(made: dict[str, bytes]) -> None:
    text = commands(made)["windows"]
    assert text.count("\n") == text.count("\r\n")
    assert set(re.findall(r"goto (\w+)", text)) <= set(
        re.findall(r"^:(\w+)\r$", text, re.MULTILINE)
    )
    # What stands behind the last command is never read as one.
    assert "exit /b 1\r\n-----BEGIN" in text


def test_an_address_is_no_command(tmp_path: Path) -> None:
    for address in ('https://x"&calc', "https://x/%PATH%", "https://x/$(id)"):
        with pytest.raises(SystemExit):
            BUILD["starters"](tmp_path / "massctl-1-py3-none-any.whl", address, "", "")


def test_each_library_of_the_desk_is_known_by_its_digest() -> None:
    text = (ROOT / "starter/requirements.txt").read_text("utf-8").replace("\\\n", " ")
    pinned = {
        found[1]: line for line in text.splitlines() if (found := re.match(r"([\w.-]+)==", line))
    }
    assert all("--hash=sha256:" in line for line in pinned.values())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["desk"], *extras["math"], *extras["word"]]
    wanted = {re.match(r"[\w.-]+", each)[0].replace(".", "-") for each in declared}  # type: ignore[index]
    assert set() == wanted - pinned.keys()


def test_what_is_fetched_but_is_another_file_is_not_opened(tmp_path: Path) -> None:
    wheel, mirror, home = (
        tmp_path / "massctl-1-py3-none-any.whl",
        tmp_path / "mirror",
        tmp_path / "home",
    )
    wheel.write_bytes(b"a wheel")
    place = mirror / "packages" / BUILD["UV_FILES"]["LINUX"][0]
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another uv")
    home.mkdir()
    made = BUILD["starters"](wheel, LETTERS, f"file://{mirror}", "")
    zipfile.ZipFile(io.BytesIO(made["massctl-desk-macos.zip"])).extractall(tmp_path)
    (tmp_path / "uname").write_text("#!/bin/sh\necho Linux x86_64\n")
    (tmp_path / "uname").chmod(0o755)
    ended = subprocess.run(
        ["sh", str(tmp_path / "massctl-desk.command")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "没有打开它" in ended.stdout) == (1, True), ended.stderr
    assert [] == list(home.rglob("uv"))
