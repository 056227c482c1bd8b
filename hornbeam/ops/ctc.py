"""Connectionist temporal classification: how probable a sequence of labels is, wherever in time they stand."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops.activation import log_softmax
from hornbeam.ops.control import scan
from hornbeam.ops.create import arange, full_like, like, zeros_like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.dtypes import result_type
from hornbeam.ops.elementwise import (
    cast,
    dtype_of,
    equal,
    greater,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    negative,
    not_equal,
    where,
)
from hornbeam.ops.index import scattered, take_along_axis
from hornbeam.ops.move import broadcast_to, concatenate, expand_dims, reshape, stack, transpose
from hornbeam.ops.normalization import widened
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.order import top_k
from hornbeam.ops.reduce import any as any_
from hornbeam.ops.reduce import argmax, cumsum, logsumexp
from hornbeam.ops.reduce import max as max_
from hornbeam.ops.reduce import sum as sum_
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
        Losses of shape (batch,), in float32 or wider.

    Raises:
        ShapeError: `output` has not three axes, or no classes.

    Example:
        >>> scores = [[[0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]]
        >>> hornbeam.ops.ctc_loss([[1, 2]], scores, [2], [2]).round(3)
        array([0.], dtype=float32)
    """
    if len(shape_of(output)) != 3 or shape_of(output)[-1] == 0:
        raise ShapeError(
            "ctc_loss() needs `output` of shape (batch, steps, classes). "
            f"Received: a tensor of shape {shapes.public(shape_of(output))}."
        )
    logs = log_softmax(widened(output), -1)
    labels = cast(target, "int32")
    blanks = full_like(labels, mask_index)
    # blank, label, blank, ..., label, blank; one may step from a label to the next unless they are the same
    batch, length = shape_of(labels)
    pairs = reshape(stack([blanks, labels], axis=2), (batch, 2 * length))
    path = concatenate([pairs, blanks[:, :1]], axis=1)
    earlier = concatenate([blanks[:, :1], blanks[:, :1], path[:, :-2]], axis=1)
    may_skip = logical_and(not_equal(path, mask_index), not_equal(path, earlier))
    emitted = take_along_axis(logs, expand_dims(path, 1), 2)  # (batch, steps, 2 length + 1)

    first = emitted[:, 0, :]
    position = zeros_like(path) + expand_dims(arange(shape_of(path)[1], dtype="int32"), 0)
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
    return -logsumexp(chosen, 1)


def _scores(key: tuple[str, ...]) -> tuple[str | None, str]:
    """Dtype policy: scores of 32 bits or more."""
    common = result_type(*key, "float32")
    return common, common


@export("keras.ops.ctc_decode", "keras.ops.nn.ctc_decode")
@composite(dtype=_scores, promote=("inputs",))
def ctc_decode(
    inputs: Tensor,
    sequence_lengths: Tensor,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int | None = 0,
) -> Any:
    """The sequences of labels that scores read as most probably.

    Args:
        inputs: scores before the softmax, of shape (batch, steps, classes).
        sequence_lengths: number of steps that count, of shape (batch,).
        strategy: "greedy" takes the best class of each step; "beam_search" adds up the probabilities of all alignments
            of the `beam_width` best beginnings (Hannun et al., "First-Pass Large Vocabulary Continuous Speech
            Recognition using Bi-Directional Recurrent DNNs", 2014).
        beam_width: beginnings kept after each step.
        top_paths: sequences that beam search returns.
        merge_repeated: whether "greedy" counts a label that lasts for several steps once; beam search always does.
        mask_index: number of the blank class; None for the last.

    Returns:
        Labels, int32 of shape (paths, batch, steps), -1 behind the last one; and scores: for "greedy" minus the sum of
        the best scores, of shape (batch, 1), for "beam_search" logarithms of probabilities, (batch, top_paths).

    Example:
        >>> scores = [[[0.0, 9.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]]
        >>> hornbeam.ops.ctc_decode(scores, [3])[0]
        array([[[ 1,  2, -1]]], dtype=int32)
    """
    sizes = shape_of(inputs)
    if len(sizes) != 3 or type(sizes[2]) is not int:
        raise ShapeError(
            "ctc_decode(): `inputs` must have shape (batch, steps, classes) with a known number of classes, "
            f"got {shapes.public(sizes)}."
        )
    classes = sizes[2]
    blank = classes - 1 if mask_index is None else mask_index + classes if mask_index < 0 else mask_index
    lengths = cast(sequence_lengths, "int32")
    if not 0 <= blank < classes:
        raise ConfigError(f"ctc_decode(): `mask_index={mask_index}` is none of {classes} classes.")
    if strategy == "greedy":
        return _best_classes(inputs, lengths, blank, merge_repeated)
    if strategy != "beam_search":
        raise ConfigError(f"ctc_decode(): `strategy` must be greedy or beam_search. Received: {strategy!r}.")
    if not 1 <= top_paths <= beam_width:
        raise ConfigError(f"ctc_decode(): {top_paths} paths do not come from a beam of width {beam_width}.")
    return _beam_search(log_softmax(inputs, -1), lengths, beam_width, top_paths, blank)


def _best_classes(scores: Any, lengths: Any, blank: int, merge_repeated: bool) -> Any:
    batch, steps, _ = shape_of(scores)
    time = like(scores, "arange", 0, steps, 1, "int32")
    running = time < expand_dims(lengths, 1)
    best = argmax(scores, 2)
    kept = logical_and(running, not_equal(best, blank))
    if merge_repeated:
        before = concatenate([full_like(best[:, :1], -1), best[:, :-1]], 1)
        kept = logical_and(kept, not_equal(best, before))
    # each label goes to its place among those kept, the others to a column more
    column = where(kept, cumsum(cast(kept, "int32"), 1) - 1, like(scores, "full", (), steps, "int32"))
    row = broadcast_to(like(scores, "arange", 0, batch, 1, "int32")[:, None], (batch, steps))
    empty = like(scores, "full", (batch, steps + 1), -1, "int32")
    labels = scattered(empty, stack([row, column], -1), where(kept, best, -1), None)
    total = sum_(where(running, max_(scores, 2), 0.0), 1)
    return labels[None, :, :-1], expand_dims(negative(total), 1)


def _beam_search(logs: Any, lengths: Any, width: int, paths: int, blank: int) -> Any:
    """The best sequences from beginnings that grow step by step.

    A beam is: the labels of its beginnings, how many, the logarithms of their probabilities to end in a blank and in a
    label, and which of them begin which others: (batch, beginning, longer one).
    """
    batch, steps, classes = shape_of(logs)
    kind = dtype_of(logs)

    def full(shape: tuple[Any, ...], value: Any, dtype: str) -> Any:
        return like(logs, "full", shape, value, dtype)

    places = like(logs, "arange", 0, steps, 1, "int32")
    slots = like(logs, "arange", 0, width, 1, "int32")
    names = like(logs, "arange", 0, classes, 1, "int32")
    rows = broadcast_to(like(logs, "arange", 0, batch, 1, "int32")[:, None], (batch, width))
    end = full((), steps, "int32")
    impossible = full((batch, width), -math.inf, kind)
    empty = equal(slots, 0)  # the beam begins as the empty sequence alone
    start = (
        full((batch, width, steps), -1, "int32"),
        full((batch, width), 0, "int32"),
        where(empty, 0.0, impossible),
        impossible,
        broadcast_to(logical_and(empty, empty[:, None]), (batch, width, width)),
    )

    def step(carry: Any, now: Any) -> Any:
        (labels, counts, by_blank, by_label, begins), time = carry
        total = logaddexp(by_blank, by_label)
        last = max_(where(equal(places, expand_dims(counts - 1, 2)), labels, -1), 2)

        # beginnings that stay as they are, by a blank or by their last label once more
        stay_blank = total + now[:, blank : blank + 1]
        stay_label = by_label + take_along_axis(now, maximum(last, 0), 1)
        # those that get a label more; the same label again only after a blank
        same = equal(names, expand_dims(last, 2))
        grown = where(same, expand_dims(by_blank, 2), expand_dims(total, 2)) + expand_dims(now, 1)
        grown = reshape(where(equal(names, blank), -math.inf, grown), (batch, width * classes))
        # what they grow to may stand in the beam already: it is added there, and does not count twice
        is_next = logical_and(begins, equal(expand_dims(counts, 1), expand_dims(counts, 2) + 1))
        shorter = argmax(cast(is_next, "int32"), 1)
        twice = where(any_(is_next, 1), shorter * classes + last, width * classes)
        grown = concatenate([grown, impossible[:, :1]], 1)
        stay_label = logaddexp(stay_label, take_along_axis(grown, twice, 1))
        grown = scattered(grown, stack([rows, twice], -1), impossible, None)[:, :-1]

        scores = concatenate([logaddexp(stay_blank, stay_label), grown], 1)
        _, chosen = top_k(scores, width)
        grows = chosen >= width
        parent = where(grows, (chosen - width) // classes, chosen)
        added = where(grows, (chosen - width) % classes, -1)

        old_counts = take_along_axis(counts, parent, 1)
        new_labels = take_along_axis(labels, expand_dims(parent, 2), 1)
        at_end = logical_and(expand_dims(grows, 2), equal(places, expand_dims(old_counts, 2)))
        new_labels = where(at_end, expand_dims(added, 2), new_labels)
        new_blank = where(grows, -math.inf, take_along_axis(stay_blank, parent, 1))
        new_label = where(grows, take_along_axis(scores, chosen, 1), take_along_axis(stay_label, parent, 1))
        # an old one begins a new one where its parent began that one's, and the label that it got is the next one there
        old = take_along_axis(take_along_axis(begins, expand_dims(parent, 2), 1), expand_dims(parent, 1), 2)
        fits = equal(next_labels(new_labels, old_counts), expand_dims(added, 2))
        living = greater(logaddexp(new_blank, new_label), -math.inf)
        both = logical_and(expand_dims(living, 2), expand_dims(living, 1))
        new_begins = logical_and(both, logical_and(old, logical_or(logical_not(expand_dims(grows, 2)), fits)))
        after = (new_labels, old_counts + cast(grows, "int32"), new_blank, new_label, new_begins)

        running = time < lengths
        before = (labels, counts, by_blank, by_label, begins)
        shaped = [reshape(running, (batch,) + (1,) * (len(shape_of(x)) - 1)) for x in before]
        return (tuple(where(r, a, b) for r, a, b in zip(shaped, after, before, strict=True)), time + 1), None

    def next_labels(labels: Any, counts: Any) -> Any:
        """The label of each sequence behind as many as another one has: (batch, other, sequence)."""
        place = where(counts < end, counts, 0)
        index = broadcast_to(expand_dims(place, 1), (batch, width, width))
        found = transpose(take_along_axis(labels, index, 2), (0, 2, 1))
        return where(expand_dims(counts, 2) < end, found, -1)

    ((labels, _, by_blank, by_label, _), _), _ = scan(step, (start, zeros_like(lengths)), transpose(logs, (1, 0, 2)))
    scores, best = top_k(logaddexp(by_blank, by_label), paths)
    found = take_along_axis(labels, expand_dims(best, 2), 1)
    found = where(expand_dims(greater(scores, -math.inf), 2), found, -1)
    return transpose(found, (1, 0, 2)), scores
