"""The public names of `hornbeam.activations`."""

from hornbeam._facade import attach

attach(__name__)
