"""summarization, translation, token-classification, zero-shot-classification: what no recording shows, and mistakes."""

from __future__ import annotations

import json
import math
import pickle

import pytest

from hfe_core import DecodeError, EncodeError, Options, Payload, StatusError, Task
from hfe_core.payload import stack
from hfe_core.testing import Reply, fake_client, response_for
from hfe_tasks import (
    SUMMARIZATION,
    TOKEN_CLASSIFICATION,
    TRANSLATION,
    ZERO_SHOT_CLASSIFICATION,
    SummarizationOutput,
    TokenClassificationOutput,
    Translation,
    Translations,
    ZeroShotClassification,
    ZeroShotClassifications,
)
from tests.recordings import TOOLKIT, get

PAIRS = Options(batch_size=2)
S, T = {"summary_text": "s"}, {"translation_text": "t"}
LABELS = {"candidate_labels": ["x", "y"]}
PERSON = {"entity_group": "PER", "score": 0.5, "word": "Ada", "start": 0, "end": 3}
TOKEN = {"entity": "B-PER", "score": 0.5, "word": "ada", "start": None, "end": None, "index": 1}
ADA = TokenClassificationOutput(0.5, "Ada", 0, 3, entity_group="PER")
ADA_TOKEN = TokenClassificationOutput(0.5, "ada", entity="B-PER", index=1)
FIT = {"sequence": "a", "labels": ["x", "y"], "scores": [0.75, 0.25]}
FITTED = ZeroShotClassification("a", ("x", "y"), (0.75, 0.25))
COMPAT = [{"label": "x", "score": 0.75}, {"label": "y", "score": 0.25}]


def one(task: Task, answer: object, inputs: object = "a", **arguments: object):
    return task.decode(response_for(task.encode(inputs, **arguments), Reply(answer)))


def many(task: Task, answer: object, *inputs: str, **arguments: object):
    payloads = [task.encode(each, **arguments) for each in inputs]
    return list(task.decode_many(response_for((task.encode_many or stack)(payloads), Reply(answer))))


def place(call: object, *arguments: object, **keywords: object) -> str:
    with pytest.raises(DecodeError) as caught:
        call(*arguments, **keywords)
    return caught.value.path


class TestSummarization:
    def test_alternatives(self):
        best = SummarizationOutput("s", (SummarizationOutput("r"),))
        assert one(SUMMARIZATION, [S, {"summary_text": "r"}], num_return_sequences=2) == best
        assert many(SUMMARIZATION, [[S, {"summary_text": "r"}]], "a") == [best]
        assert many(SUMMARIZATION, [[S], [S, {"summary_text": "r"}]], "a", "b") == [SummarizationOutput("s"), best]

    @pytest.mark.parametrize("answer", [S, [S], [[S]]])
    def test_of_one(self, answer):
        assert one(SUMMARIZATION, answer) == SummarizationOutput("s")
        assert many(SUMMARIZATION, answer, "a") == [SummarizationOutput("s")]

    def test_summaries_of_several_texts_are_not_taken_for_those_of_one(self):
        response = response_for(Payload(inputs=["a", "b"]), Reply([S, S]))
        assert len(SUMMARIZATION.decode_many(response)) == 2
        with pytest.raises(DecodeError, match="the summaries of 2 inputs"):
            SUMMARIZATION.decode(response)

    @pytest.mark.parametrize(
        ("answer", "path"),
        [([], "$"), ([[]], "$[0]"), ([S, {}], "$[1]"), ([{"summary_text": 1}], "$[0].summary_text"), ("s", "$")],
    )
    def test_places_of_mistakes(self, answer, path):
        assert place(one, SUMMARIZATION, answer) == path

    def test_places_of_mistakes_among_several(self):
        assert place(many, SUMMARIZATION, [S, [S, {}]], "a", "b") == "$[1][1]"
        assert place(many, SUMMARIZATION, S, "a", "b") == "$"
        with pytest.raises(DecodeError, match="expected 2 results for 2 inputs, got 3"):
            many(SUMMARIZATION, [S, S, S], "a", "b")

    @pytest.mark.parametrize(
        ("parameter", "wrong"),
        [
            *[("inputs", wrong) for wrong in (["a"], None, 3, b"a", "\ud800")],
            *[("max_length", wrong) for wrong in (0, 1.5, "1", True)],
            *[("max_new_tokens", wrong) for wrong in (-1, 0.5)],
            ("min_length", -1),
            ("max_time", -1),
            ("temperature", -0.5),
            ("repetition_penalty", "1"),
            ("top_k", 0),
            ("top_p", 1.5),
            ("num_return_sequences", 0),
            ("do_sample", 1),
            ("clean_up_tokenization_spaces", "yes"),
            *[("truncation", wrong) for wrong in ("sideways", True, "ONLY_FIRST")],
        ],
    )
    def test_wrong_arguments(self, parameter, wrong):
        with pytest.raises(EncodeError) as caught:
            SUMMARIZATION.encode(**{"inputs": "a", parameter: wrong})
        assert caught.value.parameter == parameter


class TestTranslation:
    def test_one_text(self):
        output = one(TRANSLATION, [T])
        assert output == Translations([Translation("t")])
        assert output.translation_text == "t"
        assert one(TRANSLATION, T) == one(TRANSLATION, [[T]]) == output

    def test_several_texts(self):
        output = one(TRANSLATION, [T, {"translation_text": "u"}], ["a", "b"])
        assert [each.translation_text for each in output] == ["t", "u"]
        assert len(output) == 2
        assert output[1] == Translation("u")
        with pytest.raises(ValueError, match="2 results"):
            output.translation_text  # noqa: B018

    def test_a_list_of_one_or_none(self):
        assert one(TRANSLATION, [T], ["a"]) == one(TRANSLATION, T, ["a"]) == Translations([Translation("t")])
        nothing = one(TRANSLATION, [], [])
        assert nothing == Translations()
        with pytest.raises(ValueError, match="0 results"):
            nothing.translation_text  # noqa: B018

    def test_alternatives(self):
        best = Translation("t", (Translation("u"),))
        both = [T, {"translation_text": "u"}]
        assert one(TRANSLATION, both, num_return_sequences=2) == Translations([best])
        assert one(TRANSLATION, [both, both], ["a", "b"], num_return_sequences=2) == Translations([best, best])
        assert one(TRANSLATION, [both], ["a"], num_return_sequences=2) == Translations([best])

    def test_as_a_value(self):
        output = Translations([Translation("t"), Translation("u")])
        assert output == Translations(output) != Translations(output[:1])
        assert hash(output) == hash(Translations(output))
        assert repr(output) == (
            "Translations([Translation(translation_text='t', alternatives=()), "
            "Translation(translation_text='u', alternatives=())])"
        )
        again = pickle.loads(pickle.dumps(output))
        assert (type(again), again) == (Translations, output)

    @pytest.mark.parametrize("name", ["s2_list", "s2_list_one", "s4_list_num_return_sequences"])
    def test_a_list_of_texts_gives_the_same_whole_and_apart(self, name):
        recording = get(TOOLKIT, "translation", name)
        whole = TRANSLATION.decode(recording.response)
        assert list(TRANSLATION.decode_many(recording.response)) == [Translations([each]) for each in whole]

    def test_map(self):
        client, transport = fake_client(Reply([T, {"translation_text": "u"}]), options=PAIRS)
        outcomes = list(client.map(TRANSLATION, ["a", "b"], tgt_lang="fr"))
        assert [outcome.output.translation_text for outcome in outcomes] == ["t", "u"]
        assert [json.loads(request.body) for request in transport.requests] == [
            {"inputs": ["a", "b"], "parameters": {"tgt_lang": "fr"}}
        ]

    def test_map_sends_lists_of_texts_one_by_one(self):
        client, transport = fake_client(Reply([T, T]), Reply([T]), options=PAIRS)
        outcomes = list(client.map(TRANSLATION, [["a", "b"], "c"]))
        assert [len(outcome.output) for outcome in outcomes] == [2, 1]
        assert [json.loads(request.body)["inputs"] for request in transport.requests] == [["a", "b"], "c"]
        with pytest.raises(EncodeError, match="inputs"):
            TRANSLATION.encode_many([TRANSLATION.encode(["a", "b"]), TRANSLATION.encode("c")])

    def test_a_count_that_does_not_fit(self):
        for answer in ([T], [T, T, T], []):
            with pytest.raises(DecodeError, match="expected 2 results for 2 inputs"):
                one(TRANSLATION, answer, ["a", "b"])

    @pytest.mark.parametrize(
        ("answer", "inputs", "path"),
        [
            ([], "a", "$"),
            ([T, {"translation_text": None}], "a", "$[1].translation_text"),
            ([T, {}], ["a", "b"], "$[1]"),
            ([T, [T, 3]], ["a", "b"], "$[1][1]"),
            ([[T], []], ["a", "b"], "$[1]"),
            (T, ["a", "b"], "$"),
            (None, ["a"], "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, inputs, path):
        assert place(one, TRANSLATION, answer, inputs) == path

    @pytest.mark.parametrize(
        ("parameter", "wrong", "named"),
        [
            *[("inputs", wrong, "inputs") for wrong in (None, 3, b"a", {"a": "b"}, {"a"}, "\ud800")],
            ("inputs", ["a", 3], "inputs[1]"),
            ("inputs", [["a"]], "inputs[0]"),
            ("src_lang", 1, "src_lang"),
            ("tgt_lang", ["fr"], "tgt_lang"),
            ("generate_kwargs", "max_length", "generate_kwargs"),
            ("generation_parameters", {1: 2}, "generation_parameters"),
            ("max_length", 0, "max_length"),
            ("max_new_tokens", -1, "max_new_tokens"),
            ("num_return_sequences", 0, "num_return_sequences"),
            ("truncation", "left", "truncation"),
        ],
    )
    def test_wrong_arguments(self, parameter, wrong, named):
        with pytest.raises(EncodeError) as caught:
            TRANSLATION.encode(**{"inputs": "a", parameter: wrong})
        assert caught.value.parameter == named


class TestTokenClassification:
    def test_both_kinds(self):
        output = one(TOKEN_CLASSIFICATION, [PERSON, TOKEN])
        assert output == [ADA, ADA_TOKEN]
        assert [entity.label for entity in output] == ["PER", "B-PER"]

    @pytest.mark.parametrize("answer", [PERSON, [PERSON], [[PERSON]]])
    def test_of_one(self, answer):
        assert one(TOKEN_CLASSIFICATION, answer) == [ADA]
        assert many(TOKEN_CLASSIFICATION, answer, "a") == [[ADA]]

    @pytest.mark.parametrize("answer", [[], [[]]])
    def test_nothing_found(self, answer):
        assert one(TOKEN_CLASSIFICATION, answer) == []
        assert many(TOKEN_CLASSIFICATION, answer, "a") == [[]]

    def test_of_several(self):
        assert many(TOKEN_CLASSIFICATION, [[PERSON, TOKEN], []], "a", "b") == [[ADA, ADA_TOKEN], []]

    def test_entities_of_one_text_are_not_taken_for_those_of_several(self):
        assert place(many, TOKEN_CLASSIFICATION, [PERSON, PERSON], "a", "b") == "$[0]"
        with pytest.raises(DecodeError, match="the entities of 2 inputs"):
            TOKEN_CLASSIFICATION.decode(response_for(Payload(inputs=["a", "b"]), Reply([[PERSON], [PERSON]])))

    def test_null_is_nan(self):
        assert math.isnan(one(TOKEN_CLASSIFICATION, [{**PERSON, "score": None}])[0].score)

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ([PERSON, {**PERSON, "word": None}], "$[1].word"),
            ([{**PERSON, "start": 0.5}], "$[0].start"),
            ({**TOKEN, "index": "1"}, "$.index"),
            ([PERSON, {**TOKEN, "entity": None}], "$[1]"),
            ([[{"score": 0.5, "word": "a"}]], "$[0][0]"),
            ({"score": 0.5, "word": "a"}, "$"),
            ([PERSON, [PERSON]], "$[1]"),
            ("PER", "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        assert place(one, TOKEN_CLASSIFICATION, answer) == path

    def test_places_of_mistakes_among_several(self):
        assert place(many, TOKEN_CLASSIFICATION, [[], [PERSON, {**TOKEN, "entity": None}]], "a", "b") == "$[1][1]"
        assert place(many, TOKEN_CLASSIFICATION, [[], [{}]], "a", "b") == "$[1][0]"
        with pytest.raises(DecodeError, match="expected 2 results for 2 inputs, got 1"):
            many(TOKEN_CLASSIFICATION, [[PERSON]], "a", "b")

    def test_no_ignored_labels_are_sent(self):
        assert TOKEN_CLASSIFICATION.encode("a", ignore_labels=[]).parameters == {"ignore_labels": []}

    @pytest.mark.parametrize(
        ("parameter", "wrong", "named"),
        [
            ("inputs", ["a"], "inputs"),
            *[("aggregation_strategy", wrong, "aggregation_strategy") for wrong in ("bogus", "SIMPLE", True)],
            *[("ignore_labels", wrong, "ignore_labels") for wrong in ("O", b"O", {"O": 1}, 3)],
            ("ignore_labels", ["O", 1], "ignore_labels[1]"),
            *[("stride", wrong, "stride") for wrong in (-1, 0.5, "1", True)],
        ],
    )
    def test_wrong_arguments(self, parameter, wrong, named):
        with pytest.raises(EncodeError) as caught:
            TOKEN_CLASSIFICATION.encode(**{"inputs": "a", parameter: wrong})
        assert caught.value.parameter == named


class TestZeroShotClassification:
    @pytest.mark.parametrize("answer", [FIT, [FIT], COMPAT, [COMPAT]])
    @pytest.mark.parametrize("inputs", ["a", ["a"]])
    def test_one_text(self, answer, inputs):
        output = one(ZERO_SHOT_CLASSIFICATION, answer, inputs, **LABELS)
        assert output == ZeroShotClassifications([FITTED])
        assert (output.sequence, output.labels, output.scores) == ("a", ("x", "y"), (0.75, 0.25))

    def test_several_texts(self):
        output = one(ZERO_SHOT_CLASSIFICATION, [FIT, COMPAT], ["a", "b"], **LABELS)
        assert list(output) == [FITTED, ZeroShotClassification("b", ("x", "y"), (0.75, 0.25))]
        for name in ("sequence", "labels", "scores"):
            with pytest.raises(ValueError, match="2 results"):
                getattr(output, name)

    def test_one_label(self):
        output = one(ZERO_SHOT_CLASSIFICATION, COMPAT[:1], candidate_labels=["x"])
        assert (output.labels, output.scores) == (("x",), (0.75,))

    def test_null_is_nan(self):
        assert math.isnan(one(ZERO_SHOT_CLASSIFICATION, {**FIT, "scores": [0.5, None]}, **LABELS).scores[1])

    def test_as_a_value(self):
        output = ZeroShotClassifications([FITTED])
        again = pickle.loads(pickle.dumps(output))
        assert (type(again), again, hash(again)) == (ZeroShotClassifications, output, hash(output))
        assert repr(output).startswith("ZeroShotClassifications([ZeroShotClassification(sequence='a', ")

    def test_map(self):
        client, transport = fake_client(Reply([FIT, {**FIT, "sequence": "b"}]), options=PAIRS)
        outcomes = list(client.map(ZERO_SHOT_CLASSIFICATION, ["a", "b"], **LABELS))
        assert [outcome.output.sequence for outcome in outcomes] == ["a", "b"]
        assert [json.loads(request.body) for request in transport.requests] == [
            {"inputs": ["a", "b"], "parameters": LABELS}
        ]

    @pytest.mark.parametrize(
        ("answer", "inputs", "path"),
        [
            ({**FIT, "scores": [0.75]}, "a", "$.scores"),
            ([FIT, {**FIT, "labels": ["x"]}], ["a", "b"], "$[1].scores"),
            ({**FIT, "labels": ["x", None]}, "a", "$.labels[1]"),
            ([{**FIT, "scores": 1}], "a", "$[0].scores"),
            ({"labels": [], "scores": []}, "a", "$"),
            ([{"label": "x", "score": "1"}], "a", "$[0].score"),
            ([COMPAT, [*COMPAT, {"label": "z"}]], ["a", "b"], "$[1][2]"),
            (COMPAT, ["a", "b"], "$[0]"),
            ([FIT, FIT], "a", "$"),
            ([], "a", "$"),
            (FIT, ["a", "b"], "$"),
            ("x", "a", "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, inputs, path):
        assert place(one, ZERO_SHOT_CLASSIFICATION, answer, inputs, **LABELS) == path

    def test_a_count_that_does_not_fit(self):
        with pytest.raises(DecodeError, match="expected 3 results for 3 inputs, got 2"):
            one(ZERO_SHOT_CLASSIFICATION, [FIT, FIT], ["a", "b", "c"], **LABELS)

    def test_labels_are_needed(self):
        with pytest.raises(TypeError, match="candidate_labels"):
            ZERO_SHOT_CLASSIFICATION.encode("a")
        with pytest.raises(EncodeError, match=r"not a str.*\[\"label\"\]"):
            ZERO_SHOT_CLASSIFICATION.encode("a", candidate_labels="x, y")

    @pytest.mark.parametrize(
        ("parameter", "wrong", "named"),
        [
            ("inputs", [], "inputs"),
            ("inputs", {"text": "a"}, "inputs"),
            ("inputs", ["a", None], "inputs[1]"),
            *[("candidate_labels", wrong, "candidate_labels") for wrong in (None, [], b"x", {"x": 1}, 3)],
            ("candidate_labels", ["x", 1], "candidate_labels[1]"),
            *[("hypothesis_template", wrong, "hypothesis_template") for wrong in ("It is.", "", 3)],
            ("multi_label", 1, "multi_label"),
        ],
    )
    def test_wrong_arguments(self, parameter, wrong, named):
        with pytest.raises(EncodeError) as caught:
            ZERO_SHOT_CLASSIFICATION.encode(**{"inputs": "a", **LABELS, parameter: wrong})
        assert caught.value.parameter == named


@pytest.mark.parametrize(
    ("task", "arguments"),
    [(SUMMARIZATION, {}), (TOKEN_CLASSIFICATION, {}), (TRANSLATION, {}), (ZERO_SHOT_CLASSIFICATION, LABELS)],
    ids=repr,
)
def test_an_error_that_came_with_200(task, arguments):
    with pytest.raises(StatusError, match="no words left") as caught:
        one(task, {"error": "no words left"}, **arguments)
    assert caught.value.status == 200
