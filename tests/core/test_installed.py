"""The search for entry points finds what importlib.metadata finds, however distributions lie about."""

import importlib.metadata
import sys
import zipfile
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from hfe_core import Registry
from hfe_core._installed import Installed, entry_points

POINTS = "[console_scripts]\nrun = a:main\n\n[hfe]\n{name} = {name}_module\n"


def distribution(
    place: Path,
    stem: str,
    points: str | None = None,
    metadata: str | None = None,
    *,
    suffix: str = ".dist-info",
    file: str = "METADATA",
) -> Path:
    directory = place / f"{stem}{suffix}"
    directory.mkdir(parents=True)
    name, _, version = stem.partition("-")
    metadata = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version or 0}\n\nText\n" if metadata is None else metadata
    )
    (directory / file).write_text(metadata)
    if points is not None:
        (directory / "entry_points.txt").write_text(points)
    return directory


def plain(root: Path) -> list[Path]:
    distribution(root, "one-1.0", POINTS.format(name="one"))
    distribution(root, "two-2.0", "[hfe]\nx = a.b:c\ny=a.b : c.d [extra]\n# no\n\n[other]\nz = e\n")
    distribution(root, "three-3.0", "[hfe.other]\nx = a\n[ hfe]\nx = a\n[not hfe]\nw = a")
    distribution(root, "four-4.0")
    return [root]


def shadowed(root: Path) -> list[Path]:
    distribution(root / "a", "mine-1")
    distribution(root / "b", "mine-2", POINTS.format(name="mine"))
    distribution(root / "b", "yours-1", POINTS.format(name="yours"))
    distribution(root / "c", "yours-2", POINTS.format(name="later"))
    return [root / "a", root / "b", root / "c", root / "b"]


def spellings(root: Path) -> list[Path]:
    distribution(root / "a", "My.Own_-Plugin-1", POINTS.format(name="a"), "Name: My.Own\nVersion: 1\n")
    distribution(root / "a", "Other.Plugin-1", POINTS.format(name="b"), "name: Other.Plugin\nVERSION: 1\n\n")
    distribution(root / "b", "other__plugin-2", POINTS.format(name="c"))
    distribution(root / "b", "OTHER_plugin-3", POINTS.format(name="d"))
    return [root / "a", root / "b"]


def eggs(root: Path) -> list[Path]:
    distribution(root, "developed", POINTS.format(name="d"), suffix=".egg-info", file="PKG-INFO")
    distribution(root, "old-1.0-py3.11", POINTS.format(name="o"), "Name: old\nVersion: 1.0\n", suffix=".egg-info")
    (root / "flat-1.egg-info").write_text("Name: flat\nVersion: 1\n")
    distribution(root / "b", "flat-2", POINTS.format(name="f"))
    return [root, root / "b"]


def whole_egg(root: Path) -> list[Path]:
    place = root / "packed-1-py3.11.egg"
    directory = place / "EGG-INFO"
    directory.mkdir(parents=True)
    (directory / "PKG-INFO").write_text("Name: packed\nVersion: 1\n")
    (directory / "entry_points.txt").write_text(POINTS.format(name="packed"))
    return [place]


def zipped(root: Path) -> list[Path]:
    distribution(root / "a", "in_zip-1", POINTS.format(name="z"))
    archive = root / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (root / "a").glob("*/*"):
            file.write(path, path.relative_to(root / "a").as_posix())
    return [archive, archive / "below"]


def loud(root: Path) -> list[Path]:
    distribution(root, "loud-1", POINTS.format(name="l"), suffix=".DIST-INFO")
    return [root]


def odd_places(root: Path) -> list[Path]:
    (root / "a_file").write_text("no archive")
    distribution(root / "space" / "inner", "hidden-1", POINTS.format(name="h"))
    return [root / "missing", root / "a_file", root / "space"]


def odd_metadata(root: Path) -> list[Path]:
    distribution(root, "folded-1", POINTS.format(name="a"), "Name: folded\nSummary: long\n  longer\nVersion: 1\n\n")
    distribution(root, "late-1", POINTS.format(name="b"), f"Summary: {'x' * 9000}\nName: Late\nVersion: 1.post1\n")
    distribution(root, "twice-1", POINTS.format(name="c"), "Name: twice\nName: thrice\nVersion: 1\nVersion: 2\n")
    distribution(root, "cut-1", POINTS.format(name="d"), "Name: cut\nVersion: 1")
    distribution(root, "wide-1", POINTS.format(name="e"), "Name:wide\nVersion:\t1\n")
    return [root]


def as_found() -> list[tuple[object, ...]]:
    return sorted(
        (point.name, point.value, point.dist.name, point.dist.version)
        for point in importlib.metadata.entry_points(group="hfe")
    )


@pytest.mark.parametrize(
    "layout", [plain, shadowed, spellings, eggs, whole_egg, zipped, loud, odd_places, odd_metadata]
)
def test_what_importlib_metadata_finds(layout, tmp_path, monkeypatch):
    known = as_found()
    monkeypatch.setattr(sys, "path", [*map(str, layout(tmp_path)), *sys.path])
    found = as_found()
    assert sorted(map(tuple, entry_points("hfe"))) == found
    assert (layout is odd_places) == (found == known)


def test_the_working_directory(tmp_path, monkeypatch):
    plain(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    found = as_found()
    assert sorted(map(tuple, entry_points("hfe"))) == found
    assert ("one", "one_module", "one", "1.0") in found


def test_importers_of_their_own_are_asked(tmp_path, monkeypatch):
    plain(tmp_path)

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            return None

        @staticmethod
        def find_distributions(context):
            return [importlib.metadata.Distribution.at(tmp_path / "one-1.0.dist-info")]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert ("one", "one_module", "one", "1.0") in [tuple(point) for point in entry_points("hfe")]
    monkeypatch.setattr(sys, "meta_path", [finder for finder in sys.meta_path if finder not in {Finder, PathFinder}])
    assert entry_points("hfe") == []


def test_a_distribution_without_metadata_has_the_name_of_its_directory(tmp_path, monkeypatch):
    directory = distribution(tmp_path, "nameless-1", POINTS.format(name="n"))
    (directory / "METADATA").unlink()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert ("n", "n_module", "nameless", None) in [tuple(point) for point in entry_points("hfe")]


def test_a_file_that_is_broken_breaks_nothing_else(tmp_path, monkeypatch):
    distribution(tmp_path, "broken-1", "[hfe]\nno pair\n[x]\nno pair")
    distribution(tmp_path, "elsewhere-1", "[console_scripts]\nno pair")
    (distribution(tmp_path, "binary-1") / "entry_points.txt").write_bytes(b"[x]\n\xff\xfe = \x00")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.warns(match="broken 1 .* is not used"):
        infos = Registry().plugins()
    assert [info.name for info in infos if info.problem] == ["no pair"]


@pytest.mark.parametrize(
    "value", ["json", "json:loads", "json.decoder:JSONDecoder.decode", "json : loads", "json:loads [extra]", "json [x]"]
)
def test_loading_as_importlib_metadata_loads(value):
    expected = importlib.metadata.EntryPoint("a", value, "hfe").load()
    assert Installed("a", value, "a", None).load() is expected


@pytest.mark.parametrize("value", ["", "no_such_module_at_all", "json:no_such", "not-a-module", "json:loads:dumps"])
def test_what_cannot_be_loaded(value):
    with pytest.raises(Exception) as expected:
        importlib.metadata.EntryPoint("a", value, "hfe").load()
    with pytest.raises(expected.type):
        Installed("a", value, "a", None).load()
