"""The public names of `hornbeam.ops.numpy`."""

from hornbeam._facade import attach

attach(__name__)
