"""The public names of `hornbeam.metrics`."""

from hornbeam._facade import attach

attach(__name__)
