"""The public names of `hornbeam.tree`."""

from hornbeam._facade import attach

attach(__name__)
