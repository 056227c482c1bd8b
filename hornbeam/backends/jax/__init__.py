"""JAX: XLA-compiled, functional."""

from hornbeam.backends.jax.engine import JaxBackend

backend = JaxBackend()
