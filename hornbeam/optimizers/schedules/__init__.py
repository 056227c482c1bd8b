"""The public names of `hornbeam.optimizers.schedules`."""

from hornbeam._facade import attach

attach(__name__)
