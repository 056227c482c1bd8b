"""What `fit`, `evaluate` and `predict` call as they go."""

from hornbeam._facade import attach

attach(__name__)
