"""`model.summary()`: the layers as a table, in a terminal and in a notebook."""

from __future__ import annotations

import sys
from typing import Any

from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError, NotBuiltError
from hornbeam.layers import structure
from hornbeam.layers.input_layer import InputLayer


def print_summary(
    model: Any,
    line_length: int | None = None,
    print_fn: Any = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Print name, output shape and parameters of each layer, and the totals; see `Model.summary`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not model.built and not model.layers:
        raise NotBuiltError(
            f"Model '{model.name}' is not built, so there is nothing to summarise. Call it on data, "
            "`build(input_shape)`, or give it an `Input`."
        )
    table = Table(title=Text.assemble("Model: ", (f'"{model.name}"', "bold")), title_justify="left")
    graph = model._graph
    branching = graph is not None and _branches(graph)
    for name in ("Layer (type)", "Output Shape"):
        table.add_column(name)
    table.add_column("Param #", justify="right")
    if branching:
        table.add_column("Connected to")
    if show_trainable:
        table.add_column("Trainable", justify="center")
    for depth, layer in _rows(model, expand_nested, layer_range):
        kind = vars(type(layer)).get("_natured_from", type(layer)).__name__
        row: list[Any] = [
            Text.assemble("  " * depth, layer.name, " (", (kind, "cyan"), ")"),
            Text(_output_shape(graph, layer) if depth == 0 else "", style="blue"),
            Text(f"{sum(v.size for v in layer.weights):,}" if layer.built else "0 (unbuilt)", style="green"),
        ]
        if branching:
            row.append(_sources(graph, layer) if depth == 0 else "")
        if show_trainable:
            row.append("Y" if layer.trainable else "N")
        table.add_row(*row)
    weights, trained = model.weights, model.trainable_weights
    known = {id(variable) for variable in trained}
    optimizer = model.optimizer.variables if getattr(model.optimizer, "built", False) else []
    parts = [
        ("Total params", [*weights, *optimizer]),
        ("Trainable params", trained),
        ("Non-trainable params", [variable for variable in weights if id(variable) not in known]),
        *([("Optimizer params", optimizer)] if optimizer else []),
    ]
    totals = [(what, sum(v.size for v in variables), _bytes(variables)) for what, variables in parts]
    console = Console(width=line_length, highlight=False, file=sys.stdout if print_fn is None else None)
    if print_fn is None:
        console.print(table)
        for what, count, size in totals:
            console.print(Text.assemble((f" {what}: ", "bold"), (f"{count:,}", "green"), f" ({_human(size)})"))
        return
    with console.capture() as capture:
        console.print(table)
        for what, count, size in totals:
            console.print(f" {what}: {count:,} ({_human(size)})")
    print_fn(capture.get())


def _rows(model: Any, expand_nested: bool, layer_range: Any) -> list[tuple[int, Any]]:
    layers = model._graph.layers if model._graph is not None else model.layers
    if getattr(model, "_chain", None) is not None:
        layers = model.layers
    if layer_range is not None:
        first, last = layer_range
        names = [layer.name for layer in layers]
        if first not in names or last not in names:
            raise ConfigError(f"summary: layer_range {layer_range} names no layers; there are {names}.")
        layers = layers[names.index(first) : names.index(last) + 1]
    rows: list[tuple[int, Any]] = []

    def add(layer: Any, depth: int) -> None:
        rows.append((depth, layer))
        if expand_nested:
            for inner in getattr(layer, "layers", None) or ():
                if not isinstance(inner, InputLayer):
                    add(inner, depth + 1)

    for layer in layers:
        add(layer, 0)
    return rows


def _output_shape(graph: Any, layer: Any) -> str:
    if graph is not None:
        for node in graph.graph.nodes:
            if node.op is layer:
                shapes = [tensor.shape for tensor in node.outputs]
                return str(shapes[0]) if len(shapes) == 1 else str(shapes)
        if isinstance(layer, InputLayer):
            return str(layer.batch_shape)
    return "?"


def _branches(graph: Any) -> bool:
    """Whether some layer takes or gives more than one tensor, so that the order alone does not tell the connections."""
    uses: dict[int, int] = {}
    for node in graph.graph.nodes:
        inputs = node.inputs()
        if len(inputs) > 1:
            return True
        for tensor in inputs:
            uses[id(tensor)] = uses.get(id(tensor), 0) + 1
    return len(graph.graph.inputs) > 1 or any(count > 1 for count in uses.values())


def _sources(graph: Any, layer: Any) -> str:
    names: list[str] = []

    def visit(tensor: Any) -> None:
        if tensor.node is None or tensor.node.is_constant:
            return
        names.append(f"{graph.name_of(tensor.node)}[{tensor.index}]")

    for node in graph.graph.nodes:
        if node.op is layer:
            for tensor in node.inputs():
                visit(tensor)
    return ", ".join(dict.fromkeys(names)) or "-"


def _bytes(variables: Any) -> int:
    return sum(v.size * dtypes.itemsize(v.dtype) for v in structure.unique(variables))


def _human(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TB"
