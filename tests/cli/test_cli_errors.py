"""Failures: one line on standard error, an exit status, no traceback, no token."""

from __future__ import annotations

import base64

import pytest

from hfe_core import Registry, TaskRef


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "fil-mask", "--inputs", "x"], "no task is called 'fil-mask'; did you mean 'fill-mask'?"),
        (["run", "fill-mask", "--topk", "1"], "--top-k"),
        (["run", "fill-mask", "--inputs", "x"], "no endpoint: give --url URL, set HFE_ENDPOINT, or use --local"),
        (["run", "fill-mask", "--inputs", "x", "--url", "ftp://x"], "http"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://u:pw@x"], "user name or password"),
        (["run", "fill-mask", "--url", "http://127.0.0.1:9"], "missing --inputs"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://x", "--local"], "exclude each other"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://x", "--model", "m"], "--model goes with --local"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://x", "--timeout", "0"], "--timeout"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://x", "--header", "x: y"], "NAME=VALUE"),
        (["run", "fill-mask", "--inputs", "x", "--url", "http://x", "--header", "x y=z"], "header"),
        (
            ["run", "fill-mask", "--inputs", "", "--url", "http://x", "--top-k", "0"],
            "top_k: expected at least 1, not 0",
        ),
        (["run", "fill-mask", "--inputs", "@no.txt", "--url", "http://x"], "for a text that begins with @ write @@"),
        (["run", "fill-mask", "--inputs", "@-", "--parameters", "@-", "--url", "http://x"], "only once"),
        (["run", "image-classification", "--inputs", "cat.png", "--url", "http://x"], "@path"),
        (["run", "image-classification", "--inputs", "@no.png", "--url", "http://x"], "no file at 'no.png'"),
        (["run", "question-answering", "--inputs", "what?", "--url", "http://x"], "--inputs: not JSON"),
        (["run", "question-answering", "--question", "what?", "--url", "http://x"], "missing --context"),
        (["run", "fill-mask", "--stream", "--inputs", "x"], "--stream"),
        (["run", "question-answering", "--inputs", "[" * 100_000, "--url", "http://x"], "--inputs: not JSON"),
        (["describe", "nothing"], "no task is called 'nothing'"),
        (["describe", "fill-mask", "--stream"], "fill-mask has no stream"),
        (["nonsense"], "No such command 'nonsense'"),
        (["serve", "--model", "DIR"], "--model goes with one --task"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_wrong_usage_is_status_2(args, words, call):
    result = call(*args)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.startswith("hfe: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_file_that_is_not_text(call, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\xff\xfe\xfd")
    result = call("run", "fill-mask", "--inputs", f"@{path}", "--url", "http://x")
    assert (result.exit_code, "is not text in UTF-8" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"error": "no\nsuch\x1b[31m mask"}, 400, "hfe: 400: no such\\x1b[31m mask\n"),
        ({"error": "gone"}, 404, "hfe: 404: gone"),
        (b"<html><title>Bad\n Gateway</title>", 500, "hfe: 500: Bad Gateway\n"),
        (b"{", 200, "hfe: expected JSON"),
    ],
)
def test_a_servers_failure_is_status_1(body, status, words, server, call, answer):
    server.answer = answer(body, status)
    result = call("run", "fill-mask", "--inputs", "x", "--url", server.url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(words)
    assert result.stderr.count("\n") == 1


def test_no_server_is_status_1(server, call):
    server.close()
    result = call("run", "fill-mask", "--inputs", "x", "--url", server.url)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_a_token_from_a_file_is_sent_and_never_shown(server, call, answer, tmp_path):
    path = tmp_path / "token"
    path.write_text("hf_another_secret\n")
    seen = []

    def reply(asked):
        seen.append(asked.headers.get("authorization"))
        return answer({"error": f"who is {asked.headers.get('authorization')}?"}, 401)

    server.answer = reply
    common = ("run", "fill-mask", "--inputs", "x", "--url", server.url)
    result = call(*common, "--token", f"@{path}")
    assert (result.exit_code, seen) == (1, ["Bearer hf_another_secret"])
    assert "hf_another_secret" not in result.output
    assert call(*common, "--token", "@-", input="hf_third_secret\n").exit_code == 1
    assert seen[-1] == "Bearer hf_third_secret"
    batch = call("run", "fill-mask", "--batch", "-", "--url", server.url, "--token", f"@{path}", input='"x"\n')
    assert (batch.exit_code, "hf_another_secret" in batch.output, "who is" in batch.stdout) == (1, False, True)


def test_the_users_own_token_does_not_go_to_strangers(server, call, secret):
    call("run", "fill-mask", "--inputs", "x", "--url", server.url)
    assert "authorization" not in server.last.headers
    assert secret not in str(server.last.headers)


def test_a_token_on_the_command_line_is_refused_and_not_repeated(server, call, secret, tmp_path):
    common = ("run", "fill-mask", "--inputs", "x", "--url", server.url)
    assert call(*common, "--token", secret).exit_code == 2
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for wrong in (["--token", f"@{empty}"], ["--token", "@/nothing"], ["--token", f"@{empty}", "--no-token"]):
        assert call(*common, *wrong).exit_code == 2
    assert server.asked == []
    assert call(*common, "--no-token").exit_code == 0


def test_headers_endpoint_and_timeout(server, call, secret, tmp_path):
    value = tmp_path / "value"
    value.write_text(f"{secret}\n")
    server.answer = []
    result = call(
        *("run", "fill-mask", "--inputs", "x", "--header", "X-One=1=2", "--header", f"X-Two=@{value}"),
        *("--timeout", "5"),
        env={"HFE_ENDPOINT": server.url + "/deep?x=1"},
    )
    assert result.exit_code == 0, result.output
    assert server.last.path == "/deep?x=1"
    assert (server.last.headers["x-one"], server.last.headers["x-two"]) == ("1=2", secret)


def test_a_timeout_is_status_1(server, call):
    import time

    def slow(_):
        time.sleep(0.6)
        return []

    server.answer = slow
    result = call("run", "fill-mask", "--inputs", "x", "--url", server.url, "--timeout", "0.2")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_a_broken_plugin_is_told_in_one_line_and_the_rest_works(call, plugin):
    def encode(inputs):
        """Fine."""
        return base64

    from hfe_core import Task

    fine = Task(name="fine", encode=encode, decode=str)
    plugins = {"good": plugin([fine, TaskRef("lost", "nowhere.at_all:LOST")]), "bad": plugin([fine, 5])}
    registry = Registry(plugins, installed=False)
    listed = call("tasks", registry=registry)
    assert "hfe: warning: " in listed.stderr
    assert "'lost' of good" in listed.stderr
    assert listed.exit_code == 0
    helped = call("run", "--help", registry=Registry(plugins, installed=False))
    assert "(broken: 'lost' of good" in " ".join(helped.stdout.split())
    result = call("run", "lost", "--inputs", "x", registry=registry)
    assert result.exit_code == 1
    assert "nowhere.at_all:LOST cannot be imported" in result.stderr
    shown = call("plugins", "--format", "table", registry=registry).stdout
    assert "expected Task, StreamTask or TaskRef, not int" in shown
