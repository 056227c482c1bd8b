"""OpenVINO: inference on Intel's devices. It evaluates and predicts, and writes graphs; it does not differentiate."""

from hornbeam.backends.openvino.engine import OpenvinoBackend

backend = OpenvinoBackend()
