"""Diffusion into a slab of grains by two paths: fast along their boundaries, slow from there into each grain.

Half a slab with its face at a film that holds what diffuses; boundaries in depth, a sphere of shells in every cell of
depth. TR-BDF2 in time; per implicit part the shells are eliminated exactly, which leaves one tridiagonal system in
depth, so a step costs as much as there are unknowns. float64 in and out, case by case.
"""

from libc.math cimport INFINITY, fabs, isfinite, sqrt
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

include "diffusion_step.pxi"

DONE = 0
NO_CASE = 1


def run(
    const double[::1] faces not None,
    const double[:, ::1] radii not None,
    const double[:, ::1] clocks not None,
    const double[:, ::1] cases not None,
    const double[:, ::1] fast not None,
    const double[:, ::1] slow not None,
    const double[:, ::1] times not None,
    double[::1] coating not None,
    double[:, ::1] boundary not None,
    double[:, :, ::1] grain not None,
    double[::1] spent not None,
    long long[:, ::1] status not None,
):
    """Advance every case through its schedule, in place; m, s and kg throughout.

    ``faces`` (depth + 1,) are shares 0..1 of the half thickness from the face to the middle, ``radii`` (cases,
    shells + 1) shares 0..1 of the grain's radius from its centre; ``clocks`` (segments, steps + 1) shares 0..1 of a
    segment's time, a step of no length being left out. ``cases`` (cases, 6): half thickness, grain radius, volume share of the boundary
    phase, concentration on the grain's side over that in the boundary, the most that the film's side of the boundary
    holds in kg/m3, and the film's depth, so that the face is at the lesser of that most and ``coating`` / depth.
    ``fast`` and ``slow`` (cases, segments) are the diffusivities in boundary and grain in m2/s, ``times`` (cases,
    segments) the lengths in s. ``coating`` (cases,) kg per m2 of face, infinite for an endless source; ``boundary``
    (cases, depth) and ``grain`` (cases, shells, depth) kg/m3 are the state. ``spent`` is the time at which the face
    falls below its most, infinite where it does not. ``status`` (cases, 3) is (code, steps, steps cut at that time):
    DONE, or NO_CASE for numbers that are no case, whose state stays as it is.
    Raises ValueError for arrays that do not belong together.
    """
    cdef Py_ssize_t count = cases.shape[0], N = boundary.shape[1], R = grain.shape[1], S = fast.shape[1]
    cdef Py_ssize_t K = clocks.shape[1] - 1, k, n, s
    cdef Slab slab
    cdef double *room
    cdef double now
    if (
        faces.shape[0] != N + 1 or radii.shape[0] != count or radii.shape[1] != R + 1 or cases.shape[1] != 6
        or clocks.shape[0] != S or K < 0
        or fast.shape[0] != count or slow.shape[0] != count or slow.shape[1] != S or times.shape[0] != count
        or times.shape[1] != S or coating.shape[0] != count or boundary.shape[0] != count or grain.shape[0] != count
        or grain.shape[2] != N or spent.shape[0] != count or status.shape[0] != count or status.shape[1] != 3
        or N < 1 or R < 1
    ):
        raise ValueError("arrays of a diffusion do not belong together")
    if not rising(&faces[0], N):
        raise ValueError("faces must rise from 0 to 1")
    for n in range(count):
        if not rising(&radii[n, 0], R):
            raise ValueError("radii must rise from 0 to 1")
    for s in range(S):
        for k in range(K):
            if not 0.0 <= clocks[s, k] <= clocks[s, k + 1] <= 1.0:
                raise ValueError("clocks must rise from 0 to 1")
        if clocks[s, 0] != 0.0 or clocks[s, K] != 1.0:
            raise ValueError("clocks must rise from 0 to 1")
    if count == 0:
        return
    memset(&slab, 0, sizeof(Slab))
    slab.depth = N
    slab.shells = R
    room = <double *> malloc(lay_out(&slab, NULL) * sizeof(double))
    if room == NULL:
        raise MemoryError("no room for the workspace of a diffusion")
    lay_out(&slab, room)
    with nogil:
        for n in range(count):
            spent[n] = INFINITY
            status[n, 0] = 0
            status[n, 1] = 0
            status[n, 2] = 0
            if not sound(&cases[n, 0], coating[n], &boundary[n, 0], &grain[n, 0, 0], N, R):
                status[n, 0] = 1
                continue
            for s in range(S):
                if not (0.0 <= fast[n, s] < INFINITY and 0.0 <= slow[n, s] < INFINITY and 0.0 <= times[n, s] < INFINITY):
                    status[n, 0] = 1
            if status[n, 0]:
                continue
            cut_up(&slab, &faces[0], &radii[n, 0], &cases[n, 0])
            slab.state[0] = coating[n]
            memcpy(slab.state + 1, &boundary[n, 0], N * sizeof(double))
            memcpy(slab.state + 1 + N, &grain[n, 0, 0], N * R * sizeof(double))
            slab.short_of = slab.state[0] <= slab.most * slab.film
            if slab.short_of:
                spent[n] = 0.0
            now = 0.0
            for s in range(S):
                spread(&slab, fast[n, s], slow[n, s])
                rates(&slab, slab.state, slab.rate0)
                for k in range(K):
                    if clocks[s, k + 1] > clocks[s, k] and times[n, s] > 0.0:
                        advance(&slab, (clocks[s, k + 1] - clocks[s, k]) * times[n, s])
                        status[n, 1] += 1
                        if slab.cut >= 0.0:
                            status[n, 2] += 1
                            spent[n] = now + clocks[s, k] * times[n, s] + slab.cut
                now += times[n, s]
            coating[n] = slab.state[0]
            memcpy(&boundary[n, 0], slab.state + 1, N * sizeof(double))
            memcpy(&grain[n, 0, 0], slab.state + 1 + N, N * R * sizeof(double))
    free(room)


cdef bint rising(const double *at, Py_ssize_t count) noexcept nogil:
    """Whether count + 1 numbers rise from 0 to 1."""
    cdef Py_ssize_t k
    for k in range(count):
        if not at[k] < at[k + 1]:
            return False
    return at[0] == 0.0 and at[count] == 1.0


cdef bint sound(
    const double *about, double coating, const double *boundary, const double *grain, Py_ssize_t N, Py_ssize_t R
) noexcept nogil:
    """Whether numbers make a case: lengths and shares above zero, a state that is finite."""
    cdef Py_ssize_t k
    for k in range(6):
        if not about[k] >= 0.0:
            return False
    for k in range(4):
        if not isfinite(about[k]):
            return False
    if not (about[0] > 0.0 and about[1] > 0.0 and 0.0 < about[2] < 1.0 and about[4] > 0.0 and 0.0 < about[5] < INFINITY):
        return False
    if not coating >= 0.0 or (not isfinite(coating) and not isfinite(about[4])):
        return False
    for k in range(N):
        if not isfinite(boundary[k]):
            return False
    for k in range(N * R):
        if not isfinite(grain[k]):
            return False
    return True
