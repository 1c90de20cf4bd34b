"""Pictures as servers send them: a file's bytes."""

from __future__ import annotations

import base64
import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from hfe_core.errors import EncodeError

if TYPE_CHECKING:
    import numpy.typing
    import PIL.Image

__all__ = ["Image"]


def _check_bytes(_: object, __: object, data: Any) -> None:
    kind = type(data).__name__
    if not isinstance(data, bytes):
        hint = "; a task takes the path itself" if isinstance(data, os.PathLike) else ""
        raise EncodeError("data", f"expected the bytes of an image file, not {kind}{hint}")


@attrs.frozen(repr=False)
class Image:
    """A picture: an encoded file that the server sent.

    Wherever a task takes an image, it takes this, too.

    Attributes:
        data: The bytes of the file.
        content_type: Its media type, such as ``"image/png"``.

    Raises:
        EncodeError: The data is no bytes.
    """

    data: bytes = attrs.field(validator=_check_bytes)
    content_type: str = "image/png"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write :attr:`data` to a file and give its path. The bytes are not converted to what the ending says."""
        target = Path(path)
        target.write_bytes(self.data)
        return target

    def to_pil(self) -> PIL.Image.Image:
        """The picture as a Pillow image; needs Pillow.

        Raises:
            OSError: Pillow cannot read the file.
        """
        import PIL.Image

        image = PIL.Image.open(BytesIO(self.data))
        image.load()
        return image

    def to_numpy(self) -> numpy.typing.NDArray[Any]:
        """The pixels as an array ``[height][width]`` or ``[height][width][channels]``, mostly uint8; needs Pillow and numpy.

        Raises:
            OSError: Pillow cannot read the file.
        """
        import numpy

        return numpy.asarray(self.to_pil())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows."""
        return {self.content_type: base64.b64encode(self.data).decode("ascii")}

    def __repr__(self) -> str:
        return f"<Image {self.content_type}, {len(self.data)} bytes>"
