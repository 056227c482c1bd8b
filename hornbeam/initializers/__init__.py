"""The public names of `hornbeam.initializers`."""

from hornbeam._facade import attach

attach(__name__)
