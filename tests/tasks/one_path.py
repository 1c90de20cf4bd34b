"""One interpreter of :class:`tests.tasks.paths.Interpreters`: its arguments are the libraries that it lacks."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from tests.tasks.paths import LIBRARIES, SECRET, Asked

_BY: set[str] = set()
"""What has read JSON."""


class _Watched:
    """A reader that tells when it has read something."""

    def __init__(self, name: str, inner: Any, method: str) -> None:
        def watched(*args: Any, **kwargs: Any) -> Any:
            value = read(*args, **kwargs)
            _BY.add(name)
            return value

        read = getattr(inner, method)
        self._inner = inner
        setattr(self, method, watched)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def watch(missing: list[str]) -> None:
    """Make libraries missing, and watch those that are there; before hfe is imported."""
    sys.modules.update(dict.fromkeys(missing))
    present = {name: __import__(name) for name in LIBRARIES if name not in missing}
    json.loads = _Watched("json", json, "loads").loads
    if (orjson := present.get("orjson")) is not None:
        orjson.loads = _Watched("orjson", orjson, "loads").loads
    if (msgspec := present.get("msgspec")) is not None:
        decoder = msgspec.json.Decoder
        msgspec.json.Decoder = lambda *args, **kwargs: _Watched("msgspec", decoder(*args, **kwargs), "decode")
    if (simdjson := present.get("simdjson")) is not None:
        parser = simdjson.Parser
        simdjson.Parser = lambda: _Watched("simdjson", parser(), "parse")
        # simdjson is for applications that have loaded numpy.
        __import__("numpy")


@cache
def _client(max_depth: int, has_token: bool) -> tuple[Any, list[Any]]:
    """A client that answers with the last reply of the list."""
    from hfe_core import Client, Options, Retry
    from hfe_core.testing import FakeTransport

    replies: list[Any] = []
    options = Options(max_depth=max_depth, retry=Retry(attempts=1))
    transport = FakeTransport(lambda _: replies[-1])
    token: Any = SECRET if has_token else False
    return Client("https://endpoint.test", access_token=token, options=options, transport=transport), replies


def act(asked: Asked) -> Callable[[list[Any]], Any]:
    """What puts into a list what comes of an answer: one value, or those of a stream as they come."""
    import attrs

    import hfe_tasks
    from hfe_core import Call
    from hfe_core.testing import Reply

    client, replies = _client(asked.max_depth, asked.has_token)
    if asked.kind == "stream":
        places = sorted({0, *asked.places, len(asked.body)})
        pieces = tuple(asked.body[begin:end] for begin, end in pairwise(places))
        replies[:] = [Reply(headers=asked.headers, pieces=pieces)]
        task = getattr(hfe_tasks, asked.task)
        return lambda found: found.extend(client.stream(task, **asked.payload))
    replies[:] = [Reply(asked.body, headers=asked.headers)]
    if asked.kind == "request":
        return lambda found: found.append(client.request({}))
    task = getattr(hfe_tasks, asked.task)
    if asked.kind == "many":
        task = attrs.evolve(task, decode=task.decode_many)
    return lambda found: found.append(client.exchange(Call(task, asked.payload)).output)


def answer(asked: Asked) -> tuple[str, bool, frozenset[str]]:
    """What is :class:`tests.tasks.paths.Found`."""
    found: list[Any] = []
    run = act(asked)
    _BY.clear()
    try:
        run(found)
        is_value = True
    except Exception as error:
        found.append(error)
        is_value = False
    by = frozenset(_BY)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1 << 17)
    try:
        return text(found), is_value, by
    except Exception as error:
        return f"a value that cannot be looked at: {error!r}", False, by
    finally:
        sys.setrecursionlimit(limit)


def text(value: Any) -> str:
    """The value to the exact type and the last digit; NaN is NaN, and the order of keys counts."""
    kind = type(value)
    if value is None or kind in {bool, int, float}:
        return repr(value)
    if kind is str:
        return ascii(value)
    if kind is list:
        plain = len(value) > 8 and set(map(type, value)) == {float}
        return repr(value) if plain else f"[{', '.join([text(part) for part in value])}]"
    if kind is dict:
        return f"{{{', '.join([f'{text(key)}: {text(part)}' for key, part in value.items()])}}}"
    if kind is bytes:
        return repr(value) if len(value) < 300 else f"<{len(value)} bytes {sha256(value).hexdigest()}>"
    name = "" if kind is tuple else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(value, tuple):
        return f"{name}({', '.join([text(part) for part in value])},)"
    if isinstance(value, BaseException):
        return f"{name}{text(value.args)} {text(_told(value))} shown={_shown(value)}"
    if kind.__module__ == "array":
        return f"{name}({value.typecode}, {value.tolist()})"
    fields = [f"{field.name}={text(getattr(value, field.name))}" for field in kind.__attrs_attrs__]
    return f"{name}({', '.join(fields)}{_array(value)})"


def _told(error: BaseException) -> dict[str, object]:
    """All that is on an error, but for the time that it took."""
    return {name: part for name, part in sorted(vars(error).items()) if name not in {"elapsed", "__notes__"}}


def _shown(error: BaseException) -> list[str]:
    """The errors that a traceback shows before this one."""
    inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [] if inner is None else [type(inner).__name__, *_shown(inner)]


def _array(value: Any) -> str:
    """What numpy makes of the value, whose array simdjson may have read."""
    if type(value).__name__ != "Features" or find_spec("numpy") is None:
        return ""
    import numpy

    try:
        with numpy.errstate(all="ignore"):
            made = value.to_numpy()
    except (ValueError, TypeError, OverflowError) as error:
        return f", array={type(error).__name__}"
    return f", array={made.dtype} {made.shape} {text(made.tolist())} {len(value)} {value!r}"


def main() -> None:
    """Answer until the other side is gone."""
    watch(sys.argv[1:])
    while True:
        try:
            asked = Asked(*pickle.load(sys.stdin.buffer))
        except EOFError:
            return
        pickle.dump(answer(asked), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
