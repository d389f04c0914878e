# The balances of a row of contact stages with bypass, entrainment, draws and a returned organic, at given u.
#
# An element in the pool of a stage leaves it upward at the rate a (organic and entrained aqueous) and downward at the
# rate l, per mol/L of aqueous. Every quantity below is a sum, a product or a quotient of non-negative numbers, so
# each x keeps its relative precision however small, and each element closes to rounding at any u.

cdef struct Chain:
    Py_ssize_t stages
    Py_ssize_t elements
    bint by_ph
    bint powers            # slopes are 1, 2 or 3 throughout: D from powers of exp(u)
    bint rings             # some element returns
    bint factored          # the matrix at the answer is at hand
    double hold            # accumulation rate per mol/L of aqueous, zero at steady state
    double volumes         # organic over aqueous volume of that accumulation
    double dissociation
    double line            # share of the extractant below which its free part is continued by a hyperbola
    double *organic        # (stages,)
    double *aqueous
    double *organic_down
    double *aqueous_up
    double *passed         # row 0 is zero: all of it leaves
    double *kept
    double *efficiency
    double *anion
    double *sulfate
    double *extractant
    double *u
    double *h
    double *unbound        # free extractant
    double *bend           # d ln(free extractant) / d(free extractant, unbent)
    double *total          # q + h
    double *anions
    double *wrong          # residual
    double *step
    double *trial
    double *whole
    double *keep           # u to come back to
    double *spare
    double *ring           # (elements,)
    double *inlet
    double *charge
    double *sites
    double *slope1         # slope of an element, if powers
    double *gap            # 1 - gain of the loop
    double *bottom         # flux that enters stage 0, ring included
    double *through        # work (elements,)
    double *work           # work (elements,)
    double *scale          # what a unit of x stands for
    double *source         # (stages, elements)
    double *slope
    double *log_k
    double *factor         # exp(log_k)
    double *dist           # D
    double *up             # a + what bypasses after coming back
    double *pivot
    double *gone           # share of a unit sent down to the stage below that never returns, for the stage above
    double *back           # 1 - gone
    double *rising         # (stages + 1, elements) flux from below, without what a stage itself sent down
    double *flux           # (stages, elements) flux that enters a stage from below
    double *x
    double *stored         # (stages, elements) content per volume of aqueous at the start of a pseudo-time step
    double *content        # (stages, elements) hold times stored
    double *lift           # (elements, stages) work of the loop's correction
    double *fall           # (elements, stages)
    double *small          # (elements, elements)
    int *swaps             # (elements,)
    int *which             # (elements,) place among all elements
    const int *stop


cdef void prepare(Chain *c) noexcept nogil:
    """Fill factor from log_k, if D is to be made from it."""
    cdef Py_ssize_t k
    if c.powers:
        for k in range(c.stages * c.elements):
            c.factor[k] = exp(c.log_k[k])


cdef void distribute(Chain *c) noexcept nogil:
    """Fill D from u."""
    cdef Py_ssize_t n, i, k, E = c.elements
    cdef double w, w2, w3
    if c.powers:
        for n in range(c.stages):
            w = exp(c.u[n])
            w2 = w * w
            w3 = w2 * w
            k = n * E
            for i in range(E):
                c.dist[k + i] = c.factor[k + i] * (w3 if c.slope1[i] == 3.0 else w2 if c.slope1[i] == 2.0 else w)
    else:
        for n in range(c.stages):
            for k in range(n * E, n * E + E):
                c.dist[k] = exp(c.log_k[k] + c.slope[k] * c.u[n])


cdef void rise(Chain *c) noexcept nogil:
    """Fill rising from the flux at the bottom."""
    cdef Py_ssize_t n, i, k, E = c.elements
    cdef double eff, bypass, keep, into
    for i in range(E):
        c.rising[i] = c.bottom[i]
    for n in range(c.stages):
        eff = c.efficiency[n]
        bypass = 1.0 - eff
        keep = c.kept[n]
        for i in range(E):
            k = n * E + i
            into = eff * c.rising[k] + c.source[k] + c.content[k]
            into = keep * (bypass * c.rising[k] + c.up[k] / c.pivot[k] * into)
            c.rising[k + E] = into if into > LEAST else 0.0


cdef void transport(Chain *c) noexcept nogil:
    """Fill everything that is linear in the feeds, up to x and flux, from D."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double eff, bypass, keep, ps, rate, au, water, od, down, rest, p, hold, holdo
    cdef double *gone
    cdef double *back
    for i in range(E):
        c.through[i] = 1.0
        c.gap[i] = 0.0
        c.work[i] = 0.0
    for n in range(N):
        eff = c.efficiency[n]
        bypass = 1.0 - eff
        keep = c.kept[n]
        ps = c.passed[n]
        rate = eff * c.organic[n]
        au = c.aqueous_up[n]
        water = c.aqueous[n]
        od = c.organic_down[n]
        hold = c.hold
        holdo = c.hold * c.volumes
        # Stage 0 passes nothing on, so what stands below it is never read as anything but a zero.
        gone = c.gone + (n - 1) * E if n > 0 else c.work
        back = c.back + (n - 1) * E if n > 0 else c.work
        k = n * E
        for i in range(E):
            down = water + od * c.dist[k + i]
            c.up[k + i] = rate * c.dist[k + i] + au + bypass * ps * back[i] * down
            rest = down * ((1.0 - ps) + ps * gone[i]) + (hold + holdo * c.dist[k + i])
            p = 1.0 / (c.up[k + i] + rest)
            c.pivot[k + i] = c.up[k + i] + rest
            rest = (rest + (1.0 - keep) * c.up[k + i]) * p
            c.gone[k + i] = rest if rest > LEAST else 0.0
            c.back[k + i] = keep * c.up[k + i] * p
        if c.rings:
            for i in range(E):
                down = water + od * c.dist[k + i]
                rest = down * ((1.0 - ps) + ps * gone[i]) + (hold + holdo * c.dist[k + i])
                c.gap[i] += c.through[i] * ((1.0 - keep) + keep * eff * rest / c.pivot[k + i])
                c.through[i] *= keep * (bypass + eff * c.up[k + i] / c.pivot[k + i])
    for i in range(E):
        c.bottom[i] = c.inlet[i]
    rise(c)
    if c.rings:
        for i in range(E):
            c.gap[i] = (1.0 - c.ring[i]) + c.ring[i] * c.gap[i]
            if c.ring[i] > 0.0:
                c.bottom[i] += c.ring[i] * c.rising[N * E + i] / c.gap[i]
        rise(c)
    for n in range(N - 1, -1, -1):
        eff = c.efficiency[n]
        k = n * E
        ps = c.passed[n + 1] if n + 1 < N else 0.0
        water = c.aqueous[n + 1] if n + 1 < N else 0.0
        od = c.organic_down[n + 1] if n + 1 < N else 0.0
        for i in range(E):
            c.x[k + i] = eff * c.rising[k + i] + c.source[k + i] + c.content[k + i]
        if n + 1 < N:
            for i in range(E):
                c.x[k + i] += ps * (water + od * c.dist[k + E + i]) * c.x[k + E + i]
        for i in range(E):
            c.x[k + i] /= c.pivot[k + i]
            # What is next to nothing becomes nothing: numbers that lose digits are slow, too.
            c.x[k + i] = c.x[k + i] if c.x[k + i] > LEAST else 0.0
        if n > 0:
            ps = c.passed[n]
            water = c.aqueous[n]
            od = c.organic_down[n]
            for i in range(E):
                c.flux[k + i] = c.rising[k + i] + c.back[k - E + i] * ps * (water + od * c.dist[k + i]) * c.x[k + i]
        else:
            for i in range(E):
                c.flux[i] = c.rising[i]


cdef double contacts(Chain *c) noexcept nogil:
    """Fill h, unbound, total, anions and wrong from x; return the largest residual, inf if one is no number."""
    cdef Py_ssize_t n, i, k, E = c.elements
    cdef double q, y, h, line, left, ka = c.dissociation, worst = 0.0, r
    for n in range(c.stages):
        q = 0.0
        y = 0.0
        k = n * E
        for i in range(E):
            q += c.charge[i] * c.x[k + i]
            y += c.sites[i] * (c.dist[k + i] * c.x[k + i])
        h = exp(-c.u[n])
        c.unbound[n] = 0.0
        c.bend[n] = 0.0
        if not c.by_ph:
            line = c.line * c.extractant[n]
            left = c.extractant[n] - y
            if left > line:
                c.unbound[n] = left
                c.bend[n] = 1.0 / left
            else:
                c.unbound[n] = line * line / (2.0 * line - left)
                c.bend[n] = 1.0 / (2.0 * line - left)
            h *= c.unbound[n]
        c.h[n] = h
        c.total[n] = q + h
        c.anions[n] = c.anion[n]
        if c.sulfate[n] > 0.0:
            c.anions[n] += c.sulfate[n] * (h + 2.0 * ka) / (h + ka)
        if c.total[n] > 0.0 and isfinite(c.total[n]) and c.anions[n] > 0.0:
            r = log(c.total[n] / c.anions[n])
        else:
            r = INFINITY
        c.wrong[n] = r
        if not fabs(r) <= worst:
            worst = fabs(r)
    return worst


cdef double balances(Chain *c) noexcept nogil:
    """Everything from u; the largest residual, or inf if a value is no positive number."""
    cdef double worst
    distribute(c)
    transport(c)
    worst = contacts(c)
    return worst if isfinite(worst) else INFINITY


cdef double closure(Chain *c, Py_ssize_t *element) noexcept nogil:
    """Largest relative difference between what enters and what leaves, over the elements; and which it is."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double into, out, keep, down, phi, gap = 0.0
    element[0] = -1
    for i in range(E):
        into = c.inlet[i]
        out = 0.0
        for n in range(N):
            k = n * E + i
            into += c.source[k]
            down = (c.aqueous[n] + c.organic_down[n] * c.dist[k]) * c.x[k]
            phi = (c.efficiency[n] * c.organic[n] * c.dist[k] + c.aqueous_up[n]) * c.x[k]
            phi += (1.0 - c.efficiency[n]) * c.flux[k]
            out += (1.0 - c.passed[n]) * down + (1.0 - c.kept[n]) * phi
            if n == N - 1:
                out += c.kept[n] * (1.0 - c.ring[i]) * phi
        down = fabs(out / into - 1.0)
        if not down <= gap:
            gap = down
            element[0] = i
    return gap
