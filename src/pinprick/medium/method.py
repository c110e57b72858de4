"""ROS34PW2: the coefficients of the steppers' method, and what they do with values below zero.

J. Rang, L. Angermann, BIT 45 (2005) 761-787: four stages, stiffly accurate, order 3 for any matrix
(a W-method), with an embedded solution of order 2. ``A, C, M`` are the same method in the variables
``U = Γk``, which need no product with the matrix:

    (I - hγA) U_i = hγ f(u + Σ A_ij U_j) + γ Σ C_ij U_j,    u_new = u + Σ M_i U_i
"""

from __future__ import annotations

import numpy as np

# A value this share of its species' scale below zero is the method's own error and set to zero;
# more calls for a step of Euler. A method of order 3 undershoots by about so much where a field
# ends steeply: a tighter bound would take a course from order 3 to order 1.
UNDERSHOOT = 1e-3
NOTHING = 1e-20  # share of a species' scale below which nothing is held that could be lost

GAMMA = 4.3586652150845900e-01
_ALPHA = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [8.7173304301691801e-01, 0.0, 0.0, 0.0],
        [8.4457060015369423e-01, -1.1299064236484185e-01, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ]
)
_LOWER = np.array(
    [
        [GAMMA, 0.0, 0.0, 0.0],
        [-8.7173304301691801e-01, GAMMA, 0.0, 0.0],
        [-9.0338057013044082e-01, 5.4180672388095326e-02, GAMMA, 0.0],
        [2.4212380706095346e-01, -1.2232505839045147e00, 5.4526025533510214e-01, GAMMA],
    ]
)
_WEIGHT = np.array([2.4212380706095346e-01, -1.2232505839045147e00, 1.5452602553351020e00, GAMMA])
_EMBEDDED = np.array([3.7810903145819369e-01, -9.6042292212423178e-02, 0.5, 2.1793326075422950e-01])
_INVERSE = np.linalg.inv(_LOWER)

STAGES = 4
TIMES = _ALPHA.sum(axis=1)  # when in the step each stage looks
A = _ALPHA @ _INVERSE
C = np.eye(STAGES) / GAMMA - _INVERSE
M = _WEIGHT @ _INVERSE
ERROR = (_WEIGHT - _EMBEDDED) @ _INVERSE  # what the embedded solution differs by
