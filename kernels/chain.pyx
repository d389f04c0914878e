"""Steady state of rows of contact stages with chemical equilibrium: batches of circuits of equal shape, float64.

Per case the unknowns are u, one per stage: D = exp(log_k + slope u). Given u each element is one subtraction-free
elimination, so its flows close to rounding at any u; Newton drives ln(cation charge / anion charge) to zero.
"""

from libc.math cimport INFINITY, exp, fabs, isfinite, log, sqrt, tanh
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset
from scipy.linalg.cython_lapack cimport dgesv

cdef extern from *:
    """
    static int didymium_stopped(const int *flag) { return *(const volatile int *) flag != 0; }
    """
    int stopped "didymium_stopped"(const int *flag) noexcept nogil

cdef double FULL = 1e-6    # free share of the extractant at which the organic counts as full
cdef double TRACE = 1e-150   # of the whole feed: a smaller feed is solved as if it were that and scaled back
cdef double LEAST = 1e-300   # smaller values are set to zero
cdef double FAINT = 1e-250   # mol/h; a smaller flow acts on nothing, and what divides by it may overflow

include "semiseparable.pxi"
include "chain_balances.pxi"
include "chain_newton.pxi"
include "chain_start.pxi"
include "chain_case.pxi"

SOLVED = 0
NOT_CONVERGED = 1
NOT_CLOSED = 2
ORGANIC_FULL = 3
INTERRUPTED = 4


cdef bint flat(const double[:, ::1] a, Py_ssize_t rows, Py_ssize_t columns) noexcept:
    return a.shape[0] == rows and a.shape[1] == columns


cdef bint cube(const double[:, :, ::1] a, Py_ssize_t cases, Py_ssize_t rows, Py_ssize_t columns) noexcept:
    return a.shape[0] == cases and a.shape[1] == rows and a.shape[2] == columns


def solve(
    Py_ssize_t first,
    Py_ssize_t last,
    const double[:, ::1] organic not None,
    const double[:, ::1] aqueous not None,
    const double[:, ::1] organic_down not None,
    const double[:, ::1] aqueous_up not None,
    const double[:, ::1] passed not None,
    const double[:, ::1] kept not None,
    const double[:, ::1] efficiency not None,
    const double[:, :, ::1] source not None,
    const double[:, ::1] inlet not None,
    const double[:, ::1] ring not None,
    const double[:, :, ::1] log_k not None,
    const double[:, :, ::1] slope not None,
    const double[::1] charge not None,
    const double[::1] sites not None,
    const double[:, ::1] anion not None,
    const double[:, ::1] sulfate not None,
    double dissociation,
    const double[:, ::1] extractant not None,
    bint by_ph,
    double[:, ::1] u not None,
    double[:, :, ::1] x not None,
    double[:, ::1] h not None,
    double[:, ::1] unbound not None,
    long long[:, ::1] status not None,
    double[:, ::1] quality not None,
    const int[::1] stop not None,
    double goal=1e-12,
    int limit=20000,
    double[:, ::1] along=None,
):
    """Solve the cases first <= j < last in place; a row of u with a value that is not finite is started from a guess.

    Flows in L/h, source and inlet in mol/h, x, h and unbound (free extractant) in mol/L. status rows are (code, stage
    or -1, element or -1, Newton steps); quality rows are (largest |ln(cations / anions)|, largest relative closure of
    an element, largest change of a u for a relative change of 2^-52 of all values of anion, inf where the matrix is
    singular or nothing was solved). ValueError if shapes do not fit each other.

    With along (cases, stages) nothing is solved: x, h and unbound are those at u, and each row v of along becomes
    (d residual / d u) v, for checks of the derivatives.
    """
    cdef Given g
    cdef Py_ssize_t j, cases = u.shape[0], N = u.shape[1], E = x.shape[2]
    cdef Chain c
    cdef Semiseparable s
    cdef double *room
    cdef int *places
    if not (
        flat(organic, cases, N) and flat(aqueous, cases, N) and flat(organic_down, cases, N)
        and flat(aqueous_up, cases, N) and flat(passed, cases, N) and flat(kept, cases, N)
        and flat(efficiency, cases, N) and flat(anion, cases, N) and flat(sulfate, cases, N)
        and flat(extractant, cases, N) and flat(h, cases, N) and flat(unbound, cases, N)
    ):
        raise ValueError(f"arrays by cases and stages must all be {(cases, N)}, as u is")
    if not (cube(source, cases, N, E) and cube(log_k, cases, N, E) and cube(slope, cases, N, E)
            and x.shape[0] == cases and x.shape[1] == N):
        raise ValueError(f"arrays by cases, stages and elements must all be {(cases, N, E)}, as u and x are")
    if not (flat(inlet, cases, E) and flat(ring, cases, E) and charge.shape[0] == E and sites.shape[0] == E):
        raise ValueError(f"inlet and ring must be {(cases, E)}, charge and sites {(E,)}")
    if status.shape[0] != cases or status.shape[1] != 4 or not flat(quality, cases, 3):
        raise ValueError(f"status must be {(cases, 4)} and quality {(cases, 3)}")
    if along is not None and not flat(along, cases, N):
        raise ValueError(f"along must be {(cases, N)}")
    if N < 1 or E < 1 or stop.shape[0] < 1:
        raise ValueError("a row needs a stage and an element, and stop a value")
    if not 0 <= first <= last <= cases:
        raise ValueError(f"cases {first} to {last} are not within 0 to {cases}")
    if first == last:
        return
    g = Given(
        organic=&organic[0, 0], aqueous=&aqueous[0, 0], organic_down=&organic_down[0, 0], aqueous_up=&aqueous_up[0, 0],
        passed=&passed[0, 0], kept=&kept[0, 0], efficiency=&efficiency[0, 0], source=&source[0, 0, 0],
        inlet=&inlet[0, 0], ring=&ring[0, 0], log_k=&log_k[0, 0, 0], slope=&slope[0, 0, 0], charge=&charge[0],
        sites=&sites[0], anion=&anion[0, 0], sulfate=&sulfate[0, 0], extractant=&extractant[0, 0], u=&u[0, 0],
        stages=N, elements=E, dissociation=dissociation, by_ph=by_ph, stop=&stop[0],
    )
    room = <double *> malloc(room_for(N, E) * sizeof(double))
    places = <int *> malloc(2 * E * sizeof(int))
    if room == NULL or places == NULL:
        free(room)
        free(places)
        raise MemoryError("no room for the workspace of the stages")
    with nogil:
        for j in range(first, last):
            lay_out(&c, &s, N, E, room, places)
            load(&c, &g, j)
            if along is not None:
                differentiate(&c, &s, &along[j, 0])
                write(&c, E, &u[j, 0], &x[j, 0, 0], &h[j, 0], &unbound[j, 0])
                continue
            conclude(&c, &s, goal, limit, <long long *> &status[j, 0], &quality[j, 0])
            write(&c, E, &u[j, 0], &x[j, 0, 0], &h[j, 0], &unbound[j, 0])
    free(room)
    free(places)
