"""Hornbeam: deep learning with one API over many engines.

`import hornbeam as keras` runs Keras 3 code; models on jax, torch, tensorflow and numpy live in one process.
"""

from hornbeam._facade import attach

attach(__name__)
