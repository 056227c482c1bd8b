"""Connectionist temporal classification: how probable a sequence of labels is, wherever in time they stand."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.ops.activation import log_softmax
from hornbeam.ops.control import scan
from hornbeam.ops.create import arange, full_like, zeros_like
from hornbeam.ops.elementwise import cast, logaddexp, logical_and, not_equal, where
from hornbeam.ops.index import take_along_axis
from hornbeam.ops.move import concatenate, expand_dims, reshape, stack, transpose
from hornbeam.ops.normalization import in_dtype_of, widened
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.reduce import logsumexp
from hornbeam.ops.rules_nn import floats

IMPOSSIBLE = -1e30


@export("keras.ops.ctc_loss", "keras.ops.nn.ctc_loss")
@composite(dtype=floats, promote=("output",))
def ctc_loss(
    target: Tensor, output: Tensor, target_length: Tensor, output_length: Tensor, mask_index: int = 0
) -> Tensor:
    """Minus the logarithm of the probability that the scores read as the labels, summed over all alignments.

    Source: "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent Neural
    Networks" (Graves et al., 2006); the forward variables, in logarithms.

    Args:
        target: labels of shape (batch, length); those behind `target_length` do not count.
        output: scores before the softmax, of shape (batch, steps, classes).
        target_length: number of labels, of shape (batch,).
        output_length: number of steps that count, of shape (batch,).
        mask_index: number of the blank class.

    Returns:
        Losses of shape (batch,).

    Example:
        >>> scores = [[[0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]]
        >>> hornbeam.ops.ctc_loss([[1, 2]], scores, [2], [2]).round(3)
        array([0.], dtype=float32)
    """
    logs = log_softmax(widened(output), -1)
    labels = cast(target, "int32")
    blanks = full_like(labels, mask_index)
    # blank, label, blank, ..., label, blank; one may step from a label to the next unless they are the same
    pairs = reshape(stack([blanks, labels], axis=2), (labels.shape[0], -1))  # (batch, 2 length)
    path = concatenate([pairs, blanks[:, :1]], axis=1)
    earlier = concatenate([blanks[:, :1], blanks[:, :1], path[:, :-2]], axis=1)
    may_skip = logical_and(not_equal(path, mask_index), not_equal(path, earlier))
    emitted = take_along_axis(logs, expand_dims(path, 1), 2)  # (batch, steps, 2 length + 1)

    first = emitted[:, 0, :]
    position = zeros_like(path) + expand_dims(arange(path.shape[1], dtype="int32"), 0)
    start = where(position < 2, first, IMPOSSIBLE)
    never = full_like(start[:, :1], IMPOSSIBLE)

    def step(carry: Any, emission: Any) -> Any:
        before, time = carry
        by_one = concatenate([never, before[:, :-1]], axis=1)
        by_two = where(may_skip, concatenate([never, never, before[:, :-2]], axis=1), IMPOSSIBLE)
        after = logaddexp(logaddexp(before, by_one), by_two) + emission
        running = expand_dims(time < cast(output_length, "int32"), 1)
        return (where(running, after, before), time + 1), None

    times = zeros_like(cast(output_length, "int32")) + 1
    (final, _), _ = scan(step, (start, times), transpose(emitted[:, 1:, :], (1, 0, 2)))
    last = expand_dims(cast(target_length, "int32") * 2, 1)
    ends = logical_and(last - 1 <= position, position <= last)
    chosen = where(ends, final, IMPOSSIBLE)
    return in_dtype_of(-logsumexp(chosen, 1), output)
