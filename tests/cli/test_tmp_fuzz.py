import json, copy
from test_cli_ci import *
from massctl.forge.review_file import read_review
HOSTILE = ["@all ![](//evil/p.png) <img src=x onerror=1> https://evil.example #1 `x` ```\n```\n| a | b |\n[x](//e)\n\n## massctl plan\n", "<!-- massctl:plan -->\n</details></sub>", "\u202e反\u2028@boss", "a`b``c` @x", "$$x$$ $`x`$ :tada: GH-1 a/b@abcdef1"]
def leaves(v, path=()):
    if isinstance(v, dict):
        for k, x in v.items(): yield from leaves(x, (*path, k))
    elif isinstance(v, list):
        for k, x in enumerate(v): yield from leaves(x, (*path, k))
    elif isinstance(v, str): yield path
def test_all(shell, forge, tmp_path):
    shell.tree.news("letter", more=AT_NOON)
    shell.tree.text("notice", more="surprise: 1\n")
    shell("lock")
    shell.tree.write("campaigns/letter/articles/main.md", "x\n\n- another\n")
    found = planned_in(shell, tmp_path / "left")
    whole = json.loads((found / "review.json").read_text())
    n = shown = 0
    for path in list(leaves(whole)):
        for h in HOSTILE:
            new = copy.deepcopy(whole); at = new
            for k in path[:-1]: at = at[k]
            at[path[-1]] = h
            (found / "review.json").write_text(json.dumps(new))
            forge.comments.clear()
            assert 0 == comment(shell, forge, found), path
            body = forge.bodies(7)[0]
            shown += "cannot be shown" not in body
            try: judge(body.rpartition("<sub>")[0])
            except AssertionError as e: print("BAD", path, h[:20], str(e)[:200])
            n += 1
    print("N", n, shown)
    assert 0
