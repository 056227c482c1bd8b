# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.tree import MAP_TO_NONE as MAP_TO_NONE
from hornbeam.core.tree import assert_same_paths as assert_same_paths
from hornbeam.core.tree import assert_same_structure as assert_same_structure
from hornbeam.core.tree import flatten as flatten
from hornbeam.core.tree import flatten_with_path as flatten_with_path
from hornbeam.core.tree import is_nested as is_nested
from hornbeam.core.tree import lists_to_tuples as lists_to_tuples
from hornbeam.core.tree import map_shape_structure as map_shape_structure
from hornbeam.core.tree import map_structure as map_structure
from hornbeam.core.tree import map_structure_up_to as map_structure_up_to
from hornbeam.core.tree import pack_sequence_as as pack_sequence_as
from hornbeam.core.tree import traverse as traverse
