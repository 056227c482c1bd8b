"""The public names of `hornbeam.dtype_policies`."""

from hornbeam._facade import attach

attach(__name__)
