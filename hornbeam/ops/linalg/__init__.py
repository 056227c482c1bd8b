"""The public names of `hornbeam.ops.linalg`."""

from hornbeam._facade import attach

attach(__name__)
