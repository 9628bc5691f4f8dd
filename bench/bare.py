"""The floor of an apply to the draft: the same imports, calls and flushes as massctl makes, and nothing else.

Run as `python bench/bare.py API_BASE FOLDER`. FOLDER holds the prepared pictures and takes the record.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# What `massctl apply` imports, so that the two differ in work only.
import click  # noqa: F401
import css_inline  # noqa: F401
import filelock  # noqa: F401
import httpx
import jinja2.sandbox  # noqa: F401
import markdown_it  # noqa: F401
import pydantic  # noqa: F401
import ruamel.yaml  # noqa: F401
import selectolax.lexbor  # noqa: F401
import tenacity  # noqa: F401


def main() -> None:
    base, folder = sys.argv[1], Path(sys.argv[2])
    pictures, covers = sorted(folder.glob("picture-*")), sorted(folder.glob("cover-*"))
    record = os.open(folder / "record", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(line: str, *, durable: bool) -> None:
        os.write(record, line.encode() + b"\n")
        if durable:
            os.fsync(record)

    with (
        httpx.Client(base_url=base, trust_env=False, timeout=30) as client,
        ThreadPoolExecutor(16) as pool,
    ):

        def call(path: str, **body: object) -> dict[str, object]:
            text = json.dumps(body, ensure_ascii=False).encode()
            found: dict[str, object] = client.post(
                path, params={"access_token": token}, content=text
            ).json()
            return found

        def upload(job: tuple[str, Path]) -> dict[str, object]:
            data = {"media": (job[1].name + ".jpg", job[1].read_bytes(), "image/jpeg")}
            found: dict[str, object] = client.post(
                job[0], params={"access_token": token}, files=data
            ).json()
            return found

        token = ""
        token = str(call("/cgi-bin/stable_token")["access_token"])
        note("created", durable=True)
        jobs = [("/cgi-bin/media/uploadimg", path) for path in pictures]
        jobs += [("/cgi-bin/material/add_material", path) for path in covers]
        urls = []
        for found in pool.map(upload, jobs):
            note(json.dumps(found), durable=False)
            urls.append(str(found["url"]))
        call("/cgi-bin/user/get")
        articles = [
            {"title": "t", "content": "".join(f'<img src="{u}">' for u in urls[:20]) + "文" * 2000}
        ] * 8
        draft = call("/cgi-bin/draft/add", articles=articles)["media_id"]
        note(str(draft), durable=True)
        call("/cgi-bin/draft/get", media_id=draft)


if __name__ == "__main__":
    main()
