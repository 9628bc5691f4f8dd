"""`-v` and `-vv`: each request to WeChat on standard error, without what travels in it."""

from massctl.cli.output import Console, verbosity
from massctl.model.phrase import Phrase
from massctl.wechat.client import Exchange, Watch


def watch_of(voice: Console) -> Watch | None:
    """Give what tells of requests in this run; None without `-v`."""
    wanted = verbosity()
    if not wanted:
        return None

    def tell(exchange: Exchange) -> None:
        if exchange.milliseconds is not None or wanted > 1:
            voice.talk(told(exchange))

    return tell


def told(exchange: Exchange) -> Phrase:
    """Tell one exchange in a line."""
    place = {"method": exchange.method, "path": exchange.path}
    if exchange.milliseconds is None:
        return Phrase("{method} {path} …", **place)
    if exchange.reason is not None:
        say = Phrase("{method} {path}: no answer after {ms} ms: {reason}")
        return Phrase(say, **place, ms=exchange.milliseconds, reason=exchange.reason)
    say = Phrase("{method} {path}: errcode {errcode} after {ms} ms, rid {rid}")
    return Phrase(say, **place, errcode=exchange.errcode, ms=exchange.milliseconds, rid=exchange.rid or "-")
