"""Flows through a network of splits, by elimination without subtraction (Grassmann, Taksar and Heyman).

A state's inflow x satisfies x_j = b_j + sum_i x_i p_ij, with p_ij the share of state i's inflow that goes on to j and
leave_i the share that leaves the network. Every row sums to one, so the pivot 1 - p_ii is the sum of the other shares:
all terms are positive and a trace keeps its full relative precision.
"""

cimport cython


cdef int _eliminate(double[:, ::1] p, double[::1] leave, const double[::1] b, double[::1] x, double[::1] w) noexcept nogil:
    """Solve one case in place; returns -1, or the state that has an inflow and no way out."""
    cdef Py_ssize_t k = b.shape[0], s, i, j
    cdef double f, pivot
    for i in range(k):
        x[i] = b[i]
    for s in range(k - 1, -1, -1):
        pivot = leave[s]
        for j in range(s):
            pivot += p[s, j]
        w[s] = pivot
        if pivot <= 0.0:
            continue
        if x[s] != 0.0:
            f = x[s] / pivot
            for j in range(s):
                x[j] += f * p[s, j]
        for i in range(s):
            if p[i, s] == 0.0:
                continue
            f = p[i, s] / pivot
            leave[i] += f * leave[s]
            for j in range(s):
                p[i, j] += f * p[s, j]
    for s in range(k):
        f = x[s]
        for i in range(s):
            f += x[i] * p[i, s]
        if w[s] > 0.0:
            x[s] = f / w[s]
        elif f > 0.0:
            return <int>s
        else:
            x[s] = 0.0
    return -1


def solve(const double[:, :, ::1] shares not None, const double[:, ::1] leave not None,
          const double[:, ::1] inflow not None, double[:, ::1] out not None,
          double[:, ::1] work_shares not None, double[::1] work_leave not None, double[::1] work_pivot not None):
    """Inflow of every state, written into `out`; returns (case, state) of the first trap, or (-1, -1).

    Shapes: shares (cases, states, states), leave, inflow and out (cases, states), work_shares (states, states),
    work_leave and work_pivot (states,). A case without inflow is all zeros.
    """
    cdef Py_ssize_t cases = inflow.shape[0], k = inflow.shape[1], c, i, j
    cdef int trap
    cdef bint empty
    with nogil:
        for c in range(cases):
            empty = True
            for i in range(k):
                if inflow[c, i] != 0.0:
                    empty = False
            if empty:
                for i in range(k):
                    out[c, i] = 0.0
                continue
            for i in range(k):
                work_leave[i] = leave[c, i]
                for j in range(k):
                    work_shares[i, j] = shares[c, i, j]
            trap = _eliminate(work_shares, work_leave, inflow[c], out[c], work_pivot)
            if trap >= 0:
                with gil:
                    return int(c), int(trap)
    return -1, -1
