"""The loop an expert writes by hand for torch: channels-last modules, fused Adam, no `.item()` in the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.workloads import (
    ADAM_BETAS,
    ADAM_EPSILON,
    BLOCKS,
    CLASSES,
    DROPOUT,
    FEED_FORWARD,
    HEADS,
    LEARNING_RATE,
    LSTM_FEATURES,
    LSTM_WIDTH,
    MLP_FEATURES,
    MLP_WIDTH,
    NORM_EPSILON,
    WIDTH,
    Workload,
)


def mlp(dropout: float) -> nn.Module:
    return nn.Sequential(
        nn.Linear(MLP_FEATURES, MLP_WIDTH),
        nn.ReLU(),
        nn.Linear(MLP_WIDTH, MLP_WIDTH),
        nn.ReLU(),
        nn.Linear(MLP_WIDTH, CLASSES),
    )


class Convnet(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.logits = nn.Linear(1600, CLASSES)
        self.dropout = dropout
        for convolution in (self.conv1, self.conv2):
            convolution.weight.data = convolution.weight.data.contiguous(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 3, 1, 2)  # NHWC in memory: a view
        x = functional.max_pool2d(functional.relu(self.conv1(x), inplace=True), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x), inplace=True), 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.logits(functional.dropout(x, self.dropout, self.training))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, NORM_EPSILON)
        self.projections = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, NORM_EPSILON)
        self.expand = nn.Linear(WIDTH, FEED_FORWARD)
        self.contract = nn.Linear(FEED_FORWARD, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        heads = self.projections(self.norm1(x)).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(*heads.unbind(0))
        x = x + self.output(y.transpose(1, 2).flatten(2))
        return x + self.contract(functional.relu(self.expand(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.norm = nn.LayerNorm(WIDTH, NORM_EPSILON)
        self.logits = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(self.norm(self.blocks(x)).mean(1))


class Lstm(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(LSTM_FEATURES, LSTM_WIDTH)
        second_bias = self.lstm.get_parameter("bias_hh_l0")  # Keras' LSTM has one
        nn.init.zeros_(second_bias).requires_grad_(False)
        self.logits = nn.Linear(LSTM_WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(x.transpose(0, 1))
        return self.logits(hidden[0])


MODULES: dict[str, Callable[[float], nn.Module]] = {
    "mlp": mlp,
    "convnet": Convnet,
    "transformer": Transformer,
    "lstm": Lstm,
}


def torch_layout(weights: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Weights in Keras' shapes, turned into those of the modules' trainable parameters, in their order."""
    arrays: list[np.ndarray] = []
    for name, value in weights.items():
        block, _, part = name.partition("/")
        if part.startswith(("key/", "value/")):
            continue
        if part.startswith("query/"):  # query, key and value are one matrix here
            kind = part.removeprefix("query/")
            parts = [weights[f"{block}/{projection}/{kind}"] for projection in ("query", "key", "value")]
            value = np.concatenate([p.reshape(-1, WIDTH) if kind == "kernel" else p.reshape(-1) for p in parts], -1)
        elif part == "output/kernel":
            value = value.reshape(WIDTH, WIDTH)
        arrays.append(np.moveaxis(value, (-1, -2), (0, 1)) if value.ndim > 1 else value)
    return arrays


class Native:
    """A workload's module with the loops over it."""

    def __init__(self, workload: Workload, dropout: float = DROPOUT) -> None:
        self.batch = workload.batch
        self._module = MODULES[workload.name](dropout)
        self._trainable = [p for p in self._module.parameters() if p.requires_grad]
        self._optimizer = torch.optim.Adam(
            self._trainable, lr=LEARNING_RATE, betas=ADAM_BETAS, eps=ADAM_EPSILON, fused=True
        )

    def load(self, weights: dict[str, np.ndarray]) -> None:
        """Take over `weights`, in Keras' shapes."""
        with torch.no_grad():
            for parameter, value in zip(self._trainable, torch_layout(weights), strict=True):
                parameter.copy_(torch.from_numpy(value))

    def weights(self) -> list[np.ndarray]:
        return [p.detach().numpy().copy() for p in self._trainable]

    def fit(self, x: np.ndarray, y: np.ndarray, shuffle: bool = True) -> tuple[float, float]:
        """One epoch; its mean loss and accuracy."""
        inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
        order = torch.randperm(len(x)) if shuffle else torch.arange(len(x))
        total_loss, total_correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        self._module.train()
        for index in order.split(self.batch):
            batch_labels = labels[index]
            logits = self._module(inputs[index])
            loss = functional.cross_entropy(logits, batch_labels)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._optimizer.step()
            with torch.no_grad():
                total_loss += loss * len(index)
                total_correct += (logits.argmax(-1) == batch_labels).sum()
        return float(total_loss) / len(x), float(total_correct) / len(x)

    @torch.inference_mode()
    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Mean loss and accuracy."""
        inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
        total_loss, total_correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        self._module.eval()
        for batch_inputs, batch_labels in zip(inputs.split(self.batch), labels.split(self.batch)):
            logits = self._module(batch_inputs)
            total_loss += functional.cross_entropy(logits, batch_labels, reduction="sum")
            total_correct += (logits.argmax(-1) == batch_labels).sum()
        return float(total_loss) / len(x), float(total_correct) / len(x)

    @torch.inference_mode()
    def predict(self, x: np.ndarray) -> np.ndarray:
        """Logits (samples, classes)."""
        self._module.eval()
        return torch.cat([self._module(batch) for batch in torch.from_numpy(x).split(self.batch)]).numpy()

    def __call__(self, x: Tensor) -> Tensor:
        self._module.eval()
        return self._module(x)


def tensor(x: np.ndarray) -> Any:
    return torch.from_numpy(x)


def wait(x: Any) -> None:
    """A torch call on the CPU returns when its result is there."""
