# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.linear_algebra import cholesky as cholesky
from hornbeam.ops.linear_algebra import cholesky_inverse as cholesky_inverse
from hornbeam.ops.linear_algebra import det as det
from hornbeam.ops.linear_algebra import eig as eig
from hornbeam.ops.linear_algebra import eigh as eigh
from hornbeam.ops.linear_algebra import inv as inv
from hornbeam.ops.transforms import jvp as jvp
from hornbeam.ops.linear_algebra import lstsq as lstsq
from hornbeam.ops.linear_algebra import lu_factor as lu_factor
from hornbeam.ops.linear_algebra import matrix_rank as matrix_rank
from hornbeam.ops.linear_algebra import norm as norm
from hornbeam.ops.linear_algebra import pinv as pinv
from hornbeam.ops.linear_algebra import qr as qr
from hornbeam.ops.linear_algebra import solve as solve
from hornbeam.ops.linear_algebra import solve_triangular as solve_triangular
from hornbeam.ops.linear_algebra import svd as svd
