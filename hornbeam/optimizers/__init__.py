"""The public names of `hornbeam.optimizers`."""

from hornbeam._facade import attach

attach(__name__)
