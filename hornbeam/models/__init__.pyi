# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.models.functional import Functional as Functional
from hornbeam.models.model import Model as Model
from hornbeam.models.sequential import Sequential as Sequential
from hornbeam.models.clone import clone_model as clone_model
from hornbeam.saving.model_io import load_model as load_model
from hornbeam.saving.model_io import model_from_json as model_from_json
from hornbeam.saving.model_io import save_model as save_model
