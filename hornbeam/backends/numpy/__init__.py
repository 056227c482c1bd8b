"""NumPy: the readable definition of every operation. It evaluates and predicts; it does not differentiate."""

from hornbeam.backends.numpy.engine import NumpyBackend

backend = NumpyBackend()
