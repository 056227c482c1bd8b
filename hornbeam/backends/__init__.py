"""One package per engine; `hornbeam.core.registry` imports them by name, on first use."""
