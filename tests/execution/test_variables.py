"""Variables taken as they come, held to what graphql-core makes of them."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.execution.variables import coercion

SCALARS = ("ID", "String", "Int", "Float", "Boolean")
ARGUMENTS = ", ".join(f"{name.lower()}: {name}" for name in SCALARS)
SCHEMA = build_schema(f"type Query {{ nothing({ARGUMENTS}): Int }}")
TYPES = [form % name for name in SCALARS for form in ("%s", "%s!", "[%s]", "[%s!]!", "%s = null")]
TYPES += ["Int = 3", "Int! = 3", 'ID = "x"']

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.sampled_from([2**31 - 1, 2**31, -(2**31), -(2**31) - 1])
    | st.floats()
    | st.text(max_size=3)
)
json_values = json_scalars | st.lists(json_scalars, max_size=2) | st.dictionaries(st.text(max_size=1), json_scalars)


@given(kinds=st.lists(st.sampled_from(TYPES), min_size=1, max_size=3), data=st.data())
def test_coercion_is_graphql_cores(kinds: list[str], data: st.DataObject) -> None:
    """Whatever is given, or not given, the same values come out, of the same types, or none where they are wrong."""
    declared = ", ".join(f"$v{number}: {kind}" for number, kind in enumerate(kinds))
    (node,) = parse(f"query ({declared}) {{ nothing }}").definitions
    assert isinstance(node, OperationDefinitionNode)
    names = [f"v{number}" for number in range(len(kinds))]
    given_values: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), json_values))
    expected = get_variable_values(SCHEMA, node.variable_definitions or (), given_values)
    found = coercion(SCHEMA, node.variable_definitions or ())(given_values)
    if isinstance(expected, list):
        assert found is None
    else:
        assert found is not None
        assert repr(found.coerced) == repr(expected.coerced)


@pytest.mark.parametrize(("kind", "value"), [("Int", 2**31), ("Int", True), ("Float", float("nan")), ("ID", 1.5)])
def test_what_is_not_of_its_type_is_refused(kind: str, value: Any) -> None:
    """The borders that a test for the Python type alone would miss."""
    (node,) = parse(f"query ($v: {kind}!) {{ nothing }}").definitions
    assert isinstance(node, OperationDefinitionNode)
    assert coercion(SCHEMA, node.variable_definitions or ())({"v": value}) is None
