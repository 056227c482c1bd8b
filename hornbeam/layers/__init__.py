"""The public names of `hornbeam.layers`."""

from hornbeam._facade import attach

attach(__name__)
