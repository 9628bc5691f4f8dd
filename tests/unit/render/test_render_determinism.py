"""The same source gives the same bytes on every machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from render_inputs import Folder, news, rendered
text = (
    "{% import '_shared/m.md' as m %}# 标题\\n\\n{{ m.lead(club) }}\\n\\n"
    "{% for k, v in prices.items() %}- [ ] {{ k }}，**{{ '%.2f' | format(v) }}，**元\\n{% endfor %}\\n"
    "{{ prices | dictsort | map('first') | join(' ') }} {{ [3, 1, 2, 1] | unique | sort | join }}\\n\\n"
    "[外](https://e.com/图) [里](https://mp.weixin.qq.com/s/1) `a  b`\\n\\n![图](图.png)\\n\\n|a|\\n|-:|\\n|1|\\n"
)
css = ".article{font-size:16px}p,.list{margin:0 0 1em}.item{padding-left:1em}th,td{padding:6px;border:1px solid red}"
folder = Folder({
    "spring/a.md.j2": text, "spring/图.png": "A", "spring/images/cover.jpg": "C",
    "_shared/m.md": "{% macro lead(t) %}<p style='color:red;margin:0'>{{ t }}</p>{% endmacro %}",
}, css)
variables = {"club": "步行社", "prices": {"b": 2, "a": 1.5}}
found = rendered(news({"content": "a.md.j2", "digest": ""}, vars=variables), folder)
print(found.digest, found.message.articles[0].content.encode())
"""
MACHINES = [
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "America/Los_Angeles", "LC_ALL": "zh_CN.UTF-8"},
]


PATHS = os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parents[2])))
APPROVED = "sha256:6ee5b29616bb508125d4c488982e5470091661f939c820726208c2d31c13ebd2"
"""The digest of the campaign above."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    script = tmp_path_factory.mktemp("render") / "render_it.py"
    script.write_text(SCRIPT, encoding="utf-8")
    found = []
    for machine in MACHINES:
        environment = {**os.environ, **machine, "PYTHONPATH": PATHS, "PYTHONUTF8": "0"}
        command = [sys.executable, str(script)]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.append(run.stdout)
    return found


def test_hash_seed_time_zone_and_locale_change_nothing(outputs: list[str]) -> None:
    assert {outputs[0]} == set(outputs)


def test_the_rendered_bytes_are_those_that_reviewers_approved(outputs: list[str]) -> None:
    """A changed library or renderer shows here first; it changes every lock file, so it must be meant."""
    assert APPROVED == outputs[0].split()[0]
