"""One token for all, and what happens when WeChat refuses it."""

from collections.abc import Callable
from threading import Barrier, Semaphore, Thread

import httpx
import pytest
from building import IN_TIME
from wechat_script import ARTICLE, SEND, UPLOAD, Script, opened, scripted, send

from massctl.errors import AuthError, QuotaError, TransportError, WeChatError
from massctl.wechat.token import Grant, TokenStore

DRAFT = {"media_id": "M"}
PICTURE = {"url": "http://mmbiz.qpic.cn/x/0"}
THREADS = 16


def at_once(call: Callable[[], object]) -> list[object]:
    """Run `call` in many threads that start together; give results and exceptions."""
    results: list[object] = []
    barrier = Barrier(THREADS)

    def run() -> None:
        barrier.wait()
        try:
            results.append(call())
        except WeChatError as error:
            results.append(error)

    threads = [Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_token_is_fetched_once_for_many_calls():
    client, script = scripted(DRAFT, DRAFT, DRAFT)
    for _ in range(3):
        client.add_draft([ARTICLE])
    assert 1 == len(script.fetches)


@pytest.mark.parametrize(
    ("life", "usable"),
    [(7200, 7140), (345, 285), (120, 60), (60, 30), (10, 5), ("7200", 7140), (999_999, 7140)],
)
def test_a_token_is_used_until_shortly_before_its_end(life, usable):
    granted = {"access_token": "T", "expires_in": life}
    client, script = scripted(DRAFT, DRAFT, DRAFT, tokens=[granted])
    client.add_draft([ARTICLE])
    script.now = usable - 0.5
    client.add_draft([ARTICLE])
    script.now = usable + 0.5
    client.add_draft([ARTICLE])
    assert ["T", "T", "TOKEN-2"] == script.tokens_used


def test_a_token_without_life_is_good_for_the_call_that_asked():
    client, script = scripted(DRAFT, DRAFT, tokens=[{"access_token": "T", "expires_in": 0}])
    client.add_draft([ARTICLE])
    client.add_draft([ARTICLE])
    assert ["T", "TOKEN-2"] == script.tokens_used


def test_sixteen_threads_share_one_fetch():
    script = Script([PICTURE] * THREADS)
    client = opened(script)
    assert 1 == len(set(at_once(lambda: client.upload_image(UPLOAD))))
    assert (1, THREADS) == (len(script.fetches), len(script.seen))


def test_sixteen_threads_replace_a_refused_token_once():
    """All sixteen calls are in flight with TOKEN-1 before the first of them is refused."""
    script, together = Script([PICTURE] * THREADS), Barrier(THREADS)

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("access_token") == "TOKEN-1":
            together.wait()
            return httpx.Response(200, json={"errcode": 42001, "errmsg": "access_token expired"})
        return script(request)

    client = opened(script, inside=httpx.MockTransport(serve))
    assert {"https://mmbiz.qpic.cn/x/0"} == set(at_once(lambda: client.upload_image(UPLOAD)))
    assert 2 == len(script.fetches)


def test_all_who_wait_for_one_failing_fetch_learn_of_it():
    """The fetch does not end before all threads have looked at the clock and found the old token too old."""
    asked, fetches = Semaphore(0), []

    def monotonic() -> float:
        asked.release()
        return 0.0

    def fetch(rejected: bool) -> Grant:
        fetches.append(1)
        if len(fetches) == 1:
            return Grant("short", 0)
        # Two looks are of fetches that begin, the first one's and this one's.
        for _ in range(THREADS + 2):
            assert asked.acquire(timeout=10)
        raise AuthError("no")

    store = TokenStore(fetch, monotonic)
    store.get()
    assert [AuthError] * THREADS == [type(result) for result in at_once(store.get)]
    assert 2 == len(fetches)


def test_after_a_failed_fetch_the_next_call_tries_again():
    client, script = scripted(DRAFT, tokens=[{"errcode": 45009, "errmsg": "quota"}])
    with pytest.raises(QuotaError):
        client.add_draft([ARTICLE])
    assert "M" == client.add_draft([ARTICLE])
    assert 2 == len(script.fetches)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, 48012])
def test_a_refused_token_is_replaced_and_the_call_made_once_more(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "no"}, DRAFT)
    assert "M" == client.add_draft([ARTICLE])
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


def test_a_second_refusal_ends_with_advice():
    client, script = scripted(
        {"errcode": 40001, "errmsg": "no"}, {"errcode": 40001, "errmsg": "no rid: 6a-7b-8c"}
    )
    with pytest.raises(AuthError) as caught:
        client.add_draft([ARTICLE])
    assert (40001, "6a-7b-8c") == (caught.value.errcode, caught.value.rid)
    assert "force_refresh" in caught.value.hint
    assert 2 == len(script.seen)


def test_a_wrong_secret_is_not_tried_twice():
    client, script = scripted(tokens=[{"errcode": 40001, "errmsg": "invalid credential"}])
    with pytest.raises(AuthError) as caught:
        client.add_draft([ARTICLE])
    assert "AppSecret" in caught.value.summary
    assert 1 == len(script.fetches)


def test_renewing_forgets_a_token_that_is_still_alive():
    client, script = scripted(DRAFT)
    client.renew_token()
    client.renew_token()
    client.add_draft([ARTICLE])
    assert (2, ["TOKEN-2"]) == (len(script.fetches), script.tokens_used)


def test_dropping_an_old_token_keeps_the_newer_one():
    grants = iter([Grant("old", 7200), Grant("new", 7200)])
    store = TokenStore(lambda rejected: next(grants), lambda: 0.0)
    store.get()
    store.renew()
    store.drop("old")
    assert "new" == store.get()


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": "T"}, {"access_token": "", "expires_in": 1}, {"access_token": 5, "expires_in": 1},
               {"access_token": "T", "expires_in": -1}, {"access_token": "T", "expires_in": True}],
)  # fmt: skip
def test_a_grant_that_lacks_something_is_no_answer(answer):
    client, script = scripted(tokens=[answer] * 4)
    with pytest.raises(TransportError):
        client.renew_token()
    assert 4 == len(script.fetches)


def test_whoever_gives_tokens_is_told_that_the_last_one_was_refused_and_nothing_else():
    told: list[bool] = []

    def give(rejected: bool) -> Grant:
        told.append(rejected)
        return Grant(f"OURS-{len(told)}", 7200)

    script = Script([DRAFT, {"errcode": 40001, "errmsg": "no"}, DRAFT, DRAFT])
    client = opened(script, credential=give)
    for _ in range(3):
        client.add_draft([ARTICLE])
    client.renew_token()

    assert [False, True, False] == told
    assert ["OURS-1", "OURS-1", "OURS-2", "OURS-2"] == script.tokens_used
    assert [] == script.fetches


def test_a_send_whose_token_was_refused_asks_for_another_one_as_refused():
    told: list[bool] = []

    def give(rejected: bool) -> Grant:
        told.append(rejected)
        return Grant(f"OURS-{len(told)}", 7200)

    client = opened(Script([{"errcode": 42001, "errmsg": "no"}]), credential=give)
    send(client)
    client.renew_token()

    assert [False, True] == told


def test_a_send_uses_the_token_that_is_held_and_fetches_none_even_shortly_before_its_end():
    client, script = scripted({"errcode": 0, "msg_id": 1}, DRAFT)
    client.require_token()
    script.now = 7199.0
    client.send_mass(SEND, IN_TIME)
    client.add_draft([ARTICLE])
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


def test_a_token_that_was_given_is_struck_from_what_wechat_echoes():
    script = Script([{"errcode": 48001, "errmsg": "no right with OURS-SECRET-TOKEN-1"}])
    client = opened(script, credential=lambda rejected: Grant("OURS-SECRET-TOKEN-1", 7200))
    with pytest.raises(AuthError) as caught:
        client.add_draft([ARTICLE])
    assert "OURS-SECRET-TOKEN-1" not in str(caught.value) + caught.value.detail
