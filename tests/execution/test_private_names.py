"""The contract with Strawberry's and graphql-core's private names: what an upgrade breaks is named here first.

Each failure says which name it is and which versions are installed. ``execution/private_names.py`` is to be changed.
"""

import ast
from enum import Enum
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Annotated

import pytest
import strawberry
from graphql import GraphQLSchema, parse, validate
from graphql.validation import OverlappingFieldsCanBeMergedRule
from strawberry.schema.schema_converter import GraphQLCoreConverter

import graphql_api
from graphql_api.execution import private_names as names

INSTALLED = f"strawberry-graphql {version('strawberry-graphql')}, graphql-core {version('graphql-core')}"


@strawberry.enum
class Colour(Enum):
    """An enum."""

    RED = "red"


@strawberry.type
class Query:
    """A type with a field of each kind that is told apart."""

    plain: int = strawberry.field(default=1, metadata={"kind": "plain"})

    @strawberry.field
    def with_self(self, some_text: Annotated[str, strawberry.argument(name="text")] = "") -> int:
        """Take the object."""
        return len(some_text)

    @strawberry.field
    @staticmethod
    def with_info(info: strawberry.Info) -> str:
        """Take the field's information."""
        return info.field_name


def _with_parent(owner: strawberry.Parent[Query]) -> int:
    return owner.plain


def _with_root(root: Query) -> int:
    return root.plain


@strawberry.type
class Whole(Query):
    """The same, with resolvers that stand outside of a class."""

    with_parent: int = strawberry.field(resolver=_with_parent)
    with_root: int = strawberry.field(resolver=_with_root)


SCHEMA = strawberry.Schema(Whole)


def broken(name: str) -> str:
    """Say what an upgrade has broken."""
    return f"{name} is not what it was ({INSTALLED})"


def definition(name: str) -> names.GraphQLField:
    """Find a field in graphql-core's schema."""
    return names.core_schema(SCHEMA).query_type.fields[name]


def test_the_schema_of_graphql_core() -> None:
    """Strawberry's schema wraps it, and it has the type."""
    found = names.core_schema(SCHEMA)
    assert isinstance(found, GraphQLSchema), broken("Schema._schema")
    assert found.query_type.name == "Whole", broken("Schema._schema")


def test_the_way_back_to_strawberry() -> None:
    """Fields and arguments of graphql-core lead to what Strawberry made them of; introspection has no such way."""
    field = names.field_of(definition("plain"))
    assert isinstance(field, names.StrawberryField), broken("GraphQLCoreConverter.DEFINITION_BACKREF")
    assert names.metadata_of(definition("plain"))["kind"] == "plain", broken("StrawberryField.metadata")
    argument = definition("withSelf").args["text"]
    assert names.argument_name(argument) == "some_text", broken("the back reference of an argument")
    introspected = names.core_schema(SCHEMA).get_field(names.core_schema(SCHEMA).query_type, "__schema")
    assert names.field_of(introspected) is None
    assert names.metadata_of(introspected) == {}


def test_what_a_field_tells() -> None:
    """Plans and purity read these attributes."""
    field = names.field_of(definition("plain"))
    for attribute in ("is_basic_field", "python_name", "permission_classes", "extensions", "metadata", "base_resolver"):
        assert hasattr(field, attribute), broken(f"StrawberryField.{attribute}")
    assert (field.is_basic_field, field.python_name) == (True, "plain"), broken("StrawberryField.is_basic_field")
    assert not names.has_resolver(field), broken("StrawberryField.base_resolver")
    assert names.has_resolver(names.field_of(definition("withSelf"))), broken("StrawberryField.base_resolver")
    assert not names.field_of(definition("withSelf")).is_basic_field, broken("StrawberryField.is_basic_field")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("withSelf", (True, None, None)),
        ("withInfo", (False, None, "info")),
        ("withParent", (False, "owner", None)),
        ("withRoot", None),
        ("plain", None),
    ],
)
def test_the_function_behind_a_field(field: str, expected: tuple[bool, str | None, str | None] | None) -> None:
    """Plans call it themselves, so they have to know what it takes; one that takes ``root`` is left to Strawberry."""
    found = names.resolver_of(names.field_of(definition(field)))
    told = found and (found.takes_self, found.parent, found.info)
    assert told == expected, broken("StrawberryResolver's parameters")
    if found and found.takes_self:
        assert found.call(None, some_text="abc") == 3, broken("StrawberryResolver.wrapped_func")


def test_the_information_of_a_field() -> None:
    """It is made of graphql-core's, as Strawberry does."""

    class Raw:
        field_name = "anything"

    assert names.resolver_info(Raw(), names.field_of(definition("plain"))).field_name == "anything", broken("Info")


def test_the_values_of_an_enum() -> None:
    """Their descriptions may be set after the enum was declared."""
    (value,) = names.enum_values(Colour)
    assert (value.name, hasattr(value, "description")) == ("RED", True), broken("__strawberry_definition__.values")
    assert names.is_declared_enum(Colour), broken("__strawberry_definition__")
    assert not names.is_declared_enum(Enum("Other", {"A": 1}))


def test_comparisons_are_bounded() -> None:
    """Beyond the bound, validation ends with one error of a class of its own."""

    class Bounded(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: object) -> None:
            super().__init__(context)
            names.limit_comparisons(self, 3)

    document = parse("{ " + "plain " * 20 + "}")
    (error,) = validate(names.core_schema(SCHEMA), document, [Bounded])
    assert isinstance(error, names.ValidationAbortedError), broken("rule_context.remaining_complexity_budget")


OVERRIDDEN = {
    "execute_field": None,
    "complete_iterable_value": ("item_type", "field_details_list", "info", "path", "items", "position_context"),
    "build": None,
}


@pytest.mark.parametrize("method", OVERRIDDEN)
def test_the_methods_of_the_executor(method: str) -> None:
    """The general executor overrides them to keep within a budget, by their positions."""
    found = getattr(names.StrawberryGraphQLCoreExecutionContext, method, None)
    assert found is not None, broken(f"ExecutionContext.{method}")
    if OVERRIDDEN[method]:
        assert tuple(signature(found).parameters)[1:] == OVERRIDDEN[method], broken(f"ExecutionContext.{method}")


def test_variables_are_values() -> None:
    """Coerced variables are made and read without graphql-core's help where they are plain."""
    assert names.VariableValues({}, {"a": 1}).coerced == {"a": 1}, broken("VariableValues")


def test_no_other_module_uses_a_private_name() -> None:
    """Modules of the two libraries that are not public, and their underscored names, stand in one file only."""
    private = ("graphql.execution.", "graphql.pyutils", "graphql.validation.validate", "strawberry.schema.schema")
    words = {GraphQLCoreConverter.DEFINITION_BACKREF, "__strawberry_definition__", "_schema", "base_resolver"}
    words |= {"remaining_complexity_budget", "wrapped_func"}
    root = Path(graphql_api.__file__).parent
    for path in root.rglob("*.py"):
        if path.name == "private_names.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(private), f"{path}: {node.module}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in words, f"{path}: {node.attr}"
