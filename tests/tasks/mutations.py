"""JSON as servers write it, changed in a few places as servers, and what stands between, may change it.

A text is kept as a tree of lists, of :class:`Object` for objects, and of bytes for all else, so that keys may come twice,
numbers keep their spelling, and what is no JSON can stand in it. Every choice is made by a function that picks one of
several, so that hypothesis can make it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any, Protocol, TypeVar

from tests.tasks.paths import SECRET

__all__ = ["Pick", "changed", "each_change", "mangled", "other", "parse", "written"]

T = TypeVar("T")
Node = Any


class Pick(Protocol):
    """Chooses one of several."""

    def __call__(self, several: Sequence[T], /) -> T: ...


class Object(list[tuple[bytes, Node]]):
    """The keys of an object, as they are written, with their values."""


class _Number(str):
    __slots__ = ()


def parse(body: bytes) -> Node:
    """The tree of a JSON text."""
    return _node(json.loads(body, object_pairs_hook=Object, parse_float=_Number, parse_int=_Number))


def _node(value: Any) -> Node:
    if isinstance(value, Object):
        return Object((json.dumps(key).encode(), _node(part)) for key, part in value)
    if isinstance(value, list):
        return list(map(_node, value))
    return value.encode() if isinstance(value, _Number) else json.dumps(value).encode()


def written(node: Node, comma: bytes = b", ", colon: bytes = b": ") -> bytes:
    """The text of a tree."""
    if isinstance(node, Object):
        return b"{%b}" % comma.join([key + colon + written(part, comma, colon) for key, part in node])
    if isinstance(node, list):
        return b"[%b]" % comma.join([written(part, comma, colon) for part in node])
    return bytes(node)


NUMBERS = (
    *(b"0", b"1", b"-1", b"5", b"5.0", b"1.5", b"-0", b"-0.0", b"1e3", b"1E+2", b"1e-400", b"1e308", b"3.5e38"),
    *(b"0.1", b"0.00012345678901234567", b"2.2250738585072011e-308", b"9007199254740993", b"9007199254740993.0"),
    *(b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"-9223372036854775809"),
    *(b"18446744073709551615", b"18446744073709551616", b"1" + b"0" * 30, b"1" + b"0" * 30 + b".0", b"9" * 400),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400 + b".5", b"9" * 5000 + b".0", b"9" * 5000),
)
STRINGS = (
    *(b'""', b'"1"', b'"1.5"', b'"NaN"', b'"true"', b'"null"', b'"[DONE]"', b'"\\u00e9"', b'"\xc3\xa9"', b'"\\/"'),
    *(
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\\ud83d\\ude42"',
        b'"\xf0\x9f\x99\x82"',
        b'"\xed\xa0\x80"',
        b'"\xed\xb0\x80"',
    ),
    *(b'"\\u0000"', b'"\x7f"', b'"[[{"', b'"\\"{["', b'"a\\\\"', b'"\xef\xbb\xbf"', b'"%b"' % SECRET.encode()),
    *(b'"AACAPw=="', b'"AACAPw"', b'"data:,AACAPw=="', b'"\\u0041ACAPw=="', b'"' + b"a" * 300 + b'"'),
)
OTHERS = (b"null", b"true", b"false", b"[]", b"{}", b"[[]]", b"[{}]", b"[null]", b'{"a": 1}', b'{"a": [NaN]}')
ERRORS = (
    *(b'{"error": "no"}', b'{"error": ""}', b'{"error": null}', b'{"error": ["a", "b"]}', b'{"error": "no", "x": 1}'),
    *(b'{"error": "no", "error_type": "a"}', b'{"object": "error", "message": "no"}', b'{"detail": "no"}'),
    *(
        b'{"error": "\\ud800"}',
        b'{"error": {"message": "no"}, "code": NaN}',
        b'{"message": "no"}',
        b'[{"error": "no"}]',
    ),
)
DEEP = tuple(
    opening * count + b"1" + closing * count
    for opening, closing in ((b"[", b"]"), (b'{"a": ', b"}"))
    for count in (2, 3, 4, 5, 6, 196, 197, 198, 199, 200, 201, 700, 3000)
)  # fmt: skip
WRONG = (
    *(
        b"",
        b"undefined",
        b"None",
        b"nan",
        b"01",
        b"-",
        b"+1",
        b"1.",
        b".5",
        b"1e",
        b"0x1",
        b"1_0",
        b"1 0",
        b"tru",
        b"'a'",
    ),
    *(
        b'"\x00"',
        b'"\x1f"',
        b'"\n"',
        b'"\xff"',
        b'"\xc3"',
        b'"\xe2\x82"',
        b'"\xc0\x80"',
        b'"\xf4\x90\x80\x80"',
        b"\xff",
    ),
    *(
        b'"\\x"',
        b'"\\u12"',
        b'"\\"',
        b'"',
        b"[" * 300,
        b"[" * 100_000,
        b"[1,]",
        b'{"a":1,}',
        b'{"a"}',
        b"{1:2}",
        b"]",
        b"//",
    ),
)
KEYS = (
    *(
        b'"error"',
        b'"label"',
        b'"score"',
        b'"token"',
        b'"text"',
        b'"index"',
        b'"box"',
        b'"id"',
        b'"start"',
        b'"answer"',
    ),
    *(b'"generated_text"', b'"embeddings"', b'"message"', b'"delta"', b'"choices"', b'"alternatives"', b'"object"'),
    *(
        b'"data"',
        b'"mask"',
        b'"x"',
        b'""',
        b'"__class__"',
        b'"1"',
        b'"\\ud800"',
        b'"a\\u0000"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
    ),
    *(b"a", b"1", b"null"),
)
_VALUES = (NUMBERS, NUMBERS, NUMBERS, STRINGS, STRINGS, OTHERS, OTHERS, ERRORS, DEEP, WRONG)
Path = tuple[int, ...]


def other(pick: Pick, node: Node = b"") -> Node:
    """Any value, or what is none."""
    return pick(pick(_VALUES))


def _child(node: Node, index: int) -> Node:
    return node[index][1] if isinstance(node, Object) else node[index]


def _replaced(node: Node, path: Path, make: Callable[[Node], Node]) -> Node:
    """The tree with another node in a place; what is elsewhere is shared."""
    if not path:
        return make(node)
    copy = type(node)(node)
    inner = _replaced(_child(node, path[0]), path[1:], make)
    copy[path[0]] = (node[path[0]][0], inner) if isinstance(node, Object) else inner
    return copy


def _place(pick: Pick, node: Node, kinds: tuple[type, ...]) -> Path | None:
    """Where a node of these types stands: the deepest one on some way down."""
    path: list[int] = []
    best: Path | None = () if type(node) in kinds else None
    while isinstance(node, list) and node and pick(range(6)) < 5:
        path.append(pick(range(len(node))))
        node = _child(node, path[-1])
        best = tuple(path) if type(node) in kinds else best
    return best


def _drop(pick: Pick, node: Object) -> Object:
    index = pick(range(len(node))) if node else 0
    return Object([*node[:index], *node[index + 1 :]])


def _rename(pick: Pick, node: Object) -> Object:
    """A key by another name, or the same one in escapes."""
    if not node:
        return node
    index = pick(range(len(node)))
    key, value = node[index]
    same = b'"\\u%04x%b' % (key[1], key[2:]) if len(key) > 2 else key
    return Object([*node[:index], (pick((same, key[:-1] + b'x"', pick(KEYS))), value), *node[index + 1 :]])


def _more(pick: Pick, node: Object) -> Object:
    """A key too many: of a name that is there already, or not."""
    key = pick([key for key, _ in node] or KEYS) if pick(range(2)) else pick(KEYS)
    pair = (key, pick((other(pick), written(node), pick(node)[1] if node else b"1")))
    index = pick((0, len(node)))
    return Object([*node[:index], pair, *node[index:]])


def _many(pick: Pick, node: list[Node]) -> list[Node]:
    """An item over and over; a change that follows this one is of one of them only."""
    count = pick((0, 2, 7, 8, 9, 30, 200))
    return (node[:1] or [b"1"]) * count if pick(range(2)) else node * (1 + count // max(1, len(node)))


def _respelled(pick: Pick, node: bytes) -> bytes:
    """A number of the other type, or a string in escapes."""
    if re.fullmatch(rb"-?\d+", node):
        return node + pick((b".0", b"e0", b".5", b"0" * 20))
    if re.fullmatch(rb"-?\d+\.\d+", node):
        return pick((node.partition(b".")[0], node + b"e0", node + b"1" * 20, b'"%b"' % node))
    if node[:1] == b'"' and len(node) < 100 and b"\\" not in node and node.isascii():
        return b'"%b"' % b"".join([b"\\u%04x" % letter for letter in node[1:-1]])
    return node


def _wrapped(pick: Pick, node: Node) -> Node:
    """A thing in a list, or in an object; an object's values as a list, and a list of one as what is in it."""
    change = pick(range(4))
    if change == 0:
        return [node]
    if change == 1:
        return Object([(pick(KEYS), node)])
    if isinstance(node, Object):
        return [value for _, value in node]
    return node[0] if isinstance(node, list) and node else [node, node]


_CHANGES: tuple[tuple[tuple[type, ...], Callable[[Pick, Any], Node]], ...] = (
    *[((bytes,), other)] * 4,
    ((bytes, list, Object), other),
    ((bytes, list, Object), _wrapped),
    *[((bytes,), _respelled)] * 3,
    *[((Object,), change) for change in (_drop, _drop, _rename, _rename, _more, _more, _more, _more)],
)
_SPACES = ((b", ", b": "), (b",", b":"), (b" ,\n\t", b" :\r\n"), (b",\n  ", b": "))


def changed(pick: Pick, body: bytes) -> bytes:
    """The text, as a rule with some of its nodes changed."""
    node = parse(body)
    if pick(range(5)) < 2 and (path := _place(pick, node, (list,))) is not None:
        node = _replaced(node, path, lambda old: _many(pick, old))
    for _ in range(pick((1, 1, 1, 0, 2, 3))):
        kinds, change = pick(_CHANGES)
        if (path := _place(pick, node, kinds)) is not None:
            node = _replaced(node, path, lambda old, change=change: change(pick, old))  # type: ignore[misc]
    return written(node, *pick(_SPACES))


def each_change(body: bytes) -> Iterator[bytes]:
    """The text with one thing changed in its first object: each value in a key too many, each number in each leaf.

    Where that object stands in a list, it is followed by nine that are as they were.
    """
    node, path = parse(body), list[int]()
    while type(found := reduce(_child, path, node)) is list and found:
        path.append(0)
    if not isinstance(found, Object):
        return
    makes: list[Callable[[Any], Node]] = []
    for key in (b'"x"', b'"error"'):
        for value in (*STRINGS, *ERRORS, *DEEP, *WRONG)[len(makes) % 3 :: 3]:
            makes.append(lambda old, key=key, value=value: Object([*old, (key, value)]))
    for index, (key, leaf) in enumerate(found):
        for value in (*NUMBERS, *OTHERS)[index % 3 :: 3] if isinstance(leaf, bytes) else ():
            makes.append(lambda old, i=index, key=key, value=value: Object([*old[:i], (key, value), *old[i + 1 :]]))
    if path:
        node = _replaced(node, tuple(path[:-1]), lambda old: old + old[:1] * 9)
    for make in makes:
        yield written(_replaced(node, tuple(path), make))


def mangled(pick: Pick, body: bytes) -> bytes:
    """The text as it is, or larger, cut, in another encoding, with something before it or behind it."""
    change = pick(range(20))
    if change < 6:
        # Whatever is read otherwise only from some size on, is so here.
        size = pick((1 << 11, 1 << 14, 1 << 16))
        return body + b" " * size if pick(range(2)) or body[:1] not in b"[{" else body[:1] + b"\n" * size + body[1:]
    if change == 6:
        return pick((b"\xef\xbb\xbf", b" \n", b"\xc2\xa0", b"\x00", b"\xef\xbb\xbf\xef\xbb\xbf", b"\x0c")) + body
    if change == 7:
        return body + pick((b" \r\n\t", b" x", b"]", b"}", b",", b"\x00", b"\xff", b"[]", b"\x0c", b"\xef\xbb\xbf"))
    if change in {8, 9}:
        place = pick(range(len(body) + 1))
        wrong = pick((b"", b"\xff", b'"', b"\\", b",", b"[", b"}", b"\\ud800", b"\x00", b"1", b"a"))
        return body[:place] + wrong + body[place + pick((0, 1, 1 << 30)) :]
    if change == 10:
        return body.decode("utf-8", "replace").encode(pick(("utf-16", "utf-16-le", "utf-32-be", "latin-1")), "replace")
    return body
