# The Newton matrix of a row of stages, factored and solved in a time linear in the stages.
#
# A stage acts on the stages above it by what it sends up and on those below by what it sends down, element by element:
#
#     A[m, m] = middle[m]
#     A[m, n] = sum_b  right[m, b] * falls[m + 1, b] * ... * falls[n, b] * source_down[n, b]    for m < n
#     A[m, n] = sum_a  left[m, a]  * rises[n + 1, a] * ... * rises[m, a] * source_up[n, a]      for m > n
#
# Elimination in the order of the stages keeps that form: all that the eliminated stages leave behind is the matrix
# meet[a, b] of the two kinds of signal. There is no pivoting: the products above stay in order as they are, and in
# all cascades tried no pivot vanished where the problem itself was regular. The caller checks what it gets.

cdef struct Semiseparable:
    Py_ssize_t stages
    Py_ssize_t elements
    double *middle         # (stages,)
    double *right          # (stages, elements)
    double *left           # (stages, elements)
    double *falls          # (stages, elements) from a stage to the one below it; row 0 is not read
    double *rises          # (stages, elements) to a stage from the one below it; row 0 is not read
    double *source_down    # (stages, elements)
    double *source_up      # (stages, elements)
    double *pivots         # (stages,) factors from here on
    double *over           # (stages, elements)
    double *under          # (stages, elements)
    double *meet           # (elements, elements)
    double *signal         # (elements,)


cdef bint factor(Semiseparable *s) noexcept nogil:
    """Fill pivots, over and under; False if a pivot is zero or no number."""
    cdef Py_ssize_t k, a, b, E = s.elements, N = s.stages
    cdef double *right
    cdef double *left
    cdef double *falls
    cdef double *rises
    cdef double *down
    cdef double *up
    cdef double *over
    cdef double *under
    cdef double *row
    cdef double pivot, r, part, t
    for a in range(E * E):
        s.meet[a] = 0.0
    for k in range(N):
        right = s.right + k * E
        left = s.left + k * E
        down = s.source_down + k * E
        up = s.source_up + k * E
        over = s.over + k * E
        under = s.under + k * E
        for b in range(E):
            over[b] = right[b]
        pivot = s.middle[k]
        for a in range(E):
            row = s.meet + a * E
            r = left[a]
            part = 0.0
            for b in range(E):
                over[b] -= r * row[b]
                part += row[b] * down[b]
            under[a] = up[a] - part
            pivot -= r * part
        s.pivots[k] = pivot
        if not isfinite(pivot) or (pivot == 0.0 and k + 1 < N):
            return False
        if pivot == 0.0:
            s.pivots[k] = 1e-300
        if k + 1 < N:
            falls = s.falls + (k + 1) * E
            rises = s.rises + (k + 1) * E
            for a in range(E):
                row = s.meet + a * E
                t = under[a] / pivot
                r = rises[a]
                for b in range(E):
                    row[b] = (row[b] + t * over[b]) * (r * falls[b])
            # What has faded over many stages is dropped before it loses digits: such numbers are slow.
            if k % 16 == 15:
                for a in range(E * E):
                    if fabs(s.meet[a]) < 1e-150:
                        s.meet[a] = 0.0
    return True


cdef void substitute(Semiseparable *s, double *v) noexcept nogil:
    """Replace the right-hand side v (stages,) by the solution of A v' = v, after factor."""
    cdef Py_ssize_t k, a, E = s.elements, N = s.stages
    cdef double sum_, t
    cdef double *signal = s.signal
    cdef double *x
    cdef double *y
    for a in range(E):
        signal[a] = 0.0
    for k in range(N):
        x = s.left + k * E
        sum_ = 0.0
        for a in range(E):
            sum_ += x[a] * signal[a]
        v[k] -= sum_
        if k + 1 < N:
            t = v[k] / s.pivots[k]
            x = s.under + k * E
            y = s.rises + (k + 1) * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * t)
    for a in range(E):
        signal[a] = 0.0
    for k in range(N - 1, -1, -1):
        x = s.over + k * E
        sum_ = 0.0
        for a in range(E):
            sum_ += x[a] * signal[a]
        v[k] = (v[k] - sum_) / s.pivots[k]
        if k > 0:
            x = s.source_down + k * E
            y = s.falls + k * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * v[k])


cdef void apply_(Semiseparable *s, const double *v, double *product) noexcept nogil:
    """product = A v, both (stages,)."""
    cdef Py_ssize_t k, a, E = s.elements, N = s.stages
    cdef double sum_
    cdef double *signal = s.signal
    cdef double *x
    cdef double *y
    for a in range(E):
        signal[a] = 0.0
    for k in range(N):
        sum_ = s.middle[k] * v[k]
        x = s.left + k * E
        for a in range(E):
            sum_ += x[a] * signal[a]
        product[k] = sum_
        if k + 1 < N:
            x = s.source_up + k * E
            y = s.rises + (k + 1) * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * v[k])
    for a in range(E):
        signal[a] = 0.0
    for k in range(N - 1, -1, -1):
        x = s.right + k * E
        sum_ = 0.0
        for a in range(E):
            sum_ += x[a] * signal[a]
        product[k] += sum_
        if k > 0:
            x = s.source_down + k * E
            y = s.falls + k * E
            for a in range(E):
                signal[a] = y[a] * (signal[a] + x[a] * v[k])
