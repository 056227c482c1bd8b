"""The public names of `hornbeam.regularizers`."""

from hornbeam._facade import attach

attach(__name__)
