"""The registry over plugins that are given to it; installed ones are tested with real packages elsewhere."""

import sys
import threading
import types
import warnings

import attrs
import pytest

from hfe_core import (
    BadRequest,
    Client,
    Options,
    PluginError,
    PluginWarning,
    Registry,
    StreamTask,
    Task,
    TaskRef,
    UnknownTaskError,
    decode_as,
    default_registry,
    hookimpl,
)
from hfe_core.payload import Payload
from hfe_core.testing import FakeTransport, Reply


def encode(inputs: str) -> Payload:
    return Payload(inputs=inputs)


def task(name: str, **more: object) -> Task[[str], str]:
    return Task(name=name, encode=encode, decode=decode_as(str), **more)


def plugin(*tasks: object, **hooks: object) -> object:
    class Plugin:
        @hookimpl
        def hfe_register_tasks(self):
            return tasks

    made = Plugin()
    for name, function in hooks.items():
        setattr(made, name, hookimpl(function))
    return made


def registry(**plugins: object) -> Registry:
    return Registry(plugins, installed=False)


def test_names_lead_to_tasks():
    mine, stream = task("a"), StreamTask(name="a", encode=encode, decode=lambda event: event.data)
    found = registry(p=plugin(mine, stream, TaskRef("fill-mask", "hfe_tasks.nlp.fill_mask:FILL_MASK")))
    assert found.task("a") is mine
    assert found.stream_task("a") is stream
    assert found.task("fill-mask").domain == "nlp"
    assert found.names() == ("a", "fill-mask")
    assert found.names(stream=True) == ("a",)
    assert [each.name for each in found.tasks()] == ["a", "a", "fill-mask"]
    assert found.owner(mine) == "p"


def test_an_unknown_name_is_met_with_close_ones():
    found = registry(p=plugin(task("text-classification")))
    with pytest.raises(UnknownTaskError, match="did you mean 'text-classification'") as caught:
        found.task("text-clasification")
    assert caught.value.close == ("text-classification",)
    with pytest.raises(UnknownTaskError, match="no stream task"):
        found.stream_task("text-classification")


def test_two_plugins_with_one_name():
    first, second = task("a"), task("a")
    found = registry(one=plugin(first, task("b")), two=plugin(second))
    with pytest.raises(PluginError, match="one and by two") as caught:
        found.task("a")
    assert caught.value.distributions == ("one", "two")
    assert found.task("b").name == "b"
    assert [each.name for each in found.tasks()] == ["b"]


def test_a_task_may_take_the_place_of_another():
    first, second = task("a"), task("a", replaces="one")
    assert registry(one=plugin(first), two=plugin(second)).task("a") is second
    assert registry(two=plugin(second), one=plugin(first)).task("a") is second


@pytest.mark.parametrize(
    "target", ["no_such_module:X", "hfe_tasks.nlp.fill_mask:NO", "hfe_tasks.nlp.fill_mask:MaskFill"]
)
def test_a_reference_that_leads_nowhere(target):
    found = registry(p=plugin(TaskRef("a", target), task("b")))
    with pytest.raises(PluginError, match="'a' of p"):
        found.task("a")
    assert found.task("b").name == "b"


def test_a_reference_must_lead_to_its_name():
    found = registry(p=plugin(TaskRef("a", "hfe_tasks.nlp.fill_mask:FILL_MASK")))
    with pytest.raises(PluginError, match="not a Task of this name"):
        found.task("a")


def raising() -> object:
    class Plugin:
        @hookimpl
        def hfe_register_tasks(self):
            raise RuntimeError("no licence file")

    return Plugin()


def misspelt() -> object:
    class Plugin:
        @hookimpl
        def hfe_register_task(self):
            return []

    return Plugin()


def wrong_argument() -> object:
    class Plugin:
        @hookimpl
        def hfe_observe(self, evnt):
            return None

    return Plugin()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (raising(), "no licence file"),
        (misspelt(), "did you mean hfe_register_tasks"),
        (wrong_argument(), "evnt"),
        (plugin("rubbish"), "not str"),
        (plugin(None), "not NoneType"),
    ],
)
def test_a_broken_plugin_breaks_nothing_else(broken, words):
    found = registry(bad=broken, good=plugin(task("a")))
    with pytest.warns(PluginWarning, match=words):
        assert found.task("a").name == "a"
    info = {each.name: each for each in found.plugins()}
    assert words in info["bad"].problem
    assert info["good"].problem is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnknownTaskError, match="could not be loaded: bad"):
            found.task("zzz")


def test_tasks_register_once_from_many_threads():
    calls = []

    class Plugin:
        @hookimpl
        def hfe_register_tasks(self):
            calls.append(threading.get_ident())
            return [task("a")]

    found = registry(p=Plugin())
    threads = [threading.Thread(target=found.task, args=("a",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def client_with(found: Registry, *script) -> tuple[Client, FakeTransport]:
    transport = FakeTransport(*script)
    return Client("https://h", False, registry=found, transport=transport), transport


def test_requests_pass_through_the_plugins():
    def first(request, task):
        return attrs.evolve(request, headers={**request.headers, "x-task": task})

    def second(request):
        return attrs.evolve(request, url=request.url + "?" + request.headers["x-task"])

    found = registry(
        one=plugin(task("a"), hfe_prepare=first), two=plugin(hfe_prepare=second), three=plugin(hfe_prepare=lambda: None)
    )
    client, transport = client_with(found, Reply("x"))
    assert client.run("a", "y") == "x"
    assert transport.requests[0].url == "https://h?a"


def test_observers_are_told_and_cannot_break_a_call(caplog):
    events = []

    def broken(event):
        raise RuntimeError("observer")

    found = registry(
        one=plugin(task("a"), hfe_observe=broken), two=plugin(hfe_observe=lambda event: events.append(event))
    )
    client, _ = client_with(found, Reply("x"), Reply({"error": "no"}, status=400))
    client.run("a", "y")
    with pytest.raises(BadRequest):
        client.run("a", "y")
    assert [(event.kind, event.task, event.status) for event in events] == [
        ("sent", "a", 200),
        ("end", "a", 200),
        ("sent", "a", 400),
        ("end", "a", 400),
    ]
    assert "an hfe_observe hook failed" in caplog.text


def test_a_plugin_may_bring_the_transport():
    transport = FakeTransport(Reply("from the plugin"))
    asked = []

    def give(endpoint, is_async):
        asked.append((endpoint.url, is_async))
        return transport

    found = registry(one=plugin(task("a")), two=plugin(hfe_transport=give), three=plugin(hfe_transport=lambda: None))
    client = Client("https://h", False, Options(), registry=found)
    assert client.run("a", "y") == client.with_options(timeout=1).run("a", "y") == "from the plugin"
    assert asked == [("https://h", False)]


def test_the_built_in_tasks_come_by_entry_points():
    found = default_registry()
    assert {
        "fill-mask",
        "text-classification",
        "question-answering",
        "text-generation",
        "feature-extraction",
        "automatic-speech-recognition",
        "text-to-speech",
        "image-classification",
        "tabular-classification",
        "visual-question-answering",
    } <= set(found.names())
    assert "text-generation" in found.names(stream=True)
    assert found.owner(found.task("fill-mask")) == "hfe"
    assert default_registry() is found


def test_built_in_plugins_can_be_switched_off_by_name():
    found = Registry(disabled=["nlp"])
    assert "fill-mask" not in found.names()
    assert "text-to-speech" in found.names()
    assert [info.name for info in found.plugins() if info.disabled] == ["nlp"]


def test_own_plugins_only_name_tasks_and_engines_so_that_calls_do_without_them():
    own = [info for info in default_registry().plugins() if info.distribution == "hfe"]
    assert {hook for info in own for hook in info.hooks} == {"hfe_register_tasks", "hfe_register_engines"}


def test_calls_ask_installed_plugins_of_others(tmp_path, monkeypatch):
    metadata = tmp_path / "adder-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: adder\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[hfe]\nadder = adder_plugin\n")
    (tmp_path / "adder_plugin.py").write_text(
        "import attrs\nfrom hfe_core import hookimpl\n"
        "@hookimpl\ndef hfe_prepare(request): return attrs.evolve(request, headers={**request.headers, 'x-a': '1'})\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    client, transport = client_with(Registry(), Reply("x"))
    client.run(task("a"), "y")
    assert transport.requests[0].headers["x-a"] == "1"


def test_a_module_is_a_plugin():
    module = types.ModuleType("a_plugin_module")
    module.hfe_register_tasks = hookimpl(lambda: [task("a")])
    sys.modules.pop("a_plugin_module", None)
    assert registry(p=module).task("a").name == "a"


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://elsewhere/"},
        {"url": "http://h"},
        {"url": "https://h.elsewhere/"},
        {"url": "https://h@elsewhere/"},
        {"headers": {"content-length": "3"}},
        {"headers": {"x": "a\r\nb: c"}},
        {"method": "PO ST"},
    ],
    ids=repr,
)
def test_a_plugin_cannot_send_the_request_elsewhere_or_break_its_frame(change):
    found = registry(
        one=plugin(task("a"), hfe_prepare=lambda request: attrs.evolve(request, **change)),
    )
    client, transport = client_with(found, Reply("x"))
    with pytest.raises(PluginError, match="hfe_prepare"):
        client.run("a", "y")
    assert transport.requests == []
