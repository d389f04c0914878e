# The element balances of an exchange cascade and their derivatives, all by subtraction-free elimination.
#
# Stages are numbered from 0 here. Stage n sends a = organic[n] * beta * exp(u[n]) up, aqueous[n] down and
# sink[n] (draw plus accumulation) out, per unit of aqueous mole fraction. Every term below is a sum, a product or a
# quotient of non-negative numbers, so each x keeps its relative precision however small it is. Below about 1e-290
# numbers lose digits and become zero: nothing divides by them.

cdef struct Circuit:
    Py_ssize_t stages
    Py_ssize_t elements
    Py_ssize_t feed_at
    double hold            # accumulation rate per unit mole fraction, zero at steady state
    double *feed           # (elements,)
    double *beta           # (elements,)
    double *aqueous        # (stages,) flow passed down
    double *organic        # (stages,) flow passed up
    double *draw           # (stages,) flow drawn from the aqueous
    double *u              # (stages,) ln of organic fraction per beta and aqueous fraction
    double *x              # (stages, elements) aqueous mole fractions
    double *old            # (stages, elements) fractions at the start of a pseudo-time step
    double *total          # (stages,) sum of x
    double *up             # (stages, elements) a
    double *pivot          # (stages, elements) pivots of the elimination from stage 0 up
    double *gone           # (stages, elements) share that leaves below or by sinks instead of going up
    double *pivot_down     # (stages, elements) pivots of the elimination from the last stage down
    double *gone_up        # (stages + 1, elements) share that leaves above or by sinks instead of going down
    double *wave           # (elements,)
    double *matrix         # (stages, stages), column by column
    double *step           # (stages,)
    double *trial          # (stages,)
    double *log_beta       # (elements,) ln beta about its mean over the feed
    double *keep           # (stages,) u at the last accepted point of the path, then the two before it
    double *keep2
    double *keep3
    double *organic0       # (stages,) flows as specified, those in use are set by sharpen
    double *aqueous0
    double *draw0          # (stages,)
    double *taken          # (stages,) draws at and above a stage
    double *way            # (stages + 1,) tangent of the path, tau last
    double *scale          # (elements,) what a unit of feed stands for
    double scrub
    double key             # ln beta of the pair at the cut
    double excess          # extract flow beyond the elements above the cut
    double lean            # extra extract flow at tau = 0
    double ease            # share of the draws left out at tau = 0
    int *swaps             # (stages,)


cdef double balances(Circuit *c) noexcept nogil:
    """Fill up, pivot, gone, x and total from u; return the largest |ln total| (inf if any is not a positive number)."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double rate, sink, leaving, below, worst = 0.0, r, sum_
    cdef double *x = c.x
    for n in range(N):
        rate = c.organic[n] * exp(c.u[n])
        sink = c.draw[n] + c.hold
        for i in range(E):
            k = n * E + i
            c.up[k] = rate * c.beta[i]
            if n > 0:
                leaving = c.aqueous[n] * c.gone[k - E] + sink
                x[k] = c.up[k - E] / c.pivot[k - E] * x[k - E]
            else:
                leaving = c.aqueous[n] + sink
                x[k] = 0.0
            c.pivot[k] = c.up[k] + leaving
            if not c.pivot[k] > 0.0:
                return INFINITY
            c.gone[k] = leaving / c.pivot[k]
            if n == c.feed_at:
                x[k] += c.feed[i]
            if c.hold > 0.0:
                x[k] += c.hold * c.old[k]
    for n in range(N - 1, -1, -1):
        sum_ = 0.0
        below = c.aqueous[n + 1] if n + 1 < N else 0.0
        for i in range(E):
            k = n * E + i
            if n + 1 < N:
                x[k] += below * x[k + E]
            x[k] /= c.pivot[k]
            sum_ += x[k]
        c.total[n] = sum_
        if sum_ > 0.0 and isfinite(sum_):
            r = fabs(log(sum_))
            if r > worst:
                worst = r
        else:
            worst = INFINITY
    return worst


cdef void derivatives(Circuit *c, Py_ssize_t spacing) noexcept nogil:
    """Fill matrix with d ln total[m] / d u[n] at column n, row m, from what balances left."""
    cdef Py_ssize_t n, m, i, k, E = c.elements, N = c.stages
    cdef double sink, rest, g, sum_
    cdef double *column
    for i in range(E):
        c.gone_up[N * E + i] = 1.0
    for n in range(N - 1, -1, -1):
        sink = c.draw[n] + c.hold
        for i in range(E):
            k = n * E + i
            rest = sink + c.up[k] * c.gone_up[k + E]
            c.pivot_down[k] = c.aqueous[n] + rest
            c.gone_up[k] = rest / c.pivot_down[k]
    for n in range(N):
        column = c.matrix + n * spacing
        # A unit moved from stage n to n + 1 lowers x up to n and raises it above.
        for i in range(E):
            k = n * E + i
            g = c.pivot[k] * c.gone[k] + c.up[k] * c.gone_up[k + E]
            c.wave[i] = c.up[k] * c.x[k] / g * c.gone_up[k + E] if g > 0.0 else 0.0
        for m in range(n, -1, -1):
            sum_ = 0.0
            for i in range(E):
                if m < n:
                    c.wave[i] *= c.aqueous[m + 1] / c.pivot[m * E + i]
                sum_ += c.wave[i]
            column[m] = -sum_ / c.total[m]
        for i in range(E):
            k = n * E + i
            g = c.pivot[k] * c.gone[k] + c.up[k] * c.gone_up[k + E]
            c.wave[i] = c.x[k] * (c.pivot[k] * c.gone[k] / g) if g > 0.0 else 0.0
        for m in range(n + 1, N):
            sum_ = 0.0
            for i in range(E):
                c.wave[i] *= c.up[(m - 1) * E + i] / c.pivot_down[m * E + i]
                sum_ += c.wave[i]
            column[m] = sum_ / c.total[m]
