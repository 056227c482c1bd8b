"""The public names of `hornbeam.datasets`."""

from hornbeam._facade import attach

attach(__name__)
