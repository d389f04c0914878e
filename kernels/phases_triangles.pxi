# What is left of R, T and B after the gases and the borides: the triangle that holds it, and the amounts.


cdef inline void clear(double *p, double *x) noexcept nogil:
    cdef Py_ssize_t j
    for j in range(PHASES):
        p[j] = 0.0
    for j in range(EXTRAS):
        x[j] = 0.0


cdef inline int short(long long *status, int column, double *p, double *x) noexcept nogil:
    """The element of a column finds no R to bind."""
    status[0] = R_SHORT
    status[1] = column
    clear(p, x)
    return 0


cdef inline void boron_short(double r, double t, double ga, double cu, double *p, double *x) noexcept nogil:
    """R and T beside the hard phase, no boron: R6T13X as far as X, T and R go, R2T17, R or T."""
    cdef double most = min(ga + cu, t / 13.0), pinned
    if 8.5 * r <= t:
        # Even R2T17 alone would want more R.
        p[R2T17] = 0.5 * r
        p[ALPHA] = max(t - 17.0 * p[R2T17], 0.0)
        return
    # The share of R6T13X at which it and R2T17 use up both R and T.
    pinned = (8.5 * r - t) / 38.0
    if pinned < most:
        most = pinned
        p[R2T17] = max(0.5 * (r - 6.0 * most), 0.0)
    else:
        p[R2T17] = max(t - 13.0 * most, 0.0) / 17.0
        p[RICH] = max(r - 6.0 * most - 2.0 * p[R2T17], 0.0)
    p[R6T13X] = most
    x[GA_BOUND] = min(ga, most)
    x[CU_BOUND] = min(most - x[GA_BOUND], cu)


cdef inline int triangles(
    double r, double t, double b, double ga, double cu, double slack, double *p, double *x
) noexcept nogil:
    """0 where boron lies beyond the triangles (R - R1.1T4B4 - T2B is the border), else 1."""
    cdef double left
    if t > 14.0 * b:
        if r < 2.0 * b:
            p[HARD] = 0.5 * r
            p[T2B] = b - p[HARD]
            p[ALPHA] = max(t - 14.0 * p[HARD] - 2.0 * p[T2B], 0.0)
            return 1
        p[HARD] = b
        boron_short(r - 2.0 * b, t - 14.0 * b, ga, cu, p, x)
        return 1
    if t < b - slack:
        return 0
    p[HARD] = max(t - b, 0.0) / 13.0
    p[BORIDE] = max(b - p[HARD], 0.0) / 4.0
    left = r - 2.0 * p[HARD] - 1.1 * p[BORIDE]
    if left >= -slack:
        p[RICH] = max(left, 0.0)
        return 1
    p[BORIDE] = (6.0 * r + 2.0 * b - t) / 10.6
    if p[BORIDE] < 0.0:
        p[BORIDE] = 0.0
        p[HARD] = 0.5 * r
        p[T2B] = b - p[HARD]
        p[ALPHA] = max(t - 14.0 * p[HARD] - 2.0 * p[T2B], 0.0)
        return 1
    p[HARD] = 0.5 * (r - 1.1 * p[BORIDE])
    if p[HARD] < -slack:
        return 0
    p[HARD] = max(p[HARD], 0.0)
    p[T2B] = max(b - p[HARD] - 4.0 * p[BORIDE], 0.0)
    return 1
