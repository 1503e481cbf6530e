"""Arrays of numpy by what they hold; shapes stand in the docstring of whoever takes or returns them."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
Moments: TypeAlias = NDArray[np.datetime64]
"""Days, months or seconds, by their numpy unit."""
