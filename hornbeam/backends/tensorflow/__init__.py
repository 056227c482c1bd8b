"""TensorFlow: eager, or graphs by `tf.function`."""

from hornbeam.backends.tensorflow.engine import TensorflowBackend

backend = TensorflowBackend()
