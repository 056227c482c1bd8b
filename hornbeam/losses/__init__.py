"""The public names of `hornbeam.losses`."""

from hornbeam._facade import attach

attach(__name__)
