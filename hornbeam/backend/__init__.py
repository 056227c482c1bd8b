"""The public names of `hornbeam.backend`."""

from hornbeam._facade import attach

attach(__name__)
