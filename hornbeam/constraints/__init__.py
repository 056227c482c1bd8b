"""The public names of `hornbeam.constraints`."""

from hornbeam._facade import attach

attach(__name__)
