"""The public names of `hornbeam.random`."""

from hornbeam._facade import attach

attach(__name__)
