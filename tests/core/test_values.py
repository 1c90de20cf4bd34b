"""Endpoints, options, tokens, payload helpers, media: values that check themselves."""

import io
import pickle
from pathlib import Path

import attrs
import pytest

from hfe_core import (
    NOTHING,
    Audio,
    EncodeError,
    Endpoint,
    Media,
    Options,
    Payload,
    Token,
    flag,
    integer,
    merge_parameters,
    number,
    one_of,
    sniff_content_type,
    text,
    texts,
)
from hfe_core.prepare import Preparer, encode_json
from hfe_core.token import ambient_token, resolve_token

SECRET = "hf_secret"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x.endpoints.huggingface.cloud",
        "ftp://host/",
        "file:///etc/passwd",
        "gpt2",
        "http://",
        "http:///path",
        "http://host:0/",
        "http://host:99999/",
        "http://[::1",
        "http://ho st/",
        "http://host/\nX: y",
        "http://user:password@host/",
        "https://host/#fragment",
        "javascript:alert(1)",
    ],
)
def test_only_http_urls_with_a_host_are_endpoints(url):
    with pytest.raises(ValueError, match="endpoint_url") as caught:
        Endpoint.of(url)
    assert "password@" not in str(caught.value)


@pytest.mark.parametrize("url", [None, 7, b"http://host"])
def test_an_url_is_a_str(url):
    with pytest.raises(TypeError, match="endpoint_url"):
        Endpoint.of(url)


@pytest.mark.parametrize(
    ("url", "path", "query", "whole"),
    [
        ("https://h", "", "", "https://h"),
        ("https://h/", "", "", "https://h/"),
        ("https://h/a/b?x=1", "", "", "https://h/a/b?x=1"),
        ("https://h/a/?x=1", "/v1/y", "z=2", "https://h/a/v1/y?x=1&z=2"),
        ("https://h", "v1", "", "https://h/v1"),
        ("https://h/ä", "", "", "https://h/%C3%A4"),
        ("https://h/%20", "", "", "https://h/%20"),
    ],
)
def test_the_url_is_used_as_given(url, path, query, whole):
    assert Endpoint.of(url).at(path, query) == whole


def test_a_token_does_not_show_itself():
    token = Token(SECRET)
    endpoint = Endpoint("https://h", token)
    assert token.reveal() == SECRET
    for shown in (repr(token), str(token), f"{token}", repr(endpoint), str(attrs.asdict(endpoint)), repr([token])):
        assert SECRET not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(token)
    assert SECRET.encode() not in pickle.dumps(endpoint)
    assert pickle.loads(pickle.dumps(endpoint)) == Endpoint("https://h", None)


@pytest.mark.parametrize("value", ["a\nb", "a b", "ä", "a\x00", "a\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_unseen(value):
    with pytest.raises(ValueError, match="access_token") as caught:
        Token(value)
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://abc.eu-west-1.aws.endpoints.huggingface.cloud", True),
        ("https://api-inference.huggingface.co/models/gpt2", True),
        ("https://huggingface.co/", True),
        ("http://api-inference.huggingface.co/", False),
        ("https://huggingface.co.evil.test/", False),
        ("https://evilhuggingface.co/", False),
        ("https://example.test/huggingface.co", False),
        ("http://localhost:8080", False),
    ],
)
def test_the_users_own_token_goes_to_hugging_face_only(url, sent, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", SECRET)
    assert resolve_token(url, None) == (Token(SECRET) if sent else None)
    assert resolve_token(url, "hf_other") == Token("hf_other")
    assert resolve_token(url, False) is None
    assert resolve_token(url, "") is None


def test_where_the_users_own_token_is_found(monkeypatch, tmp_path: Path):
    (tmp_path / "token").write_text("from_home\n")
    (tmp_path / "other").write_text("from_path\n")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert ambient_token() == Token("from_home")
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "other"))
    assert ambient_token() == Token("from_path")
    monkeypatch.setenv("HF_TOKEN", "from_env")
    assert ambient_token() == Token("from_env")
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    assert ambient_token() is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"deadline": 0},
        {"max_body": 0},
        {"concurrency": 0},
        {"batch_size": 0},
        {"headers": {"a b": "c"}},
        {"headers": {"": "c"}},
        {"headers": {"a": "b\r\nc: d"}},
        {"headers": {"a": "\u2028"}},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)


def test_header_values_are_not_shown():
    options = Options(headers={"X-Api-Key": SECRET})
    assert options.headers == {"x-api-key": SECRET}
    assert SECRET not in repr(options)
    assert SECRET not in repr(Preparer(Endpoint("https://h"), options).request(Payload()))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (lambda v: text("p", v), ["", "ä", "\0"], [None, 1, b"x", "\ud800"]),
        (lambda v: integer("p", v, minimum=1), [None, 1, 10**30], [0, -1, 1.0, True, "1", float("nan")]),
        (lambda v: number("p", v, minimum=0, maximum=1), [None, 0, 1, 0.5], [-0.1, 1.1, "1", True, float("nan")]),
        (lambda v: number("p", v), [1e300, -5], [float("inf"), 1j]),
        (lambda v: flag("p", v), [None, True, False], [0, 1, "true"]),
        (lambda v: one_of("p", v, (True, "a")), [None, True, "a"], [1, False, "b", "A"]),
        (lambda v: texts("p", v), [None, "a", ["a"]], [[], [1], {"a": 1}.keys() and [None], b"x", 1]),
    ],
)
def test_checks_of_arguments(check, good, bad):
    for value in good:
        assert check(value) == value
    for value in bad:
        with pytest.raises(EncodeError) as caught:
            check(value)
        assert caught.value.parameter.startswith("p")


def test_numpy_numbers_are_numbers():
    numpy = pytest.importorskip("numpy")
    assert integer("p", numpy.int64(3)) == 3
    assert number("p", numpy.float32(0.5)) == 0.5


def test_parameters_are_merged_and_given_once():
    assert merge_parameters(None, a=None, b=False, c=0) == {"b": False, "c": 0}
    assert merge_parameters({"a": None, "d": 1}, a=None, b=2) == {"a": None, "b": 2, "d": 1}
    with pytest.raises(EncodeError, match="b: given as a keyword and in parameters"):
        merge_parameters({"b": 2}, b=2)
    with pytest.raises(EncodeError, match="parameters: expected a mapping"):
        merge_parameters(["b"])
    with pytest.raises(EncodeError, match="names are str"):
        merge_parameters({1: 2})


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        ({"inputs": [1.0, float("nan")]}, "inputs[1]", "nan"),
        ({"inputs": {"a": {"b": {1, 2}}}}, "inputs.a.b", "set"),
        ({"inputs": ["ok", "\ud800"]}, "inputs[1]", "surrogate"),
        ({"parameters": {"x": object()}}, "parameters.x", "object"),
        ({"inputs": {("a",): 1}}, "inputs", "keys"),
        (float("inf"), "body", "inf"),
    ],
)
def test_what_json_cannot_say_is_named_by_its_path(value, path, problem):
    with pytest.raises(EncodeError, match=problem) as caught:
        encode_json(value)
    assert caught.value.parameter == path


def test_what_contains_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(EncodeError):
        encode_json({"inputs": loop})


def request(options: Options | None = None, **payload: object):
    return Preparer(Endpoint("https://h"), options or Options()).request(Payload(**payload))


def test_bodies():
    media = Media(b"RIFF", "audio/wav")
    assert request(inputs="x").body == b'{"inputs":"x"}'
    assert request(inputs=None).body == b'{"inputs":null}'
    assert request(inputs="x", parameters={"a": None}).body == b'{"inputs":"x","parameters":{"a":null}}'
    assert request(inputs="x", fields={"stream": True}).body == b'{"inputs":"x","stream":true}'
    assert request(body=[1]).body == b"[1]"
    assert request(body=None).body == b"null"
    assert request().body == b""
    assert request(inputs=media).body == b"RIFF"
    assert request(inputs=media).headers["content-type"] == "audio/wav"
    assert request(inputs=media, parameters={"a": 1}).body == b'{"inputs":"UklGRg==","parameters":{"a":1}}'
    assert request(inputs=[{"image": media}]).body == b'{"inputs":[{"image":"UklGRg=="}]}'
    assert request(inputs=NOTHING, fields={"messages": []}).body == b'{"messages":[]}'
    with pytest.raises(EncodeError, match="inputs: given twice"):
        request(inputs=1, fields={"inputs": 2})


def test_the_2023_options_travel_as_they_did():
    options = Options(wait_for_model=True, use_cache=False, dont_load_model=False, use_gpu=True, retry_on_error=False)
    assert request(options, inputs="x").body == (
        b'{"inputs":"x","options":{"wait_for_model":true,"use_cache":false,"dont_load_model":false,"use_gpu":true,'
        b'"retry_on_error":false}}'
    )
    headers = request(options, inputs=Media(b"x")).headers
    assert {name: value for name, value in headers.items() if name.startswith("x-")} == {
        "x-wait-for-model": "true",
        "x-use-cache": "false",
    }
    assert request(Options(dont_load_model=True), inputs=Media(b"x")).headers["x-load-model"] == "0"
    assert "options" not in request(inputs="x").body.decode()


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "", "image/png"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBP", "", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "", "audio/wav"),
        (b"fLaC", "x.wav", "audio/flac"),
        (b"ID3\x04", "", "audio/mpeg"),
        (b"\xff\xfb\x90", "", "audio/mpeg"),
        (b"OggS", "", "audio/ogg"),
        (b"\0\0\0\x1cftypM4A ", "", "audio/m4a"),
        (b"\0\0\0\x1cftypisom", "", "video/mp4"),
        (b"\0\0\0\x1cftypheic", "", None),
        (b"#!AMR\n", "", "audio/AMR"),
        (b"#!AMR-WB\n", "", "audio/AMR-WB"),
        (b"????", "a.MP3", "audio/mpeg"),
        (b"????", "a.m4a", "audio/m4a"),
        (b"????", "a.xyz", None),
    ],
)
def test_what_a_file_is(head, name, kind):
    assert sniff_content_type(head, name) == kind


def test_media_from_whatever_holds_bytes(tmp_path: Path):
    data = b"RIFF\0\0\0\0WAVE"
    path = tmp_path / "a"
    path.write_bytes(data)
    with path.open("rb") as file:
        sources = [data, bytearray(data), memoryview(data), path, io.BytesIO(data), file, Media(data, "audio/wav")]
        for source in sources:
            media = Media.of(source, kind="audio")
            with media.open() as opened:
                assert (media.content_type, media.read(), len(media), opened.read()) == ("audio/wav", data, 12, data)
    assert Media.of(path).save(tmp_path / "b").read_bytes() == data


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("/etc/passwd", "pathlib.Path"),
        ("http://internal/", "pathlib.Path"),
        (b"", "empty"),
        (Path("/no/such/file"), "no file"),
        (io.StringIO("x"), "text mode"),
        (3, "int"),
        (None, "NoneType"),
        (b"\x89PNG\r\n\x1a\n....", "expected audio, but this is image/png"),
    ],
)
def test_what_is_no_media_is_refused(value, words):
    with pytest.raises(EncodeError, match=words) as caught:
        Media.of(value, kind="audio", parameter="inputs.sound")
    assert caught.value.parameter == "inputs.sound"


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("audio/wav", "audio/wav"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/mp4", "audio/m4a"),
        ("video/mp4", "audio/m4a"),
        ("audio/webm; codecs=opus", "audio/webm;codecs=opus"),
        ("application/octet-stream", "audio/flac"),
        ("audio/x-strange", "audio/x-strange"),
        ("Audio/WAV", "audio/wav"),
        ("audio/wav; rate=16000", "audio/wav"),
        ("audio/vnd.wave", "audio/wav"),
        ("audio/ogg;codecs=opus", "audio/ogg"),
        ("audio/mp4;codecs=mp4a.40.2", "audio/m4a"),
        ('audio/webm; codecs="opus"', "audio/webm;codecs=opus"),
        ("audio/webm;codecs=vorbis", "audio/webm"),
        ("audio/AMR", "audio/AMR"),
        ("audio/amr-wb", "audio/AMR-WB"),
        ("", "audio/flac"),
    ],
)
def test_media_that_say_what_they_are_keep_it_in_the_default_containers_spelling(said, sent):
    assert Media.of(Media(b"fLaC\0", said), kind="audio") == Media(b"fLaC\0", sent)
    assert Media.of(Media(b"fLaC\0", said)) == Media(b"fLaC\0", said)


@pytest.mark.parametrize(
    ("media", "words"),
    [
        (Media(b"", "audio/wav"), "empty"),
        (Media(b"x", "image/png"), "expected audio, but this is image/png"),
        (Media(b"x", "text/plain"), "expected audio, but this is text/plain"),
        (Media(Path("/no/such/file"), "audio/wav"), "no file"),
    ],
)
def test_media_that_say_what_they_are_are_looked_at(media, words):
    with pytest.raises(EncodeError, match=words):
        Media.of(media, kind="audio")


def test_what_one_task_says_another_hears():
    sound = Audio(samples=([0.0, 0.5],), sampling_rate=8000)
    media = Media.of(sound, kind="audio")
    assert (media.content_type, media.read()) == ("audio/wav", sound.data)
    with pytest.raises(EncodeError, match="expected image, but this is audio/wav"):
        Media.of(sound, kind="image")


def test_unknown_media_get_a_type_that_the_default_container_takes():
    assert Media.of(b"????", kind="image").content_type == "image/x-image"
    assert Media.of(b"????", kind="audio").content_type == "audio/x-audio"
    assert Media.of(b"????").content_type == "application/octet-stream"


def test_pillow_images_are_sent_as_png():
    image = pytest.importorskip("PIL.Image")
    media = Media.of(image.new("RGB", (2, 2)), kind="image")
    assert media.content_type == "image/png"
    assert image.open(media.open()).size == (2, 2)
    with pytest.raises(EncodeError, match="CMYK"):
        Media.of(image.new("CMYK", (2, 2)), kind="image")


def test_numbers_are_no_sound_but_can_be_made_one():
    with pytest.raises(EncodeError, match=r"or an Audio \(of samples: Audio.of_samples\(array, rate\)\), not list"):
        Media.of([0.0, 0.5], kind="audio")
