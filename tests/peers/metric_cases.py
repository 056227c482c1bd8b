"""What is asked of metrics in Keras and in Hornbeam; as a script, it asks real Keras.

python tests/peers/metric_cases.py FILE    pickles the answers of Keras to FILE; configs that it reads come by stdin
"""

import json
import pickle
import sys

import numpy as np

random = np.random.default_rng(7)


def floats(*shape):
    return random.uniform(0.01, 0.99, shape).astype("float32")


def numbers(high, *shape):
    return random.integers(0, high, shape)


def one_hot(high, *shape):
    return np.eye(high, dtype="float32")[numbers(high, *shape)]


def shares(*shape):
    x = floats(*shape)
    return x / x.sum(-1, keepdims=True)


N = 24
BINARY = (numbers(2, N), floats(N))
COLUMN = (numbers(2, N, 1), floats(N, 1))
LABELS = (numbers(2, N, 3), floats(N, 3))
SPARSE = (numbers(4, N), shares(N, 4))
SPARSE_COLUMN = (numbers(4, N, 1), shares(N, 4))
STEPS = (numbers(4, N, 5), shares(N, 5, 4))
ONE_HOT = (one_hot(4, N), shares(N, 4))
REGRESSION = (floats(N, 3), floats(N, 3))
FLAT = (floats(N), floats(N, 1))

# metric, arguments, data, whether per-sample weights are tried too
CASES = [
    ("Accuracy", {}, (numbers(3, N), numbers(3, N)), True),
    ("BinaryAccuracy", {}, BINARY, True),
    ("BinaryAccuracy", {"threshold": 0.3}, COLUMN, True),
    ("BinaryAccuracy", {}, (BINARY[0], COLUMN[1]), True),
    ("BinaryAccuracy", {}, LABELS, True),
    ("CategoricalAccuracy", {}, ONE_HOT, True),
    ("CategoricalAccuracy", {}, (one_hot(4, N, 5), STEPS[1]), True),
    ("SparseCategoricalAccuracy", {}, SPARSE, True),
    ("SparseCategoricalAccuracy", {}, SPARSE_COLUMN, True),
    ("SparseCategoricalAccuracy", {}, STEPS, True),
    ("SparseCategoricalAccuracy", {}, (SPARSE[0].astype("float32"), SPARSE[1]), True),
    ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT, True),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, SPARSE, True),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, STEPS, True),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, SPARSE_COLUMN, False),
    ("TruePositives", {}, BINARY, True),
    ("FalsePositives", {"thresholds": [0.2, 0.7]}, BINARY, True),
    ("TrueNegatives", {"thresholds": 0.4}, COLUMN, True),
    ("FalseNegatives", {}, LABELS, False),
    ("Precision", {}, BINARY, True),
    ("Precision", {"thresholds": [0.1, 0.5, 0.9]}, COLUMN, True),
    ("Precision", {"top_k": 2}, LABELS, False),
    ("Precision", {"class_id": 1}, LABELS, False),
    ("Precision", {"class_id": 1, "top_k": 2}, LABELS, False),
    ("Recall", {}, (BINARY[0], COLUMN[1]), True),
    ("Recall", {"thresholds": [0.1, 0.5, 0.9]}, BINARY, True),
    ("Recall", {"class_id": 2, "thresholds": 0.2}, LABELS, False),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, BINARY, True),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 50}, COLUMN, True),
    ("PrecisionAtRecall", {"recall": 0.5}, BINARY, True),
    ("RecallAtPrecision", {"precision": 0.6, "class_id": 1}, LABELS, False),
    ("AUC", {}, BINARY, True),
    ("AUC", {"num_thresholds": 11, "curve": "PR"}, COLUMN, True),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}, BINARY, True),
    ("AUC", {"summation_method": "majoring"}, BINARY, True),
    ("AUC", {"thresholds": [0.1, 0.15, 0.7]}, BINARY, True),
    ("AUC", {"multi_label": True}, LABELS, False),
    ("AUC", {"multi_label": True, "num_labels": 3, "curve": "PR"}, LABELS, False),
    ("AUC", {"multi_label": True, "label_weights": [1.0, 0.5, 2.0]}, LABELS, False),
    ("AUC", {"multi_label": True, "thresholds": [0.2, 0.9]}, LABELS, False),
    ("AUC", {"label_weights": [1.0, 0.5, 2.0]}, LABELS, False),
    ("AUC", {"from_logits": True}, (BINARY[0], BINARY[1] * 6 - 3), True),
    ("F1Score", {}, ONE_HOT, True),
    ("F1Score", {"average": "macro", "threshold": 0.3}, LABELS, True),
    ("FBetaScore", {"average": "micro", "beta": 2.0}, ONE_HOT, True),
    ("FBetaScore", {"average": "weighted", "beta": 0.5}, ONE_HOT, True),
    ("MeanSquaredError", {}, REGRESSION, True),
    ("MeanSquaredError", {}, FLAT, True),
    ("MeanAbsoluteError", {}, REGRESSION, True),
    ("RootMeanSquaredError", {}, REGRESSION, True),
    ("RootMeanSquaredError", {}, FLAT, True),
    ("MeanAbsolutePercentageError", {}, REGRESSION, True),
    ("MeanSquaredLogarithmicError", {}, REGRESSION, True),
    ("LogCoshError", {}, REGRESSION, True),
    ("CosineSimilarity", {}, REGRESSION, True),
    ("R2Score", {}, REGRESSION, True),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 2}, REGRESSION, True),
    ("R2Score", {"class_aggregation": None}, REGRESSION, True),
    ("BinaryCrossentropy", {}, COLUMN, True),
    ("BinaryCrossentropy", {"label_smoothing": 0.1, "from_logits": True}, LABELS, True),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, ONE_HOT, True),
    ("SparseCategoricalCrossentropy", {}, SPARSE, True),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, STEPS, True),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, SPARSE, False),
    ("KLDivergence", {}, (shares(N, 4), shares(N, 4)), True),
    ("Poisson", {}, REGRESSION, True),
    ("Hinge", {}, LABELS, True),
    ("SquaredHinge", {}, LABELS, True),
    ("CategoricalHinge", {}, ONE_HOT, True),
    ("PearsonCorrelation", {}, REGRESSION, True),
    ("ConcordanceCorrelation", {}, REGRESSION, True),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, (numbers(4, N, 5), numbers(4, N, 5)), False),
    ("IoU", {"num_classes": 4, "target_class_ids": [1], "ignore_class": 0}, (numbers(4, N), numbers(4, N)), False),
    ("BinaryIoU", {"threshold": 0.3}, BINARY, False),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, STEPS, False),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1]}, ONE_HOT, False),
    ("OneHotMeanIoU", {"num_classes": 4}, ONE_HOT, False),
]


NAMES = """
    mse MSE mae mape msle accuracy bce BCE cosine_similarity AUC auc Precision precision recall kl_divergence
    hinge categorical_accuracy sparse_categorical_crossentropy R2Score r2_score f1_score poisson
    top_k_categorical_accuracy Mean mean BinaryIoU binary_io_u
""".split()  # noqa: SIM905


VALUES = [
    ([1, 2, 3.0], None),
    ([1, 2, 3.0], [1, 0, 1]),
    ([[1, 2, 3.0], [4, 5, 6]], None),
    ([[1, 2, 3.0], [4, 5, 6]], [1, 0]),
    ([[1, 2, 3.0], [4, 5, 6]], [[1], [0]]),
    ([[1, 2, 3.0], [4, 5, 6]], [[1, 0, 1]]),
    ([1, 2, 3.0], [[1], [0], [1]]),
    ([[1, 2, 3.0], [4, 5, 6]], 2.0),
    (np.arange(12.0).reshape(2, 3, 2), [[1, 0, 1], [1, 1, 0]]),
    (np.arange(12.0).reshape(2, 3, 2), [1.0, 2.0]),
    (3.0, 32),
]


FUNCTIONS = [
    ("binary_accuracy", (numbers(2, 6), floats(6, 1)), {"threshold": 0.3}),
    ("categorical_accuracy", (one_hot(4, 6), shares(6, 4)), {}),
    ("sparse_categorical_accuracy", (numbers(4, 6), shares(6, 4)), {}),
    ("sparse_categorical_accuracy", (numbers(4, 6, 1), shares(6, 4)), {}),
    ("sparse_categorical_accuracy", (numbers(4, 6, 2), shares(6, 2, 4)), {}),
    ("top_k_categorical_accuracy", (one_hot(4, 6), shares(6, 4)), {"k": 2}),
    ("sparse_top_k_categorical_accuracy", (numbers(4, 6, 2), shares(6, 2, 4)), {"k": 2}),
    ("sparse_top_k_categorical_accuracy", (numbers(4, 6), numbers(4, 6, 4)), {"k": 2, "from_sorted_ids": True}),
    ("pearson_correlation", (floats(6, 3), floats(6, 3)), {}),
    ("concordance_correlation", (floats(6, 3), floats(6, 3)), {"axis": 0}),
]


def result_after_two_batches(metric, to_numpy, y_true, y_pred, weight):
    half = N // 2
    for part in (slice(0, half), slice(half, N)):
        metric.update_state(y_true[part], y_pred[part], None if weight is None else weight[part])
    return np.asarray(to_numpy(metric.result()))


def described(metric):
    """Path, name, shape and dtype of each variable."""
    return sorted((v.path, v.name, tuple(v.shape), v.dtype) for v in metric.variables)


def batches(case):
    """Data of a case without and with weights; where weights are not tried, the same samples in another order."""
    _, _, (y_true, y_pred), takes_weight = case
    yield y_true, y_pred, None
    if takes_weight:
        yield y_true, y_pred, np.linspace(0, 2, N, dtype="float32")
    else:
        yield y_true[::-1].copy(), y_pred[::-1].copy(), None


def ask_keras(saved_by_hornbeam):
    """Everything that the tests compare, from real Keras."""
    import keras

    to_numpy, metrics = keras.ops.convert_to_numpy, keras.metrics
    answers = {"results": [], "variables": [], "saved": [], "directions": [], "loaded": [], "reduced": {}, "values": []}
    for case in CASES:
        name, arguments, *_ = case
        results = []
        for batch in batches(case):
            metric = getattr(metrics, name)(name="m", **arguments)
            results.append(result_after_two_batches(metric, to_numpy, *batch))
        answers["results"].append(results)
        answers["variables"].append(described(metric))
        answers["saved"].append(metrics.serialize(getattr(metrics, name)(name="m", **arguments)))
        answers["directions"].append(getattr(metric, "_direction", None))
    answers["loaded"] = [type(metrics.deserialize(config)).__name__ for config in saved_by_hornbeam]
    answers["names"] = {name: type(metrics.get(name)).__name__ for name in NAMES}
    for name in ("Mean", "Sum"):
        for i, (values, weight) in enumerate(VALUES):
            metric = getattr(metrics, name)()
            metric.update_state(values, weight)
            answers["reduced"][name, i] = [np.asarray(to_numpy(variable.value)) for variable in metric.variables]
    for name, (y_true, y_pred), arguments in FUNCTIONS:
        answers["values"].append(np.asarray(to_numpy(getattr(metrics, name)(y_true, y_pred, **arguments))))
    return answers


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        pickle.dump(ask_keras(json.load(sys.stdin)), file)
