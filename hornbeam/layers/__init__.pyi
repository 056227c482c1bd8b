# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.layers.simple import Activation as Activation
from hornbeam.layers.merging import Add as Add
from hornbeam.layers.pooling import AveragePooling2D as AveragePooling2D
from hornbeam.layers.pooling import AveragePooling2D as AvgPool2D
from hornbeam.layers.normalization import BatchNormalization as BatchNormalization
from hornbeam.layers.wrappers import Bidirectional as Bidirectional
from hornbeam.layers.merging import Concatenate as Concatenate
from hornbeam.layers.convolution import Conv1D as Conv1D
from hornbeam.layers.convolution import Conv2D as Conv2D
from hornbeam.layers.convolution import Conv1D as Convolution1D
from hornbeam.layers.convolution import Conv2D as Convolution2D
from hornbeam.layers.dense import Dense as Dense
from hornbeam.layers.convolution import DepthwiseConv2D as DepthwiseConv2D
from hornbeam.layers.simple import Dropout as Dropout
from hornbeam.layers.einsum_dense import EinsumDense as EinsumDense
from hornbeam.layers.embedding import Embedding as Embedding
from hornbeam.layers.reshaping import Flatten as Flatten
from hornbeam.layers.recurrent import GRU as GRU
from hornbeam.layers.recurrent_cells import GRUCell as GRUCell
from hornbeam.layers.pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from hornbeam.layers.pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from hornbeam.layers.pooling import GlobalAveragePooling1D as GlobalAvgPool1D
from hornbeam.layers.pooling import GlobalAveragePooling2D as GlobalAvgPool2D
from hornbeam.layers.simple import Identity as Identity
from hornbeam.layers.input_layer import Input as Input
from hornbeam.layers.input_layer import InputLayer as InputLayer
from hornbeam.layers.input_spec import InputSpec as InputSpec
from hornbeam.layers.recurrent import LSTM as LSTM
from hornbeam.layers.recurrent_cells import LSTMCell as LSTMCell
from hornbeam.layers.simple import Lambda as Lambda
from hornbeam.layers.layer import Layer as Layer
from hornbeam.layers.normalization import LayerNormalization as LayerNormalization
from hornbeam.layers.pooling import MaxPooling2D as MaxPool2D
from hornbeam.layers.pooling import MaxPooling2D as MaxPooling2D
from hornbeam.layers.attention import MultiHeadAttention as MultiHeadAttention
from hornbeam.layers.merging import Multiply as Multiply
from hornbeam.layers.preprocessing import Normalization as Normalization
from hornbeam.layers.reshaping import Permute as Permute
from hornbeam.layers.recurrent import RNN as RNN
from hornbeam.layers.preprocessing import Rescaling as Rescaling
from hornbeam.layers.reshaping import Reshape as Reshape
from hornbeam.layers.recurrent import SimpleRNN as SimpleRNN
from hornbeam.layers.recurrent_cells import SimpleRNNCell as SimpleRNNCell
from hornbeam.layers.activation import Softmax as Softmax
from hornbeam.layers.recurrent_cells import StackedRNNCells as StackedRNNCells
from hornbeam.layers.wrappers import TimeDistributed as TimeDistributed
from hornbeam.layers.wrappers import Wrapper as Wrapper
from hornbeam.layers.reshaping import ZeroPadding2D as ZeroPadding2D
from hornbeam.layers.merging import add as add
from hornbeam.layers.merging import concatenate as concatenate
from hornbeam.layers.merging import multiply as multiply

__all__ = [
    "Activation",
    "Add",
    "AveragePooling2D",
    "AvgPool2D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Convolution1D",
    "Convolution2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "MaxPool2D",
    "MaxPooling2D",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "Permute",
    "RNN",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "StackedRNNCells",
    "TimeDistributed",
    "Wrapper",
    "ZeroPadding2D",
    "add",
    "concatenate",
    "multiply",
]
