"""From the schema of a task's arguments to the flags of its command, and from their values to its arguments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Literal, cast

import attrs
import click

from hfe_core.cli.jsonable import dumps
from hfe_core.cli.sources import Sources, is_media
from hfe_core.schema import Schema, alternatives

__all__ = ["Flag", "flags_of"]

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice

Element = Literal["flag", "choice", "integer", "number", "text", "media", "json"]


class _Exact(_Choice):
    """A choice whose values keep their underscores, which option names may exchange for hyphens."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        return str(choice)


@attrs.frozen
class Kind:
    """What a flag takes.

    Attributes:
        element: The type of one value.
        repeat: It may be given several times and makes a list.
        single: Given once, it is the value itself instead of a list of one.
        choices: The texts to choose from, and what they stand for.
        text_too: Binary data may also be a text, such as a URL.
        json_too: The parameter takes structured values, too, by a flag of its own.
    """

    element: Element
    repeat: bool = False
    single: bool = False
    choices: Mapping[str, object] = attrs.field(factory=dict[str, object])
    text_too: bool = False
    json_too: bool = False


@attrs.frozen
class Flag:
    """One flag of a task's command.

    Attributes:
        parameter: The encoder's parameter that it gives a value to.
        field: The key inside ``inputs``, for a flag of composite inputs.
        option: Its spelling, as ``--top-k``.
        schema: What the value must be.
        kind: How the text becomes the value.
        help: What the encoder's documentation says of it.
    """

    parameter: str
    field: str | None
    option: str
    schema: Schema = attrs.field(repr=False)
    kind: Kind
    help: str = ""

    @property
    def dest(self) -> str:
        """The key of its value among the values of the command."""
        return "task_" + "".join(character if character.isalnum() else "_" for character in self.option)

    def declare(self) -> click.Option:
        """The option for click."""
        kind = self.kind
        if kind.element == "flag":
            switch = f"{self.option}/--no-{self.option.removeprefix('--')}"
            return click.Option([switch, self.dest], default=None, help=self.help)
        simple = {"integer": int, "number": float}.get(kind.element, str)
        metavars: dict[Element, str] = {"json": "JSON", "media": "@FILE"}
        return click.Option(
            [self.option, self.dest],
            type=_Exact(list(kind.choices)) if kind.choices else simple,
            metavar=metavars.get(kind.element),
            multiple=kind.repeat,
            default=None,
            help=self.help + (" (repeatable)" if kind.repeat else ""),
        )

    def value(self, given: object, sources: Sources) -> object:
        """The argument in what click read.

        Raises:
            click.UsageError: A file cannot be read, or a text is not JSON.
        """
        if not self.kind.repeat:
            return self._one(given, sources)
        values = [self._one(one, sources) for one in cast("tuple[object, ...]", given)]
        return values[0] if self.kind.single and len(values) == 1 else values

    def _one(self, given: object, sources: Sources) -> object:
        kind = self.kind
        if kind.choices:
            return kind.choices[str(given)]
        if not isinstance(given, str):
            return given
        if kind.element == "media":
            return given if kind.text_too and not given.startswith("@") else sources.media(given, self.option)
        if kind.element == "json":
            return sources.json(given, self.option, self.schema)
        return sources.text(given, self.option)


def flags_of(schema: Schema, reserved: Collection[str]) -> list[Flag]:
    """The flags for a task's arguments.

    Each parameter becomes ``--its-name``; composite inputs become a flag for each field, too. Where the name is taken,
    the flag is spelt with its place: ``--parameters.timeout``, ``--inputs.format``. A parameter that takes text and
    structured values has ``--its-name`` for the text and ``--its-name-json`` for the rest.

    Args:
        schema: What :func:`~hfe_core.schema.parameters_schema` gives.
        reserved: Spellings that mean something else.
    """
    taken = set(reserved)
    properties = cast("dict[str, Schema]", schema["properties"])
    found: list[Flag] = []
    for name, part in properties.items():
        found += _flags(name, None, part, taken)
    forms = alternatives(properties.get("inputs", {}))
    fields = {
        name: part for form in forms for name, part in cast("dict[str, Schema]", form.get("properties", {})).items()
    }
    composite = [flag for name, part in fields.items() for flag in _flags("inputs", name, part, taken)]
    return composite + found


def _flags(parameter: str, field: str | None, schema: Schema, taken: set[str]) -> Iterator[Flag]:
    kind = _kind(schema)
    option = "--" + (field or parameter).replace("_", "-")
    spellings = {option, f"--no-{option[2:]}"} if kind.element == "flag" else {option}
    if spellings & taken:
        option = f"--{'inputs' if field else 'parameters'}.{option[2:]}"
        spellings = {option, f"--no-{option[2:]}"}
    taken |= spellings
    words = str(schema.get("description", ""))
    yield Flag(parameter, field, option, schema, kind, words)
    if kind.json_too:
        taken.add(f"{option}-json")
        yield Flag(parameter, field, f"{option}-json", schema, Kind("json"), f"{option} as JSON.")


def _kind(schema: Schema) -> Kind:
    kinds = alternatives(schema)
    arrays = [kind for kind in kinds if kind.get("type") == "array"]
    singles = [kind for kind in kinds if kind.get("type") not in {"array", "null"}]
    one = _element(singles)
    if len(arrays) == 1:
        each = _element(alternatives(cast("Schema", arrays[0].get("items", {}))))
        if each.element in {"integer", "number", "text", "media"} and not each.json_too:
            if not singles:
                return attrs.evolve(each, repeat=True)
            if one == each:
                return attrs.evolve(each, repeat=True, single=True)
    if arrays:
        return attrs.evolve(one, json_too=True) if singles and one.element in {"text", "media"} else Kind("json")
    return one


def _element(kinds: list[Schema]) -> Kind:
    types = {str(kind.get("type", "")) for kind in kinds if "enum" not in kind and not is_media(kind)}
    values = [value for kind in kinds for value in cast("list[object]", kind.get("enum", []))]
    if any(is_media(kind) for kind in kinds):
        return Kind("media", text_too="string" in types)
    if values and types <= {"boolean"}:
        every = ([True, False] if types else []) + values
        return Kind("choice", choices={one if isinstance(one, str) else dumps(one): one for one in every})  # type: ignore[arg-type]
    if types == {"boolean"}:
        return Kind("flag")
    if types == {"integer"}:
        return Kind("integer")
    if types and types <= {"integer", "number"}:
        return Kind("number")
    if types == {"string"}:
        return Kind("text")
    if "string" in types or "" in types or not types:
        return Kind("text", json_too=True)
    return Kind("json")
