"""Phase mass balance of sintered R-T-B: moles of elements in, moles of phases out, float64, one composition per row.

Closed form, nothing iterated. Oxygen, nitrogen and carbon bind rare earth in this order; Zr, Ti and Nb take boron in
this order; what is left of R, T and B lies in one of five triangles, which tile the range, so the answer is unique:

    R2T14B - R - R1.1T4B4      boron in excess, R left
    R2T14B - T2B - R1.1T4B4    boron in excess, R short
    R2T14B - R - R2T17         boron short, R left; with X = Ga, Cu first R6T13X, as far as X goes
    R2T14B - R2T17 - T         boron short, R short
    R2T14B - T - T2B           R shorter than R2T14B needs

X that R6T13X does not take stays beside the R that is left; Zr, Ti and Nb that find no boron replace T. A composition
on a border is inside: what lacks by less than SLACK of all moles, the rounding of sums, is taken as nothing.

Columns of what comes in, mol: R, T, B, C, N, O, Ga, Cu, Zr, Ti, Nb. Columns of the phases, mol of formula units:
R2T14B, R left, R1.1T4B4, R2T17, R6T13X, T, T2B, R2O3, carbide, RN, ZrB2, TiB2, TNbB. Columns of what they hold
besides: Ga and Cu in R6T13X, Zr, Ti and Nb in place of T, C in place of B in R2T14B.
"""

from libc.math cimport isfinite

cdef enum:
    R, T, B, C, N, O, GA, CU, ZR, TI, NB, COLUMNS
cdef enum:
    HARD, RICH, BORIDE, R2T17, R6T13X, ALPHA, T2B, OXIDE, CARBIDE, NITRIDE, ZRB2, TIB2, NBTB, PHASES
cdef enum:
    GA_BOUND, CU_BOUND, ZR_FREE, TI_FREE, NB_FREE, C_IN_HARD, EXTRAS

cdef enum:
    ALL_FINE, NOT_A_NUMBER, WITHOUT_R, R_SHORT, MUCH_BORON

FINE = ALL_FINE
BAD_NUMBER = NOT_A_NUMBER
NO_RARE_EARTH = WITHOUT_R
SHORT_OF_R = R_SHORT
BORON_BEYOND = MUCH_BORON

cdef double SLACK = 1e-14

include "phases_triangles.pxi"


cdef int case_of(const double *n, double k, bint carbon_for_boron, double *p, double *x, long long *status) noexcept nogil:
    """One composition: phases p and extras x (zeros when called). The status is a code and a column, else -1."""
    cdef double r, t, b, c, replaced, slack, whole = 0.0
    cdef Py_ssize_t j
    for j in range(COLUMNS):
        if not (isfinite(n[j]) and n[j] >= 0.0):
            status[0] = NOT_A_NUMBER
            status[1] = j
            return 0
        whole += n[j]
    if not isfinite(whole):
        status[0] = NOT_A_NUMBER
        return 0
    if whole == 0.0:
        return 1
    if n[R] == 0.0:
        status[0] = WITHOUT_R
        status[1] = R
        return 0

    slack = SLACK * whole
    # The borides of the refractory metals do not depend on R.
    t, b = n[T], n[B]
    p[ZRB2] = min(n[ZR], 0.5 * b)
    b = max(b - 2.0 * p[ZRB2], 0.0)
    p[TIB2] = min(n[TI], 0.5 * b)
    b = max(b - 2.0 * p[TIB2], 0.0)
    p[NBTB] = min(min(n[NB], b), t)
    b -= p[NBTB]
    t -= p[NBTB]
    x[ZR_FREE] = n[ZR] - p[ZRB2]
    x[TI_FREE] = n[TI] - p[TIB2]
    x[NB_FREE] = n[NB] - p[NBTB]
    t += x[ZR_FREE] + x[TI_FREE] + x[NB_FREE]

    r = n[R]
    p[OXIDE] = n[O] / 3.0
    r -= 2.0 * p[OXIDE]
    if r < -slack:
        return short(status, O, p, x)
    p[NITRIDE] = n[N]
    r = max(r, 0.0) - n[N]
    if r < -slack:
        return short(status, N, p, x)
    r = max(r, 0.0)
    c = n[C]
    replaced = 0.0
    if carbon_for_boron:
        # Up to the T that boron leaves over, and to the R that carbon, once carbide, would leave over.
        replaced = max(min(min(c, t / 14.0 - b), (r - k * c - 2.0 * b) / (2.0 - k)), 0.0)
    x[C_IN_HARD] = replaced
    c -= replaced
    p[CARBIDE] = k * c
    r -= k * c
    if r < -slack:
        return short(status, C, p, x)
    if not triangles(max(r, 0.0), t, b + replaced, n[GA], n[CU], slack, p, x):
        status[0] = MUCH_BORON
        status[1] = B
        clear(p, x)
        return 0
    return 1


def balance(
    const double[:, ::1] moles not None,
    double per_carbon,
    bint carbon_for_boron,
    double[:, ::1] phases not None,
    double[:, ::1] extras not None,
    long long[:, ::1] status not None,
):
    """Fill phases (cases, 13), extras (cases, 6) and status (cases, 2: code, column or -1) from moles (cases, 11).

    `per_carbon` is the R that one C binds, in (0, 2): 2/3 as R2C3, 1 as RC; the carbide is counted in mol of R.
    `carbon_for_boron` lets C stand in for the B that R2T14B lacks. A row of zeros has no phases and is fine; a row
    with a code other than FINE is left at zero. Raises ValueError where shapes do not fit.
    """
    cdef Py_ssize_t cases = moles.shape[0], i, j
    if moles.shape[1] != COLUMNS or phases.shape[1] != PHASES or extras.shape[1] != EXTRAS or status.shape[1] != 2:
        raise ValueError(f"columns must be {COLUMNS} of moles, {PHASES} of phases, {EXTRAS} of extras and 2 of status")
    if phases.shape[0] != cases or extras.shape[0] != cases or status.shape[0] != cases:
        raise ValueError(f"phases, extras and status must have the {cases} rows of moles")
    if not 0.0 < per_carbon < 2.0:
        raise ValueError(f"per_carbon is {per_carbon}; one carbon binds between 0 and 2 rare earths")
    with nogil:
        for i in range(cases):
            clear(&phases[i, 0], &extras[i, 0])
            status[i, 0] = ALL_FINE
            status[i, 1] = -1
            case_of(&moles[i, 0], per_carbon, carbon_for_boron, &phases[i, 0], &extras[i, 0], &status[i, 0])
