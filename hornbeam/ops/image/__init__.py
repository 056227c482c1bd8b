"""The public names of `hornbeam.ops.image`."""

from hornbeam._facade import attach

attach(__name__)
