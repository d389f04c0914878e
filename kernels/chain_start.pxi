# Starts, and the slow but sure way: from a guess at each stage by itself through pseudo-time to the steady state.

# Tried on random circuits: Newton needs fewest steps from a guess raised by 0.6, and reaches the answer most surely, if
# more slowly, from one raised by 2 with each stage bent to shorter steps.
cdef double NEAR = 0.6
cdef double SURE = 2.0


cdef void guess(Chain *c, double raised) noexcept nogil:
    """u from an overall balance of charge, raised: the organic loaded as if the aqueous carried no acid, where it may.

    Where the balance leaves more anion than metal for a section (a strip), u follows from that free acid instead.
    """
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double whole = 0.0, flow = 0.0, carried, level, top, most, k0, slope, free_acid = 0.0
    cdef double *mix = c.work
    for i in range(E):
        mix[i] = 0.0
        for n in range(N):
            mix[i] += c.charge[i] * c.source[n * E + i]
        flow += mix[i] + c.charge[i] * c.inlet[i]
    for i in range(E):
        whole += mix[i]
    if not whole > 0.0:
        for i in range(E):
            mix[i] = c.charge[i] * c.inlet[i]
            whole += mix[i]
    # From the top stage down: flow is the charge that the organic carries up from the stage.
    flow -= c.aqueous[0] * (c.anion[0] + c.sulfate[0])
    for n in range(1, N):
        flow -= (1.0 - c.passed[n]) * c.aqueous[n] * (c.anion[n] + c.sulfate[n])
    for n in range(N - 1, -1, -1):
        level = c.anion[n] + c.sulfate[n]
        carried = flow
        if n + 1 < N:
            carried += c.passed[n + 1] * c.aqueous[n + 1] * (c.anion[n + 1] + c.sulfate[n + 1])
        if n == N - 1 or c.passed[n + 1] < 0.97:
            free_acid = -carried / c.aqueous[n]
        flow += (1.0 - c.passed[n]) * c.aqueous[n] * level if n > 0 else 0.0
        k0 = 0.0
        slope = 0.0
        for i in range(E):
            k = n * E + i
            flow -= c.charge[i] * c.source[k]
            k0 += mix[i] / whole * c.log_k[k]
            slope += mix[i] / whole * c.slope[k]
        if not level > 1e-9:
            level = 1e-9
        most = c.extractant[n] if not c.by_ph else 20.0 * level
        if free_acid > 0.1 * level:
            top = free_acid if free_acid < 0.95 * level else 0.95 * level
            c.u[n] = log((0.7 * most if not c.by_ph else 1.0) / top) + (raised - NEAR)
        else:
            top = carried / c.organic[n] if c.organic[n] > 0.0 else 0.0
            top = 0.9 * most if top > 0.9 * most else 0.02 * most if not top > 0.02 * most else top
            c.u[n] = (log(top / level) - k0) / (slope if slope > 0.0 else 1.0) + raised


cdef void store(Chain *c) noexcept nogil:
    """The present profile, each stage scaled to its anions, becomes what a pseudo-time step starts from."""
    cdef Py_ssize_t n, k
    cdef double part
    for n in range(c.stages):
        part = c.anions[n] / c.total[n]
        for k in range(n * c.elements, (n + 1) * c.elements):
            c.stored[k] = (1.0 + c.volumes * c.dist[k]) * c.x[k] * part


cdef void hold_at(Chain *c, double hold) noexcept nogil:
    """Set the accumulation rate."""
    cdef Py_ssize_t k
    c.hold = hold
    for k in range(c.stages * c.elements):
        c.content[k] = hold * c.stored[k] if hold > 0.0 else 0.0


cdef double settle(Chain *c, Semiseparable *s, double goal, int limit, double hold, int *used) noexcept nogil:
    """Implicit pseudo-time steps of growing length from u and what is stored, to the steady state."""
    cdef double worst, tried = INFINITY, rest = INFINITY, shrink = 0.3
    cdef int spent
    memcpy(c.keep, c.u, c.stages * sizeof(double))
    while used[0] < limit and not stopped(c.stop):
        hold_at(c, hold)
        # A turn counts as a step: at the shortest hold Newton may have nothing left to do, turn after turn.
        used[0] += 1
        spent = used[0]
        worst = newton(c, s, 1e-9 if rest > 1e-6 else 1e-13, 40 if rest > 1e-6 else 8, 1.0, used)
        if worst <= 1e-6:
            store(c)
            memcpy(c.keep, c.u, c.stages * sizeof(double))
            spent = used[0] - spent
            hold_at(c, 0.0)
            worst = balances(c)
            rest = worst
            if worst <= goal:
                return worst
            if worst < 0.1 and worst < 0.3 * tried:
                tried = worst
                worst = newton(c, s, goal, 25, 1.0, used)
                if worst <= goal:
                    return worst
                memcpy(c.u, c.keep, c.stages * sizeof(double))
            if spent <= 14:
                hold *= shrink
                shrink = 0.3 if shrink * 0.9 < 0.3 else shrink * 0.9
            elif spent > 25:
                hold *= 1.5
            if hold < 1e-16:
                hold = 1e-16
        else:
            memcpy(c.u, c.keep, c.stages * sizeof(double))
            hold *= 1.5 / shrink
            shrink = sqrt(shrink) if shrink < 0.5 else shrink
            if hold > 1e12:
                break
    hold_at(c, 0.0)
    return balances(c)


cdef bint bent_down(Chain *c) noexcept nogil:
    """Whether the free extractant of a stage is not what the balance gives."""
    cdef Py_ssize_t n
    if not c.by_ph:
        for n in range(c.stages):
            if c.unbound[n] <= c.line * c.extractant[n]:
                return True
    return False


cdef double sharpen(Chain *c, Semiseparable *s, double goal, int limit, int *used) noexcept nogil:
    """From the answer with a blunt bound of the free extractant to that of the equilibrium, or to a full organic."""
    cdef double worst = 0.0, good = c.line, shrink = 0.1
    cdef size_t row = c.stages * sizeof(double)
    memcpy(c.keep, c.u, row)
    while bent_down(c) and good > FULL and used[0] < limit:
        c.line = good * shrink if good * shrink > FULL else FULL
        worst = newton(c, s, goal, least(15, limit - used[0]), 0.3, used)
        if worst <= goal:
            good = c.line
            shrink = shrink ** 1.5 if shrink > 0.2 else 0.1
            memcpy(c.keep, c.u, row)
        else:
            memcpy(c.u, c.keep, row)
            shrink = sqrt(shrink)
            if shrink > 0.985:
                break
    if good > FULL:
        c.line = good
        if bent_down(c):
            return INFINITY
    return worst


cdef double attempt(
    Chain *c, Semiseparable *s, double goal, int limit, double longest, double line, int *used
) noexcept nogil:
    """Newton from u at a blunt bound of the free extractant, and on to the sharp one."""
    cdef double worst
    c.line = line
    worst = newton(c, s, goal, limit, longest, used)
    return sharpen(c, s, goal, used[0] + 200, used) if worst <= goal and bent_down(c) else worst


cdef double steady(Chain *c, Semiseparable *s, bint warm, double goal, int limit, int *used) noexcept nogil:
    """Newton from u if warm; failing that from a guess, each time with shorter steps; failing that, pseudo-time."""
    cdef double worst = INFINITY, flow = 0.0, size, now, line
    cdef Py_ssize_t n
    if warm:
        worst = attempt(c, s, goal, least(30, limit), 1.0, 1e-3, used)
    if not worst <= goal and used[0] < limit:
        guess(c, NEAR)
        worst = attempt(c, s, goal, least(40, limit - used[0]), 0.3, 0.03, used)
    if not worst <= goal and used[0] < limit:
        guess(c, SURE)
        worst = attempt(c, s, goal, least(60, limit - used[0]), 0.15, 0.1, used)
    if not worst <= goal and used[0] < limit:
        guess(c, SURE)
        worst = attempt(c, s, goal, least(150, limit - used[0]), 0.08, 0.01, used)
    if not worst <= goal and used[0] < limit:
        guess(c, SURE)
        worst = attempt(c, s, goal, least(100, limit - used[0]), 0.15, 0.3, used)
    if not worst <= goal and used[0] < limit:
        guess(c, NEAR)
        worst = attempt(c, s, goal, least(300, limit - used[0]), 0.04, 0.01, used)
    for n in range(c.stages):
        flow += (c.organic[n] + c.aqueous[n]) / c.stages
    line = 1e-2
    if not worst <= goal:
        guess(c, NEAR)
    while not worst <= goal and used[0] < limit and line >= FULL and not stopped(c.stop):
        c.line = line
        if isfinite(balances(c)):
            store(c)
            worst = settle(c, s, goal, used[0] + limit // 4, flow, used)
            if worst <= goal:
                if bent_down(c):
                    worst = sharpen(c, s, goal, used[0] + 200, used)
            else:
                guess(c, NEAR)
        line *= 0.1
    if worst <= goal and worst > 1e-15:
        # One step more, kept if it helps: the answer then hardly depends on where the iteration came from.
        size = newton_step(c, s)
        c.factored = isfinite(size)
        used[0] += 1
        memcpy(c.trial, c.u, c.stages * sizeof(double))
        if size < 1e-3:
            for n in range(c.stages):
                c.u[n] += c.step[n]
            now = balances(c)
            if now < worst:
                return now
            memcpy(c.u, c.trial, c.stages * sizeof(double))
        worst = balances(c)
    return worst
