"""Binding of arguments by schemas: what PyTorch's own calling convention gives and refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from refimpl.aten import UnmodelledOperatorError, overload, schema_names, schema_of, shape
from refimpl.aten._impure import draws_random_numbers, is_effectful
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx import Graph, Node
from refimpl.terms import symbol
from tests.aten.plain_context import PlainContext

MATRIX = FakeTensor((2, 3), (3, 1), DType.float32)
REAL = FakeTensor((2,), (1,), DType.float32)
COMPLEX = FakeTensor((2,), (1,), DType.complex64)


def test_every_schema_of_the_table_is_read() -> None:
    names = schema_names()
    assert len(names) > 1900
    for name in names:
        schema = schema_of(name)
        assert schema is not None
        assert schema.name == name
        assert all(argument.type.base for argument in schema.arguments), name


def test_a_schema_holds_names_types_defaults_and_aliases() -> None:
    schema = schema_of("aten.add_.Tensor")
    assert schema is not None
    first, second, third = schema.arguments
    assert (first.name, first.type.written, first.keyword_only) == ("self", True, False)
    assert (second.name, second.type.base, second.has_default) == ("other", "Tensor", False)
    assert (third.name, third.default, third.keyword_only) == ("alpha", 1, True)
    indices = schema_of("aten.index.Tensor")
    assert indices is not None
    assert indices.arguments[1].type.optional_element
    convolution = schema_of("aten.conv2d.default")
    assert convolution is not None
    assert convolution.arguments[3].default == (1, 1)
    assert convolution.arguments[3].type.size == 2


def test_defaults_and_keywords_are_filled_in_schema_order() -> None:
    bound = overload("aten.slice.Tensor").bind((MATRIX, 1), {"end": 2})
    assert bound == [MATRIX, 1, None, 2, 1]


def test_one_number_stands_for_a_list_of_declared_length() -> None:
    bound = overload("aten.avg_pool2d.default").bind((MATRIX, 3), {})
    assert bound[1] == (3, 3)


def test_terms_are_taken_as_they_are() -> None:
    size = symbol("u0")
    assert overload("aten.view.default").bind((MATRIX, [size, -1]), {})[1] == (size, -1)


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "message"),
    [
        ("aten.add.Tensor", (1,), {}, "aten::add() is missing value for argument 'other'."),
        ("aten.view.default", (MATRIX,), {}, "aten::view() is missing value for argument 'size'."),
        ("aten.view.default", (MATRIX, [2], 3), {}, "aten::view() expected at most 2 argument(s) but received 3"),
        (
            "aten.view.default",
            (MATRIX, "a"),
            {},
            "aten::view() Expected a value of type 'List[int]' for argument 'size'",
        ),
        ("aten.view.default", (MATRIX, [2.0]), {}, "aten::view() Expected a value of type 'List[int]' for argument"),
        ("aten.transpose.int", (MATRIX, 0, 1.5), {}, "aten::transpose() Expected a value of type 'int' for argument"),
        ("aten.slice.Tensor", (MATRIX, 0, 0, 2**63), {}, "aten::slice() Expected a value of type 'Optional[int]' for"),
        ("aten.view.default", (MATRIX, [-(2**63) - 1]), {}, "aten::view() Expected a value of type 'List[int]' for"),
    ],
)
def test_wrong_arguments_are_refused_in_pytorchs_words(
    name: str, args: tuple[object, ...], kwargs: dict[str, object], message: str
) -> None:
    with pytest.raises(RuntimeError) as refused:
        overload(name).bind(args, kwargs)
    assert str(refused.value).startswith(message)


def test_the_largest_machine_integers_and_unsigned_numbers_are_taken() -> None:
    assert overload("aten.slice.Tensor").bind((MATRIX, 0, -(2**63), 2**63 - 1), {})[2:4] == [-(2**63), 2**63 - 1]
    assert overload("aten.full.default").bind(([2], 2**64 - 1), {})[1] == 2**64 - 1


def test_an_unknown_operator_is_an_attribute_error_in_pytorchs_words() -> None:
    with pytest.raises(AttributeError, match=r"^'_OpNamespace' 'aten' object has no attribute 'foo'$"):
        overload("aten.foo.default")
    with pytest.raises(AttributeError, match=r"^The underlying op of 'aten.view' has no overload name 'foo'$"):
        overload("aten.view.foo")


def test_an_operator_without_shape_function_says_so() -> None:
    name = "aten.lstsq_that_nobody_models.default"
    schema = "aten::lstsq_that_nobody_models(Tensor self) -> Tensor"

    @shape("test.other.default", schema="test::other(Tensor self) -> Tensor")
    def other(ctx: Context, self: FakeTensor) -> Value:
        return self

    assert schema.startswith("aten::")
    with pytest.raises(AttributeError):
        overload(name)
    operator = overload("test.other.default")
    assert operator.run(PlainContext(), (MATRIX,), {}) is MATRIX
    assert (str(operator), operator.__module__, operator.__name__) == (
        "test.other.default",
        "torch.ops.test",
        "other.default",
    )
    unmodelled = overload("aten.segment_reduce.default")
    if not unmodelled.is_modelled:
        with pytest.raises(UnmodelledOperatorError):
            unmodelled.run(PlainContext(), (MATRIX, "sum"), {})


def test_printing_gives_nothing() -> None:
    assert overload("aten._print.default").run(PlainContext(), ("text",), {}) is None


def test_an_in_place_operator_is_its_functional_form_and_records_the_mutation() -> None:
    context = PlainContext()
    assert overload("aten.add_.Tensor").run(context, (MATRIX, MATRIX), {}) is MATRIX
    assert context.mutated == [MATRIX]
    wide = FakeTensor((4, 2, 3), (6, 3, 1), DType.float32)
    with pytest.raises(
        RuntimeError, match=r"^output with shape \[2, 3\] doesn't match the broadcast shape \[4, 2, 3\]"
    ):
        overload("aten.add_.Tensor").run(PlainContext(), (MATRIX, wide), {})


def test_an_in_place_view_changes_only_how_the_tensor_is_read() -> None:
    context = PlainContext()
    result = overload("aten.unsqueeze_.default").run(context, (MATRIX, 0), {})
    assert isinstance(result, FakeTensor)
    assert result.sizes == (1, 2, 3)
    assert result.storage is MATRIX.storage
    assert context.mutated == []


def test_a_result_type_that_does_not_fit_is_refused() -> None:
    whole = FakeTensor((2,), (1,), DType.int64)
    real = FakeTensor((2,), (1,), DType.float32)
    with pytest.raises(RuntimeError, match=r"^result type Float can't be cast to the desired output type Long$"):
        overload("aten.add_.Tensor").run(PlainContext(), (whole, real), {})


def test_running_statistics_are_averaged_in_the_dtype_of_the_weight() -> None:
    image = FakeTensor((2, 3, 4), (12, 4, 1), DType.float32)
    whole, real = FakeTensor((3,), (1,), DType.int64), FakeTensor((3,), (1,), DType.float64)
    norm = overload("aten.instance_norm.default")
    for weight, statistics, training in ((real, whole, True), (None, whole, True), (whole, whole, False)):
        result = norm.run(PlainContext(), (image, weight, None, statistics, statistics, training, 0.1, 1e-5, False), {})
        assert isinstance(result, FakeTensor)
        assert result.dtype is DType.float32
    with pytest.raises(RuntimeError, match=r"^mean\(\): could not infer output dtype"):
        norm.run(PlainContext(), (image, whole, None, real, real, True, 0.1, 1e-5, False), {})
    with pytest.raises(ValueError, match=r"^running_mean and running_var must either both be None or neither be None$"):
        norm.run(PlainContext(), (image, None, None, None, real, True, 0.1, 1e-5, False), {})


@pytest.mark.parametrize(
    ("operator", "dtype", "more", "error", "words"),
    [
        ("abs_.default", DType.complex64, (), RuntimeError, "In-place abs is not supported for complex tensors."),
        ("maximum_.Scalar", DType.float32, (2j,), NotImplementedError, "clamp is not supported for complex types"),
        ("clamp_min_.ScalarList", DType.int64, ([2j],), NotImplementedError, "clamp is not supported for complex"),
        ("minimum_.List", DType.float32, ([COMPLEX],), RuntimeError, "result type ComplexFloat can't be cast to"),
        ("norm.Scalar", DType.float32, (2j,), RuntimeError, "foreach_tensor_norm_slow expects ord to be integer or"),
    ],
)
def test_what_is_complex_is_refused_in_lists(
    operator: str, dtype: DType, more: tuple[object, ...], error: type[Exception], words: str
) -> None:
    target = overload(f"aten._foreach_{operator}")
    with pytest.raises(error, match=f"^{re.escape(words)}"):
        target.run(PlainContext(), ([FakeTensor((2,), (1,), dtype)], *more), {})
    plain: dict[str, object] = {"minimum_.List": [REAL], "clamp_min_.ScalarList": [2]}
    target.run(PlainContext(), ([REAL], *([plain.get(operator, 2)] if more else [])), {})


def test_dead_code_elimination_keeps_asserts_writes_and_random_numbers() -> None:
    graph = Graph()
    x = graph.placeholder("x")
    for name in ("aten.relu.default", "aten.mul_.Tensor", "aten.rand_like.default", "aten.sym_size.int"):
        operands: tuple[Node | int, ...] = (x, 0) if name == "aten.sym_size.int" else (x, x) if "mul" in name else (x,)
        graph.call_function(overload(name), operands)
    size = graph.call_function(overload("aten.sym_size.int"), (x, 0))
    graph.call_function(overload("aten._assert_scalar.default"), (size, "some"))
    graph.output(x)
    assert graph.eliminate_dead_code()
    kept = [str(node.target) for node in graph.nodes if node.op == "call_function"]
    # As torch.fx with the same operators.
    assert kept == [
        "aten.mul_.Tensor",
        "aten.rand_like.default",
        "aten.sym_size.int",
        "aten._assert_scalar.default",
    ]


@pytest.mark.torch
def test_pytorch_keeps_the_same_operators() -> None:
    script = (
        "import json, sys, torch\n"
        "from torch.fx.node import _side_effectful_functions as kept\n"
        "def op(name):\n"
        "    namespace, base, variant = name.split('.')\n"
        "    return getattr(getattr(getattr(torch.ops, namespace), base), variant)\n"
        "ops = {name: op(name) for name in json.load(sys.stdin)}\n"
        "seeded = torch.Tag.nondeterministic_seeded\n"
        "random = [name for name, found in ops.items() if seeded in found.tags]\n"
        "print(json.dumps([[name for name, found in ops.items() if found in kept], random]))\n"
    )
    names = json.dumps(sorted(name for name in schema_names() if name.startswith("aten.")))
    run = subprocess.run([sys.executable, "-c", script], input=names, capture_output=True, text=True, check=True)
    effectful, random = json.loads(run.stdout)
    assert effectful == [name for name in json.loads(names) if is_effectful(name)]
    assert random == [name for name in json.loads(names) if draws_random_numbers(name)]


@pytest.mark.parametrize(
    ("number", "dtype"),
    [(3, DType.int64), (1e-5, DType.float64), (True, DType.bool), (1j, DType.complex128)],
)
def test_a_number_is_copied_into_a_tensor_without_dimensions(number: object, dtype: DType) -> None:
    # As fake tensors do, and as programs that are decomposed under vmap ask for.
    for given, expected in (({}, dtype), ({"dtype": DType.float16}, DType.float16)):
        made = overload("aten._to_copy.default").run(PlainContext(), (number,), given)
        assert isinstance(made, FakeTensor)
        assert (made.sizes, made.dtype) == ((), expected)
