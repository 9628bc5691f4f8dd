"""Measure `massctl listen` on one core: `PYTHONPATH=tests python bench/listen.py [SECONDS] [EVENTS_A_SECOND]`.

Events come at a steady pace, whether or not earlier ones were answered, and each is timed from the moment at which it
was due. Then forgeries come as fast as they are answered, and the memory of the process is read before and after. The
processor time for each request does not depend on what else the machine does; the waiting times do.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from wechat_cipher import AES_KEY, TOKEN, query, safe, sealed

SETTINGS = """\
version: 1
accounts:
  main:
    appid: wx0123456789abcdef
    secret_env: BENCH_SECRET
    kind: service
    callback: {token_env: BENCH_TOKEN, aes_key_env: BENCH_KEY}
"""
CONNECTIONS = 64
EVENT = """\
<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oR5Gjjl]]></FromUserName>
<CreateTime>1796097600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[MASSSENDJOBFINISH]]></Event>
<MsgID>{number}</MsgID><Status><![CDATA[send success]]></Status><TotalCount>100</TotalCount>
<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount><ArticleUrlResult><Count>1</Count><ResultList><item>
<ArticleIdx>1</ArticleIdx><ArticleUrl><![CDATA[http://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=1&sn=a#rd]]></ArticleUrl>
</item></ResultList></ArticleUrlResult></xml>"""


def request(number: int, *, forged: bool) -> bytes:
    """Write one request; a forged one differs in its signature only."""
    encrypt = sealed(EVENT.format(number=number).encode())
    body = safe(encrypt)
    asked = query(time.time(), encrypt=encrypt, token="somebody" if forged else TOKEN)
    head = f"POST /?{asked} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Line:
    """A connection that is kept, and one request at a time on it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, data: bytes) -> int:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        return int(head.split()[1])


async def steady(port: int, requests: list[bytes], pace: float) -> list[float]:
    """Send requests at a pace; give the seconds from when each was due to its answer."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Line(port))
    took: list[float] = []

    async def one(data: bytes, due: float) -> None:
        line = await free.get()
        assert 200 == await line.ask(data)
        took.append(time.perf_counter() - due)
        free.put_nowait(line)

    began, going = time.perf_counter(), []
    for number, data in enumerate(requests):
        due = began + number / pace
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        going.append(asyncio.create_task(one(data, due)))
    await asyncio.gather(*going)
    return took


async def flood(port: int, requests: list[bytes], seconds: float) -> int:
    """Send forgeries as fast as they are answered; give how many."""
    until, counts = time.monotonic() + seconds, [0] * CONNECTIONS

    async def one(number: int) -> None:
        line = Line(port)
        while time.monotonic() < until:
            assert 403 == await line.ask(requests[counts[number] % len(requests)])
            counts[number] += 1

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    return sum(counts)


def memory_mb(pid: int) -> float:
    """Read what a process has in memory now."""
    line = next(
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


def processor_seconds(pid: int) -> float:
    """Read what a process has used of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    seconds, pace = (
        [*map(float, sys.argv[1:]), 20.0, 500.0]
        if len(sys.argv) < 3
        else [*map(float, sys.argv[1:3])]
    )[:2]
    root = Path(tempfile.mkdtemp(prefix="massctl-bench-"))
    (root / "massctl.yaml").write_text(SETTINGS)
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [sys.executable, "-m", "massctl", "listen", "--port", "0"],
        cwd=root,
        env={**os.environ, "BENCH_TOKEN": TOKEN, "BENCH_KEY": AES_KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    os.sched_setaffinity(process.pid, {cores[0]})
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        events = [request(number, forged=False) for number in range(1, int(seconds * pace) + 1)]
        before = processor_seconds(process.pid)
        took = sorted(asyncio.run(steady(port, events, pace)))
        used = processor_seconds(process.pid) - before
        cuts = statistics.quantiles(took, n=1000)
        print(
            f"events: {len(took)} at {pace:.0f} a second, each durable before its answer, on one core"
        )
        half, most = cuts[499] * 1e3, cuts[989] * 1e3
        print(
            f"  answered after: p50 {half:.1f} ms, p99 {most:.1f} ms, all within {took[-1] * 1e3:.1f} ms"
        )
        print(
            f"  processor: {used / len(took) * 1e3:.2f} ms each, so {len(took) / used:.0f} a second at most"
        )
        forgeries = [request(number, forged=True) for number in range(1000)]
        asyncio.run(flood(port, forgeries, 2))
        first, before = memory_mb(process.pid), processor_seconds(process.pid)
        count = asyncio.run(flood(port, forgeries, seconds))
        used = processor_seconds(process.pid) - before
        print(
            f"forgeries: {count} in {seconds:.0f} s, {used / count * 1e3:.2f} ms of the processor each"
        )
        print(f"  memory: {first:.1f} MB before, {memory_mb(process.pid):.1f} MB after")
        print(
            f"  spool: {sum(each.stat().st_size for each in root.glob('.massctl/callback*')) / 2**20:.1f} MB"
        )
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
