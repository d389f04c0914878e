# Newton on u: the matrix of the residuals in the form of semiseparable.pxi, and the correction for a closed loop.
#
# Everything is in relative changes, so what passes from stage to stage are shares between 0 and 1. Down go changes of
# ln x, up go changes of ln(flux). W is the change of -ln x in a stage per change of ln D; V = 1 - W has a sum of its own.

cdef inline double felt(double share) noexcept nogil:
    """The share, or nothing where it acts on nothing: products of two faint numbers underflow, which is slow."""
    return share if fabs(share) > 1e-60 else 0.0


cdef void derivatives(Chain *c, Semiseparable *s) noexcept nogil:
    """Fill s with d wrong / d u from what balances left."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double eff, bypass, keep, ps, rate, au, water, od, holdo, wet, weight, bent, t, w, ein
    cdef double d, x, a, down, sink, g, v, W, V, pt, phi, sl, low, rho, middle, onward
    cdef double *away = c.through      # share of a flux into the stage above that never comes back down
    cdef double *again = c.work        # the rest of it
    cdef double *gone
    cdef double *back
    s.stages = N
    s.elements = E
    for i in range(E):
        away[i] = 1.0
        again[i] = 0.0
    for n in range(N - 1, -1, -1):
        eff = c.efficiency[n]
        bypass = 1.0 - eff
        keep = c.kept[n]
        ps = c.passed[n]
        rate = eff * c.organic[n]
        au = c.aqueous_up[n]
        water = c.aqueous[n]
        od = c.organic_down[n]
        holdo = c.hold * c.volumes
        weight = 1.0 / c.total[n]
        wet = weight
        if c.sulfate[n] > 0.0:
            wet += c.sulfate[n] * c.dissociation / ((c.h[n] + c.dissociation) ** 2 * c.anions[n])
        wet *= c.h[n]
        bent = wet * c.bend[n]
        middle = -wet
        gone = c.gone + (n - 1) * E if n > 0 else c.gone
        back = c.back + (n - 1) * E if n > 0 else c.back
        if n == 0:
            ps = 0.0
        k = n * E
        for i in range(E):
            d = c.dist[k + i]
            x = c.x[k + i]
            sl = c.slope[k + i]
            a = rate * d + au
            down = water + od * d
            sink = c.hold + holdo * d
            w = (1.0 - keep) + keep * away[i]
            onward = keep * again[i]
            ein = eff + bypass * onward
            pt = 1.0 / (a * w + down + sink)
            v = (1.0 - ps) + ps * (gone[i] + back[i] * bypass * w)
            g = a * w + down * v + sink
            g = 1.0 / g if g > 0.0 else 0.0
            W = d * (rate * w + od * v + holdo) * g
            V = (au * w + water * v + c.hold) * g
            low = od * d * V - water * W
            phi = a * x + bypass * c.flux[k + i]
            s.source_down[k + i] = felt(sl * low / down) if down > 0.0 else 0.0
            s.source_up[k + i] = 0.0
            s.rises[k + i] = 0.0
            s.left[k + i] = 0.0
            rho = weight * c.charge[i] * x - bent * c.sites[i] * d * x
            s.right[k + i] = felt(rho)
            if phi > FAINT:
                t = 1.0 / phi
                s.source_up[k + i] = felt(sl * x * (rate * d * V - au * W + bypass * back[i] * ps * low) * t)
                s.rises[k + i] = felt((a * ein * pt + bypass) * c.flux[k + i] * t)
                # Without bypass the change of x is that of the flux.
                s.left[k + i] = s.right[k + i]
                if bypass > 0.0 and s.right[k + i] != 0.0:
                    s.left[k + i] *= phi / (x * (a + bypass / (pt * ein)))
            middle -= rho * sl * W + bent * c.sites[i] * d * x * sl
            s.falls[k + i] = 0.0
            if n > 0:
                phi = c.pivot[k - E + i] * c.x[k - E + i]
                if phi > FAINT:
                    s.falls[k + i] = felt(ps * down * x / phi)
            t = bypass * w + ein * (a * w + (1.0 - ps) * down + sink) * pt
            again[i] = ps * down * ein * pt
            away[i] = t if t > LEAST else 0.0
        s.middle[n] = middle


cdef double share_returned(Chain *c, Py_ssize_t i) noexcept nogil:
    """d ln(flux into stage 0) per d ln(flux that leaves the top), the whole loop told in."""
    return (c.bottom[i] - c.inlet[i]) / (c.bottom[i] * c.gap[i]) if c.bottom[i] > 0.0 else 0.0


cdef void loop_signals(Chain *c, Semiseparable *s, Py_ssize_t i, double *lift, double *fall) noexcept nogil:
    """What the loop adds to the matrix for element i: lift (stages,) times fall (stages,)."""
    cdef Py_ssize_t n, E = c.elements, N = c.stages
    cdef double t = 1.0
    for n in range(N):
        t *= s.rises[n * E + i]
        lift[n] = s.left[n * E + i] * t
    t = share_returned(c, i)
    for n in range(N - 1, -1, -1):
        fall[n] = s.source_up[n * E + i] * t
        t *= s.rises[n * E + i]


cdef bint close_loop(Chain *c, Semiseparable *s, double *v) noexcept nogil:
    """Turn v, solved for the open row, into the solution with the loop (Sherman, Morrison and Woodbury)."""
    cdef Py_ssize_t n, i, j, N = c.stages
    cdef int many = 0, one = 1, info = 0
    cdef double sum_
    cdef double *lift
    cdef double *fall
    for i in range(c.elements):
        if c.ring[i] > 0.0 and c.bottom[i] > c.inlet[i]:
            lift = c.lift + many * N
            loop_signals(c, s, i, lift, c.fall + many * N)
            substitute(s, lift)
            many += 1
    if many == 0:
        return True
    for i in range(many):
        fall = c.fall + i * N
        for j in range(many):
            lift = c.lift + j * N
            sum_ = 1.0 if i == j else 0.0
            for n in range(N):
                sum_ += fall[n] * lift[n]
            c.small[j * many + i] = sum_
        sum_ = 0.0
        for n in range(N):
            sum_ += fall[n] * v[n]
        c.work[i] = sum_
    dgesv(&many, &one, c.small, &many, c.swaps, c.work, &many, &info)
    if info != 0:
        return False
    for i in range(many):
        lift = c.lift + i * N
        for n in range(N):
            v[n] -= lift[n] * c.work[i]
    return True


cdef void product(Chain *c, Semiseparable *s, const double *v, double *out) noexcept nogil:
    """out = (d wrong / d u) v, both (stages,), loop included."""
    cdef Py_ssize_t n, i, N = c.stages
    cdef double sum_
    apply_(s, v, out)
    for i in range(c.elements):
        if c.ring[i] > 0.0 and c.bottom[i] > c.inlet[i]:
            loop_signals(c, s, i, c.lift, c.fall)
            sum_ = 0.0
            for n in range(N):
                sum_ += c.fall[n] * v[n]
            for n in range(N):
                out[n] += c.lift[n] * sum_


cdef bint solve_row(Chain *c, Semiseparable *s, double *v) noexcept nogil:
    """Replace v (stages,) by the solution of the factored matrix, loop included; False if it is singular."""
    substitute(s, v)
    return not c.rings or close_loop(c, s, v)


cdef double newton_step(Chain *c, Semiseparable *s) noexcept nogil:
    """Put the Newton step into c.step; return its largest part, or inf if the matrix is singular."""
    cdef Py_ssize_t n
    cdef double largest = 0.0
    derivatives(c, s)
    if not factor(s):
        return INFINITY
    for n in range(c.stages):
        c.step[n] = -c.wrong[n]
    if not solve_row(c, s, c.step):
        return INFINITY
    # The factors are made without exchanging rows; in long rows the step gains digits by being refined.
    product(c, s, c.step, c.spare)
    for n in range(c.stages):
        c.spare[n] = -c.wrong[n] - c.spare[n]
    if not solve_row(c, s, c.spare):
        return INFINITY
    for n in range(c.stages):
        c.step[n] += c.spare[n]
        if not isfinite(c.step[n]):
            return INFINITY
        if fabs(c.step[n]) > largest:
            largest = fabs(c.step[n])
    return largest


cdef int least(int a, int b) noexcept nogil:
    return a if a < b else b


cdef double newton(Chain *c, Semiseparable *s, double goal, int limit, double longest, int *used) noexcept nogil:
    """Newton from u at the present hold; return the residual reached, everything belonging to that u.

    Each stage's step is bent to at most a bound and taken wherever it leads, as long as that is finite: the residual
    may rise on the way, and on random circuits this ends sooner and more often than any search along the step. The
    bound begins at longest, shrinks after a rise and grows after a fall, within a third and three times of that.

    In pseudo-time the residual must fall: else shares of the bent step are tried, then of the whole step, which points
    downhill although it may be long; where all of them rise the bent step is taken none the less.
    """
    cdef Py_ssize_t n
    cdef int it, halving
    cdef double worst = balances(c), size, share, before, whole, bound = longest
    for it in range(limit):
        if worst <= goal or not isfinite(worst) or stopped(c.stop):
            break
        size = newton_step(c, s)
        used[0] += 1
        if not isfinite(size):
            break
        memcpy(c.trial, c.u, c.stages * sizeof(double))
        memcpy(c.whole, c.step, c.stages * sizeof(double))
        if size > 0.01 * bound:
            for n in range(c.stages):
                c.step[n] = bound * tanh(c.step[n] / bound)
        share = 1.0
        whole = 1.0 if size < bound else bound / size
        before = worst
        for halving in range(8):
            if c.hold > 0.0 and halving >= 3 and halving < 7:
                for n in range(c.stages):
                    c.u[n] = c.trial[n] + whole * c.whole[n]
                whole *= 0.2
            else:
                if halving == 7 and c.hold > 0.0:
                    share = 0.1
                for n in range(c.stages):
                    c.u[n] = c.trial[n] + share * c.step[n]
                share *= 0.35
            worst = balances(c)
            if isfinite(worst) and (worst < before or c.hold == 0.0 or halving == 7):
                break
        bound *= 0.3 if worst > before else 1.3
        bound = longest / 3.0 if bound < longest / 3.0 else 3.0 * longest if bound > 3.0 * longest else bound
    return worst
