"""Calls: functions that return the value of a planned field, prepared as far as possible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

from graphql_api.execution.plans import Run, Unplanned
from graphql_api.execution.private_names import (
    FragmentDetails,
    StrawberryField,
    VariableValues,
    argument_name,
    field_of,
    get_argument_values,
    resolver_info,
    resolver_of,
)

Resolve = Callable[[Any, Run], Any]
Arguments = Callable[[VariableValues], dict[str, Any]]
"""Returns a field's arguments in a new dict."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document with its fragments and other parts."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    fragment_definitions: dict[str, FragmentDefinitionNode] = field(init=False)
    """The fragments in the form for resolvers."""

    def __post_init__(self) -> None:
        """Prepare the fragments once for all fields."""
        definitions = {name: each.definition for name, each in self.fragments.items()}
        object.__setattr__(self, "fragment_definitions", definitions)


def strawberry_field(definition: GraphQLField) -> StrawberryField:
    """Return Strawberry's definition of a field. Raises ``Unplanned`` if it has permissions or extensions."""
    field = field_of(definition)
    if field is None or field.permission_classes or field.extensions:
        raise Unplanned
    return field


def resolver(
    operation: Operation, parent: GraphQLObjectType, definition: GraphQLField, nodes: list[FieldNode]
) -> Resolve:
    """Return the function that returns a field's value."""
    field = strawberry_field(definition)
    if field.is_basic_field:
        name = field.python_name
        return lambda source, _run: getattr(source, name)
    info = _info(operation, parent, definition, nodes)
    given = {each.name.value for each in nodes[0].arguments or ()}
    if all(_is_plain(each.type) for name, each in definition.args.items() if name in given or each.default_value):
        return _direct(field, definition, nodes[0], info)
    resolve = definition.resolve
    if resolve is None:
        raise Unplanned
    arguments = _arguments(definition, nodes[0], {name: name for name in definition.args})
    return lambda source, run: resolve(source, info(run), **arguments(run.variables))


def _info(
    operation: Operation, parent: GraphQLObjectType, definition: GraphQLField, nodes: list[FieldNode]
) -> Callable[[Run], GraphQLResolveInfo[Any]]:
    """Return a function that makes a resolver's ``info``. It has no path, which is only used for errors."""
    known = (nodes[0].name.value, nodes, definition.type, parent, None)
    of_document = (operation.schema, operation.fragment_definitions, None, operation.node)

    def info(run: Run) -> GraphQLResolveInfo[Any]:
        # Strawberry's resolvers read the plain dict of variables, as its own executor passes it.
        return GraphQLResolveInfo(*known, *of_document, run.variables.coerced, run.context, None, None, None)  # type: ignore[arg-type]

    return info


def _direct(
    field: StrawberryField,
    definition: GraphQLField,
    node: FieldNode,
    info: Callable[[Run], GraphQLResolveInfo[Any]],
) -> Resolve:
    """Return a direct call of the Python function of a field whose arguments need no conversion.

    Strawberry's own wrapper does the same for such a field, but checks each argument's type again.
    """
    resolver = resolver_of(field)
    if resolver is None:
        raise Unplanned
    names = {name: argument_name(each) for name, each in definition.args.items()}
    arguments = _arguments(definition, node, names)
    function, takes_self, parent, wants_info = resolver.call, resolver.takes_self, resolver.parent, resolver.info

    def call(source: Any, run: Run) -> Any:
        keywords = arguments(run.variables)
        if parent:
            keywords[parent] = source
        if wants_info:
            keywords[wants_info] = resolver_info(info(run), field)
        return function(source, **keywords) if takes_self else function(**keywords)

    return call


def _is_plain(kind: Any) -> bool:
    """Return whether an argument needs no conversion: it is a plain scalar, or a list of them."""
    if is_non_null_type(kind):
        return _is_plain(kind.of_type)
    if is_list_type(kind):
        return not is_list_type(kind.of_type) and _is_plain(kind.of_type)
    named = get_named_type(kind)
    return isinstance(named, GraphQLScalarType) and named.name in {"ID", "String", "Int", "Float", "Boolean"}


def _arguments(definition: GraphQLField, node: FieldNode, names: Mapping[str, str]) -> Arguments:
    """Return the plan of a field's arguments with their ``names``. Constants and defaults are computed now.

    Variables in lists or input objects are processed by graphql-core at each run.
    """
    given = node.arguments or ()
    by_variable = {each.name.value: each.value.name.value for each in given if isinstance(each.value, VariableNode)}
    constant = tuple(each for each in given if each.name.value not in by_variable)
    if any(_mentions_variable(each) for each in constant):
        return lambda values: _renamed(get_argument_values(definition, node, values, hide_suggestions=True), names)
    args = definition.args
    known = {name: arg for name, arg in args.items() if name not in by_variable or not is_required_argument(arg)}
    field, constants = GraphQLField(definition.type, known), FieldNode(name=node.name, arguments=constant)
    fixed = _renamed(get_argument_values(field, constants, hide_suggestions=True), names)
    return _filled_in(
        fixed, [(names[name], variable, is_non_null_type(args[name].type)) for name, variable in by_variable.items()]
    )


def _filled_in(fixed: Mapping[str, Any], taken: Sequence[tuple[str, str, bool]]) -> Arguments:
    """Add the arguments ``taken`` from variables to the ``fixed`` ones: name, variable, and whether it is non-null."""
    constants = dict(fixed)

    def arguments(values: VariableValues) -> dict[str, Any]:
        found = constants.copy()
        for name, variable, non_null in taken:
            value = values.coerced.get(variable, Undefined)
            if value is not Undefined:
                found[name] = value
            if non_null and found.get(name) is None:
                raise Unplanned
        return found

    return arguments


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[name]: value for name, value in values.items()}


def _mentions_variable(node: Node) -> bool:
    return isinstance(node, VariableNode) or any(
        isinstance(child, Node) and _mentions_variable(child) for key in node.keys for child in _children(node, key)
    )


def _children(node: Node, key: str) -> Sequence[Any]:
    child = getattr(node, key, None)
    return child if isinstance(child, list | tuple) else (child,)
