"""Control flow as Python runs it, and torch's fused kernels of attention, LSTM and GRU."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from hornbeam.backends import unrolled
from hornbeam.core import registry, tree
from hornbeam.ops.control import to_tensors

loops = unrolled.make_table("torch", torch.stack)


def vectorized_map(function: Any, elements: Any, operands: Any = ()) -> Any:
    if not len(tree.flatten(elements)[0]):  # `torch.vmap` maps over something
        return loops["vectorized_map"](function, elements, operands)
    backend = registry.get("torch")
    return torch.vmap(lambda element: to_tensors(function(element, *operands), backend), randomness="different")(
        elements
    )


class CustomGradient(torch.autograd.Function):
    """A function with the gradient that it gives itself; its result is flat, its structure is left in `shape`."""

    @staticmethod
    def forward(ctx: Any, f: Any, structure: list[Any], *args: Any) -> Any:
        result, ctx.grad = f(*args)
        result = to_tensors(result, registry.get("torch"))
        structure.append(result)
        # a fresh view, for a result that is an argument would lose its gradient
        return tuple(leaf.view_as(leaf) for leaf in tree.flatten(result))

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        found = ctx.grad(*upstream)
        return (None, None, *(found if isinstance(found, (tuple, list)) else (found,)))


def custom_gradient(f: Any, args: Any) -> Any:
    structure: list[Any] = []
    leaves = CustomGradient.apply(f, structure, *args)
    return tree.pack_sequence_as(structure[0], leaves)


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any,
    mask: Any,
    scale: Any,
    is_causal: bool,
    flash_attention: Any,
    soft_cap: Any,
) -> Any:
    if mask is not None:
        mask = mask.to(torch.bool)
        mask = mask.unsqueeze(1) if mask.ndim == 3 else mask
    if is_causal and (mask is not None or bias is not None):
        seen = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool, device=query.device).tril()
        mask, is_causal = seen if mask is None else mask & seen, False
    sees_any = None
    if mask is not None:
        sees_any = mask.any(-1, keepdim=True)
        if mask.device.type == "cpu" and not torch.compiler.is_compiling() and bool(sees_any.all()):
            sees_any = None
        else:
            mask = mask | ~sees_any
    added = mask
    if bias is not None:
        added = bias.to(query.dtype)
        added = added if mask is None else torch.where(mask, added, -torch.inf)
    if added is not None and added.ndim < 4:
        added = added.reshape((1,) * (4 - added.ndim) + tuple(added.shape))
    result = functional.scaled_dot_product_attention(
        query.transpose(1, 2),
        key.transpose(1, 2),
        value.transpose(1, 2),
        attn_mask=added,
        is_causal=is_causal,
        scale=scale,
        enable_gqa=query.shape[2] != key.shape[2],
    )
    if sees_any is not None:  # the kernel's answer for a row without a key is another; all keys weigh the same here
        result = torch.where(sees_any, result, evenly(value, query.shape[2]))
    return result.transpose(1, 2)


def evenly(value: Any, heads: int) -> Any:
    """The mean of the values, (batch, heads, 1, depth), for each query head."""
    mean = value.mean(1).unsqueeze(2)
    return mean if mean.shape[1] == heads else mean.repeat_interleave(heads // mean.shape[1], 1)


def serves_attention(
    query: Any, key: Any, value: Any, bias: Any, mask: Any, scale: Any, causal: Any, flash: Any, soft_cap: Any
) -> bool:
    fits = query.ndim == key.ndim == value.ndim == 4 and query.shape[2] % key.shape[2] == 0
    return soft_cap is None and fits and query.dtype in (torch.float32, torch.float64, torch.bfloat16)


def serves_mask(mask: Any) -> bool:
    """Whether each sequence of the mask is True at first, for one step at least, and False from some step on."""
    if mask is None:
        return True
    if mask.device.type != "cpu" or torch.compiler.is_compiling():
        return False
    mask = mask.to(torch.bool)
    return bool(mask[:, 0].all()) and not bool((mask[:, 1:] & ~mask[:, :-1]).any())


def held(outputs: Any, lengths: Any) -> Any:
    """Outputs with each sequence's last one repeated behind its end."""
    index = torch.minimum(torch.arange(outputs.shape[1], device=outputs.device), lengths[:, None] - 1)
    return outputs.gather(1, index[..., None].expand(-1, -1, outputs.shape[2]))


def gates(kernel: Any, order: tuple[int, ...]) -> Any:
    """Weights as torch has them: (gates * units, inputs), with the gates in another order."""
    parts = kernel.chunk(len(order), -1)
    return torch.cat([parts[i] for i in order], -1).T


def lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> Any:
    weights = [kernel.T, recurrent_kernel.T] + ([] if bias is None else [bias, torch.zeros_like(bias)])
    # has biases, layers, dropout, training, bidirectional
    setting = (bias is not None, 1, 0.0, False, False)
    if mask is None:
        outputs, last_h, last_c = torch.lstm(x, (h[None], c[None]), weights, *setting, True)
        return outputs, last_h[0], last_c[0]
    # One more input, 1 where the mask is False, closes the input gate there and opens the forget gate all the way: the
    # sigmoids are 0 and 1 exactly, so c stays as it is. (A packed sequence would say the same, three times as slowly.)
    units = recurrent_kernel.shape[0]
    row = x.new_tensor([-1e4, 1e4, 0.0, 0.0]).repeat_interleave(units)
    mask = mask.to(torch.bool)
    weights[0] = torch.cat([kernel, row[None]]).T
    x = torch.cat([x, (~mask)[..., None].to(x.dtype)], -1)
    outputs, _, last_c = torch.lstm(x, (h[None], c[None]), weights, *setting, True)
    outputs = held(outputs, mask.sum(1))
    return outputs, outputs[:, -1], last_c[0]


def gru(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any, reset_after: bool) -> Any:
    order = (1, 0, 2)
    weights = [gates(kernel, order), gates(recurrent_kernel, order)]
    if bias is not None:
        weights += list(gates(bias, order).T)
    outputs, last = torch.gru(x, h[None], weights, bias is not None, 1, 0.0, False, False, True)
    if mask is None:
        return outputs, last[0]
    outputs = held(outputs, mask.to(torch.bool).sum(1))
    return outputs, outputs[:, -1]


def serves_lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> bool:
    return x.shape[1] > 0 and serves_mask(mask)


def serves_gru(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any, reset_after: bool) -> bool:
    return reset_after and x.shape[1] > 0 and serves_mask(mask)


table = {
    **loops,
    "vectorized_map": vectorized_map,
    "custom_gradient": custom_gradient,
    "stop_gradient": torch.detach,
    "dot_product_attention": dot_product_attention,
    "lstm": lstm,
    "gru": gru,
}
conditions = {"dot_product_attention": serves_attention, "lstm": serves_lstm, "gru": serves_gru}
