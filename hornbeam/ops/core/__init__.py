"""The public names of `hornbeam.ops.core`."""

from hornbeam._facade import attach

attach(__name__)
