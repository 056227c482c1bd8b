"""What makes a layer of the tensorflow backend trackable, for SavedModel and `tf.train.Checkpoint`."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


class TensorflowLayer(tf.__internal__.tracking.AutoTrackable):
    """Mixed into every layer made under tensorflow: its variables and sub-layers are its trackable children."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # inside a `tf.function` of the user's, AutoGraph would rewrite the framework's own Python
        cls.__call__ = tf.autograph.experimental.do_not_convert(cls.__call__)

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        self.place_all()
        children = {name: variable.storage for name, variable in self._named_variables()}
        children.update(self._named_sublayers())
        return children

    def _lookup_dependency(self, name: str, cached_dependencies: Any = None) -> Any:
        return self._trackable_children().get(name)
