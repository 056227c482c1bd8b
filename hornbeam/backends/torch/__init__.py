"""PyTorch: eager, with recorded calls replayed as straight-line code."""

from hornbeam.backends.torch.engine import TorchBackend

backend = TorchBackend()
