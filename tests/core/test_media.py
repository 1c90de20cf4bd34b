"""What stands for binary data, and what does not: a clear error before anything is sent."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from hfe_core import EncodeError, Media, Options, Payload, media
from hfe_core.media import sniff_content_type
from hfe_core.prepare import Preparer
from hfe_core.values import Endpoint

PNG = b"\x89PNG\r\n\x1a\n"


def refused(value: object, **keywords: object) -> str:
    with pytest.raises(EncodeError) as caught:
        Media.of(value, **keywords)
    return str(caught.value)


@pytest.mark.parametrize(
    "text", ["cat.png", "/etc/passwd", "http://169.254.169.254/", "data:image/png;base64,AAAA", ""]
)
def test_a_str_names_no_file(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("cat.png").write_bytes(PNG)
    assert "pathlib.Path(...)" in refused(text)


@pytest.mark.parametrize(
    "value", [None, 1, 1.5, [PNG], {"a": PNG}, object(), PNG.decode("latin-1").encode, iter([PNG])]
)
def test_other_things_are_not_media(value):
    assert "expected bytes, pathlib.Path" in refused(value, parameter="image")


class TestFiles:
    def test_a_directory(self, tmp_path):
        assert "is a directory" in refused(tmp_path)

    def test_a_file_that_is_not_there(self, tmp_path):
        assert "no file at" in refused(tmp_path / "x.png")
        assert "no file at" in refused(Path("a\0b"))
        assert "no file at" in refused(tmp_path / "x" / "y.png")

    def test_a_name_that_no_file_can_have(self):
        words = refused(Path("x" * 5000))
        assert "cannot be read: File name too long" in words
        assert len(words) < 400

    def test_a_path_of_bytes(self, tmp_path):
        class Place:
            def __fspath__(self) -> bytes:
                return os.fsencode(tmp_path / "x.png")

        (tmp_path / "x.png").write_bytes(PNG)
        assert Media.of(Place()) == Media(tmp_path / "x.png", "image/png")

    def test_a_link_that_leads_nowhere(self, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "x")
        assert "no file at" in refused(tmp_path / "link")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
    def test_a_fifo_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        assert "no regular file" in refused(tmp_path / "fifo")

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
    def test_a_device(self):
        assert "no regular file" in refused(Path("/dev/zero"))

    def test_an_empty_file(self, tmp_path):
        (tmp_path / "x.png").touch()
        assert "it is empty" in refused(tmp_path / "x.png")

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, tmp_path):
        (tmp_path / "x.png").write_bytes(PNG)
        (tmp_path / "x.png").chmod(0)
        assert "cannot be read" in refused(tmp_path / "x.png")

    def test_a_file_that_goes_before_it_is_sent(self, tmp_path):
        path = tmp_path / "x.png"
        path.write_bytes(PNG)
        found = Media.of(path)
        assert len(found) == len(PNG)
        path.unlink()
        for act in (found.read, found.open, found.base64, found.__len__):
            with pytest.raises(EncodeError, match=r"the file cannot be read: .*No such file"):
                act()
        preparer = Preparer(Endpoint("https://h"), Options())
        with pytest.raises(EncodeError, match="the file cannot be read"):
            preparer.request(Payload(inputs={"image": found}))


class TestFileObjects:
    def test_they_are_read_from_where_they_stand(self):
        file = io.BytesIO(b"xx" + PNG * 300_000)
        file.seek(2)
        assert Media.of(file) == Media(PNG * 300_000, "image/png")

    def test_in_text_mode(self, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(b"\xff")
        with path.open() as file:
            assert "text mode; open it with 'rb'" in refused(file)
        assert "text mode" in refused(io.StringIO("x"))

    def test_closed(self):
        file = io.BytesIO(PNG)
        file.close()
        assert "the file is closed" in refused(file)

    def test_write_only(self, tmp_path):
        with (tmp_path / "x").open("wb") as file:
            assert "the file cannot be read" in refused(file)

    def test_empty(self):
        assert "it is empty" in refused(io.BytesIO())

    def test_without_data_for_now(self):
        ours, theirs = socket.socketpair()
        with ours, theirs, ours.makefile("rb", buffering=0) as file:
            ours.setblocking(False)
            assert "it gives NoneType, not bytes" in refused(file)

    @pytest.mark.parametrize("given", [None, 3, [PNG], object()])
    def test_that_give_no_bytes(self, given):
        class Odd:
            def read(self, _: int = -1) -> object:
                return given

        assert "not bytes" in refused(Odd())

    def test_that_raise(self):
        class Broken:
            def read(self, _: int = -1) -> bytes:
                raise RuntimeError("no luck")

        assert "the file cannot be read: no luck" in refused(Broken())

    def test_without_an_end(self, monkeypatch):
        class Endless(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                return b"x" * max(size, 1)

        monkeypatch.setattr(media, "_LARGEST_FILE", 5 << 20)
        assert "has no end" in refused(Endless())


def test_a_view_that_was_given_back():
    view = memoryview(PNG)
    view.release()
    assert "the data cannot be read" in refused(view)


def test_a_picture_that_cannot_be_written():
    class Picture:
        mode = "CMYK"

        def save(self, fp: object, format: str | None = None) -> None:
            raise SystemError("broken")

    assert "mode CMYK cannot be sent as PNG (broken)" in refused(Picture())


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (PNG, "x.jpg", "image/png"),
        (b"RIFF\0\0\0\0WEBP", "", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "", "audio/wav"),
        (b"RIFF", "x.wav", "audio/wav"),
        (b"\0\0\0\x18ftypM4A ", "", "audio/m4a"),
        (b"\0\0\0\x18ftypavif", "", None),
        (b"\0\0\0\x18ftyp", "", "video/mp4"),
        (b"\xff\xfb\x90", "", "audio/mpeg"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg"),
        (b"\xff", "", None),
        (b"", "x.FLAC", "audio/flac"),
        (b"text", "x.txt", None),
        (b"text", "\0/../.png", None),
        (b"text", "x" * 100_000, None),
    ],
)
def test_sniffing(head, name, found):
    assert sniff_content_type(head, name) == found
