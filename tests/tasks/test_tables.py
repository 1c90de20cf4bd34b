"""Tables in every form that users hold them: they make the same request, or are refused by the name of the cell."""

from __future__ import annotations

import math
from collections import UserDict

import pytest

from hfe_core import DecodeError, EncodeError, StatusError
from hfe_core.testing import Reply, fake_client, response_for
from hfe_tasks import TABLE_QUESTION_ANSWERING, TABULAR_CLASSIFICATION, TABULAR_REGRESSION

CELLS = {"a": [1.5, 2.0], "b": ["x", "y"]}
SENT = {"a": ["1.5", "2.0"], "b": ["x", "y"]}


class Series:
    """A column as pandas and polars have it: no list, but a dtype."""

    dtype = "object"

    def __init__(self, cells):
        self.cells = cells

    def __iter__(self):
        return iter(self.cells)

    def to_dict(self):
        return dict(enumerate(self.cells))


class Frame:
    """A DataFrame: it iterates over the names of its columns, and has the like of a mapping's methods."""

    def __init__(self, cells, names=None):
        self.cells = cells
        self.columns = list(cells) if names is None else names

    def __getitem__(self, name):
        return Series(self.cells[name])

    def __iter__(self):
        return iter(self.columns)

    def keys(self):
        return self.columns

    def to_dict(self, orient="dict"):
        raise AssertionError


class Arrow:
    """A pyarrow Table, whose ``columns`` are no names."""

    def __init__(self, cells, num_columns=None):
        self.cells = cells
        self.columns = list(cells.values())
        self.num_columns = len(cells) if num_columns is None else num_columns

    def to_pydict(self):
        return self.cells

    def __getitem__(self, name):
        raise AssertionError


class Scalar:
    """A scalar of pyarrow."""

    def __init__(self, value):
        self.value = value

    def as_py(self):
        return self.value


FORMS = {
    "mapping": lambda cells: cells,
    "other mapping": UserDict,
    "tuples": lambda cells: {name: tuple(column) for name, column in cells.items()},
    "series": lambda cells: {name: Series(column) for name, column in cells.items()},
    "scalars": lambda cells: {name: [Scalar(cell) for cell in column] for name, column in cells.items()},
    "frame": Frame,
    "arrow": Arrow,
    "pandas": lambda cells: pytest.importorskip("pandas").DataFrame(cells),
    "pandas series": lambda cells: dict(pytest.importorskip("pandas").DataFrame(cells).items()),
    "polars": lambda cells: pytest.importorskip("polars").DataFrame(cells),
    "pyarrow": lambda cells: pytest.importorskip("pyarrow").table(cells),
    "record batch": lambda cells: pytest.importorskip("pyarrow").record_batch(cells),
    "chunks": lambda cells: {
        name: pytest.importorskip("pyarrow").chunked_array([column]) for name, column in cells.items()
    },
}


def refused(table: object) -> tuple[str, str]:
    with pytest.raises(EncodeError) as caught:
        TABULAR_REGRESSION.encode(table)
    assert len(str(caught.value)) < 300
    return caught.value.parameter, str(caught.value)


class TestForms:
    @pytest.mark.parametrize("form", FORMS)
    def test_all_make_the_same_request(self, form):
        table = FORMS[form](CELLS)
        for task in (TABULAR_CLASSIFICATION, TABULAR_REGRESSION):
            assert task.encode(table).inputs == task.encode({"data": table}).inputs == {"data": SENT}
        question = TABLE_QUESTION_ANSWERING.encode({"query": "q", "table": table})
        assert question.inputs == {"query": "q", "table": SENT}

    def test_a_column_may_be_called_data(self):
        assert TABULAR_REGRESSION.encode({"data": [1, 2]}).inputs == {"data": {"data": ["1", "2"]}}
        assert TABULAR_REGRESSION.encode({"data": [1], "b": [2]}).inputs == {"data": {"data": ["1"], "b": ["2"]}}
        assert TABULAR_REGRESSION.encode({"data": {"data": [1]}}).inputs == {"data": {"data": ["1"]}}
        assert TABULAR_REGRESSION.encode(Frame({"data": [1]})).inputs == {"data": {"data": ["1"]}}

    def test_further_keys_beside_the_table_travel(self):
        assert TABULAR_REGRESSION.encode({"data": Frame({"a": [1]}), "new": 3}).inputs == {
            "data": {"a": ["1"]},
            "new": 3,
        }

    def test_the_tasks_run(self):
        client, transport = fake_client(Reply([1.5, 2]), Reply(["a", "b"]))
        assert client.run(TABULAR_REGRESSION, Frame(CELLS)) == [1.5, 2.0]
        assert client.run(TABULAR_CLASSIFICATION, {"data": Arrow(CELLS)}) == ["a", "b"]
        assert transport.requests[0].body == transport.requests[1].body


class TestMissingCells:
    def test_none_stays_null(self):
        for form in ("mapping", "frame", "arrow", "polars", "pyarrow"):
            table = FORMS[form]({"a": ["x", None]})
            assert TABULAR_REGRESSION.encode(table).inputs == {"data": {"a": ["x", None]}}, form

    @pytest.mark.parametrize("form", ["frame", "pandas", "pandas series"])
    def test_nan_among_the_text_of_a_frame_is_none(self, form):
        """pandas 3 keeps None among text as NaN; what its dtype is, is no matter."""
        table = FORMS[form]({"a": ["x", math.nan], "b": [1.0, math.nan]})
        assert TABULAR_REGRESSION.encode(table).inputs == {"data": {"a": ["x", None], "b": ["1.0", "nan"]}}

    def test_nan_in_a_list_is_what_the_user_wrote(self):
        assert TABULAR_REGRESSION.encode({"a": ["x", math.nan]}).inputs == {"data": {"a": ["x", "nan"]}}

    @pytest.mark.parametrize("name", ["NAType", "NaTType"])
    def test_other_marks_of_missing_cells_are_refused_by_their_place(self, name):
        mark = type(name, (), {"__str__": lambda self: "<gone>"})()
        parameter, words = refused(Frame({"a": ["x"], "b c": [mark]}))
        assert parameter == "inputs.b c[0]"
        assert "a missing value (<gone>); fill it" in words

    def test_marks_of_pandas(self):
        pandas = pytest.importorskip("pandas")
        assert refused(pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")}))[0] == "inputs.a[1]"
        assert refused({"data": pandas.DataFrame({"t": [pandas.NaT]})})[0] == "inputs.data.t[0]"
        assert refused({"a": [1, pandas.NA]})[0] == "inputs.a[1]"

    def test_a_scalar_that_holds_nothing(self):
        numpy = pytest.importorskip("numpy")
        assert refused({"a": numpy.array(["NaT"], dtype="datetime64[D]")})[0] == "inputs.a[0]"


class TestWrongTables:
    @pytest.mark.parametrize(
        ("table", "parameter", "words"),
        [
            (Frame({"a": [1]}, names=["a", "a"]), "inputs", "two columns have the same name"),
            (Arrow({"a": [1]}, num_columns=2), "inputs", "two columns have the same name"),
            ({"data": Frame({"a": [1]}, names=["a", "a"])}, "inputs.data", "two columns"),
            (Frame({0: [1]}), "inputs", "names of columns are str, not 0"),
            (Frame({"a": [1]}, names=["b"]), "inputs", "cannot be read (KeyError"),
            (Frame({}), "inputs", "expected at least one column"),
            (Frame({"a": [1], "b": [1, 2]}), "inputs", "columns differ in length: {'a': 1, 'b': 2}"),
            (Frame({"a": [object()]}), "inputs.a[0]", "expected a str, a number or None, not object"),
            (Series([1]), "inputs", "expected a table, such as {column: cells}, not Series"),
            (Frame, "inputs", "expected a table"),
            ([{"a": 1}], "inputs", "expected a table, such as {column: cells}, not list"),
            ("a", "inputs", "not str"),
            ({"a": (1 // each for each in (1, 0))}, "inputs.a", "cannot be read (ZeroDivisionError)"),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_are_refused_by_place(self, table, parameter, words):
        found, said = refused(table)
        assert found == parameter
        assert words in said

    def test_what_is_not_read_yet(self):
        class LazyFrame(Frame):
            def collect(self): ...

        assert refused(LazyFrame(CELLS))[1].endswith("not LazyFrame; collect it first")
        polars = pytest.importorskip("polars")
        assert refused(polars.DataFrame(CELLS).lazy())[1].endswith("collect it first")

    def test_names_of_pandas(self):
        pandas = pytest.importorskip("pandas")
        assert refused(pandas.DataFrame([[1, 2]]))[1] == "inputs: names of columns are str, not 0"
        assert "two columns" in refused(pandas.DataFrame([[1, 2]], columns=["a", "a"]))[1]

    def test_a_question_needs_a_row(self):
        for table in ({"a": []}, Frame({"a": [], "b": []})):
            with pytest.raises(EncodeError, match=r"^inputs\.table: expected at least one row"):
                TABLE_QUESTION_ANSWERING.encode({"query": "q", "table": table})


class TestRegression:
    def decode(self, answer):
        return TABULAR_REGRESSION.decode(response_for(TABULAR_REGRESSION.encode(CELLS), Reply(answer)))

    def test_numbers(self):
        assert self.decode([1, 2.5]) == [1.0, 2.5]
        assert math.isnan(self.decode([1, None])[1])
        assert math.isnan(self.decode(b"[1, NaN]")[1])

    @pytest.mark.parametrize(
        ("answer", "path"),
        [
            ([1, "2"], "$[1]"),
            ([True, 1], "$[0]"),
            ([[1], [2]], "$[0]"),
            ({"data": [1, 2]}, "$"),
            ("12", "$"),
            (b"", "$"),
        ],
    )
    def test_places_of_mistakes(self, answer, path):
        with pytest.raises(DecodeError) as caught:
            self.decode(answer)
        assert caught.value.path == path

    def test_a_number_for_each_row(self):
        for wrong in ([], [1], [1, 2, 3]):
            with pytest.raises(DecodeError, match=f"expected 2 numbers for 2 rows, got {len(wrong)}"):
                self.decode(wrong)

    def test_an_error_that_came_with_200(self):
        with pytest.raises(StatusError, match="no rows left"):
            self.decode({"error": "no rows left"})
