# The same matrix with its first row last: for a first residual that compares what leaves at the two ends.
#
# Such a row is as long as the cascade and may begin with zero, so it is no pivot. Row k + 1 is paired with column k
# instead, and the first row closes the elimination. Of `right` row 0 is that row's; `rest`, `ahead` are (stages,).
# Or the closing row is that of one stage more at the far end, to which everything rises unchanged: `end` is its `left`.

cdef bint factor_shifted(Semiseparable *s, double *ahead, double *rest, const double *end) noexcept nogil:
    """Fill pivots, over, under, ahead (entry beside the pivot) and rest; False if a pivot is zero or no number.

    end (elements,) is NULL where the first row closes.
    """
    cdef Py_ssize_t k, a, b, E = s.elements, N = s.stages
    cdef double *left
    cdef double *falls
    cdef double *rises
    cdef double *down
    cdef double *up
    cdef double *over
    cdef double *under
    cdef double *row
    cdef double *border = s.signal
    cdef double pivot, beside, last, part, t, r
    for a in range(E * E):
        s.meet[a] = 0.0
    last = s.middle[0]
    for a in range(E):
        s.under[a] = s.rises[E + a] * s.source_up[a]
        border[a] = s.right[a] * s.falls[E + a]
    for k in range(N - 1):
        left = s.left + (k + 1) * E
        down = s.source_down + (k + 1) * E
        up = s.source_up + (k + 1) * E
        over = s.over + k * E
        under = s.under + k * E
        pivot = 0.0
        beside = s.middle[k + 1]
        for b in range(E):
            over[b] = s.right[(k + 1) * E + b]
        for a in range(E):
            row = s.meet + a * E
            r = left[a]
            pivot += r * under[a]
            part = 0.0
            for b in range(E):
                over[b] -= r * row[b]
                part += row[b] * down[b]
            beside -= r * part
            under[E + a] = up[a] - part
        s.pivots[k] = pivot
        ahead[k] = beside
        if pivot == 0.0 or not isfinite(pivot):
            return False
        rest[k] = last / pivot
        last = -rest[k] * beside
        for a in range(E):
            last += border[a] * down[a]
            under[E + a] -= under[a] / pivot * beside
        if k + 2 < N:
            falls = s.falls + (k + 2) * E
            rises = s.rises + (k + 2) * E
            for a in range(E):
                row = s.meet + a * E
                t = under[a] / pivot
                r = rises[a]
                for b in range(E):
                    row[b] = (row[b] + t * over[b]) * (r * falls[b])
                under[E + a] *= r
                border[a] = falls[a] * (border[a] - rest[k] * over[a])
    if end != NULL:
        last = 0.0
        for a in range(E):
            last += end[a] * s.under[(N - 1) * E + a]
    s.pivots[N - 1] = last
    return last != 0.0 and isfinite(last)


cdef void substitute_shifted(
    Semiseparable *s, const double *ahead, const double *rest, const double *end, double *v
) noexcept nogil:
    """Replace the right-hand side v (stages,) by the solution, after factor_shifted."""
    cdef Py_ssize_t k, a, E = s.elements, N = s.stages
    cdef double sum_, t, last = v[0]
    cdef double *signal = s.signal
    cdef double *x
    cdef double *y
    for a in range(E):
        signal[a] = 0.0
    for k in range(N - 1):
        x = s.left + (k + 1) * E
        sum_ = 0.0
        for a in range(E):
            sum_ += x[a] * signal[a]
        v[k] = v[k + 1] - sum_
        t = v[k] / s.pivots[k]
        x = s.under + k * E
        if k + 2 < N:
            y = s.rises + (k + 2) * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * t)
        elif end != NULL:
            for a in range(E):
                last -= end[a] * (signal[a] + x[a] * t)
        if end == NULL:
            last -= rest[k] * v[k]
    v[N - 1] = last / s.pivots[N - 1]
    for a in range(E):
        signal[a] = 0.0
    for k in range(N - 2, -1, -1):
        if k + 2 < N:
            x = s.source_down + (k + 2) * E
            y = s.falls + (k + 2) * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * v[k + 2])
        x = s.over + k * E
        sum_ = ahead[k] * v[k + 1]
        for a in range(E):
            sum_ += x[a] * signal[a]
        v[k] = (v[k] - sum_) / s.pivots[k]


cdef double substitute_bordered(
    Semiseparable *s, double *v, double *column, const double *row, double corner, double target
) noexcept nogil:
    """Solve A v' + column t = v, row . v' + corner t = target after factor; v becomes v', t is returned.

    A may be singular as long as the bordered matrix is not: the last pivot is taken together with the corner.
    Overwrites column.
    """
    cdef Py_ssize_t k, a, E = s.elements, N = s.stages
    cdef double *signal = s.signal
    cdef double *other = s.meet
    cdef double *border = s.meet + E
    cdef double sum_, also, entry, share, t, p, d, last = target
    cdef double *x
    cdef double *y
    for a in range(E):
        signal[a] = 0.0
        other[a] = 0.0
        border[a] = 0.0
    for k in range(N):
        x = s.left + k * E
        y = s.source_down + k * E
        sum_ = 0.0
        also = 0.0
        entry = row[k]
        for a in range(E):
            sum_ += x[a] * signal[a]
            also += x[a] * other[a]
            entry -= border[a] * y[a]
        v[k] -= sum_
        column[k] -= also
        if k + 1 < N:
            share = entry / s.pivots[k]
            last -= share * v[k]
            corner -= share * column[k]
            x = s.under + k * E
            y = s.rises + (k + 1) * E
            sum_ = v[k] / s.pivots[k]
            also = column[k] / s.pivots[k]
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * sum_)
                other[a] = y[a] * (other[a] + x[a] * also)
            x = s.over + k * E
            y = s.falls + (k + 1) * E
            for a in range(E):
                border[a] = y[a] * (border[a] + share * x[a])
    # The last pivot p and the border's entry in its column, with the last column and the corner.
    p = s.pivots[N - 1]
    d = p * corner - entry * column[N - 1]
    if d == 0.0:
        return INFINITY
    t = (p * last - entry * v[N - 1]) / d
    v[N - 1] = (v[N - 1] * corner - column[N - 1] * last) / d
    for a in range(E):
        signal[a] = 0.0
    for k in range(N - 2, -1, -1):
        x = s.source_down + (k + 1) * E
        y = s.falls + (k + 1) * E
        for a in range(E):
            signal[a] = y[a] * (signal[a] + x[a] * v[k + 1])
        x = s.over + k * E
        sum_ = t * column[k]
        for a in range(E):
            sum_ += x[a] * signal[a]
        v[k] = (v[k] - sum_) / s.pivots[k]
    return t
