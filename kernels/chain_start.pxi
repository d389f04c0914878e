# Starts and the slow but sure way: from a guess at each stage by itself to the steady state through pseudo-time.

cdef void guess(Chain *c) noexcept nogil:
    """u from one contact per stage: the metal of the feeds at the anion level, the organic loaded as charge allows."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double whole = 0.0, low, high, u, load, most, q, y, d, flow, top, sites
    cdef int it
    cdef double *mix = c.work
    for i in range(E):
        mix[i] = c.inlet[i]
        for n in range(N):
            mix[i] += c.source[n * E + i]
        whole += c.charge[i] * mix[i]
    for i in range(E):
        mix[i] /= whole
    load = 0.0
    for i in range(E):
        load += c.charge[i] * c.inlet[i]
    # The equivalents the organic carries up, as if the aqueous carried no acid.
    flow = load - c.aqueous[0] * c.anion[0]
    for n in range(N):
        for i in range(E):
            flow += c.charge[i] * c.source[n * E + i]
        if n > 0:
            flow -= (1.0 - c.passed[n]) * c.aqueous[n] * c.anion[n]
        top = flow
        if n + 1 < N:
            top += c.passed[n + 1] * c.aqueous[n + 1] * c.anion[n + 1]
        top /= c.organic[n] + 1e-300
        most = c.extractant[n]
        if c.by_ph:
            c.u[n] = 4.6
            continue
        top = 0.9 * most if top > 0.9 * most else 0.02 * most if not top > 0.02 * most else top
        low = -20.0
        high = 20.0
        for it in range(60):
            u = 0.5 * (low + high)
            # Metal x = mix * m with q + h = anion; too much in the organic means u is too high.
            q = 0.0
            y = 0.0
            sites = 0.0
            for i in range(E):
                k = n * E + i
                d = exp(c.log_k[k] + c.slope[k] * u)
                q += c.charge[i] * mix[i]
                y += c.charge[i] * mix[i] * d
                sites += c.sites[i] * mix[i] * d
            # The free extractant left at this loading gives h.
            d = (most - top) * exp(-u)
            d = c.anion[n] + c.sulfate[n] - d
            if d > 0.0 and y * d / q > top:
                high = u
            else:
                low = u
        c.u[n] = u


cdef void hold_at(Chain *c, double *stored, double hold) noexcept nogil:
    """Set the accumulation rate: content becomes hold times what is stored."""
    cdef Py_ssize_t k
    c.hold = hold
    if hold == 0.0:
        memset(c.content, 0, c.stages * c.elements * sizeof(double))
    else:
        for k in range(c.stages * c.elements):
            c.content[k] = hold * stored[k]


cdef void store(Chain *c, double *stored) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(c.stages * c.elements):
        stored[k] = (1.0 + c.volumes * c.dist[k]) * c.x[k]


cdef double settle(Chain *c, Semiseparable *s, double *stored, double goal, int limit, double hold, int *used) noexcept nogil:
    """Implicit pseudo-time steps of growing length from the contents in stored and from u, to the steady state."""
    cdef double worst, tried = INFINITY
    cdef int spent
    memcpy(c.keep, c.u, c.stages * sizeof(double))
    while used[0] < limit and not stopped(c.stop):
        hold_at(c, stored, hold)
        used[0] += 1
        spent = used[0]
        worst = newton(c, s, 1e-9, 25, 3.0, used)
        if worst <= 1e-6:
            store(c, stored)
            memcpy(c.keep, c.u, c.stages * sizeof(double))
            spent = used[0] - spent
            hold_at(c, stored, 0.0)
            worst = balances(c)
            if worst <= goal:
                return worst
            if worst < 0.1 and worst < 0.3 * tried:
                tried = worst
                worst = newton(c, s, goal, 25, 3.0, used)
                if worst <= goal:
                    return worst
                memcpy(c.u, c.keep, c.stages * sizeof(double))
            if spent <= 4:
                hold *= 0.3
            elif spent > 7:
                hold *= 1.5
            if hold < 1e-16:
                hold = 1e-16
        else:
            memcpy(c.u, c.keep, c.stages * sizeof(double))
            hold *= 5.0
            if hold > 1e12:
                break
    hold_at(c, stored, 0.0)
    return balances(c)


cdef double steady(Chain *c, Semiseparable *s, double *stored, bint warm, double goal, int limit, int *used) noexcept nogil:
    """Newton from u; failing that, pseudo-time from a guess."""
    cdef double worst = INFINITY, flow, size, now
    cdef Py_ssize_t n, k
    hold_at(c, stored, 0.0)
    if warm:
        worst = newton(c, s, goal, 40, 3.0, used)
    if not worst <= goal:
        guess(c)
        worst = newton(c, s, goal, 60, 3.0, used)
    if not worst <= goal:
        guess(c)
        # One contact in each stage, with nothing passed on, is the profile the row fills from.
        flow = 0.0
        for n in range(c.stages):
            flow += c.organic[n] + c.aqueous[n]
        flow /= c.stages
        worst = balances(c)
        if isfinite(worst):
            for n in range(c.stages):
                now = c.anions[n] / c.total[n]
                for k in range(n * c.elements, (n + 1) * c.elements):
                    c.x[k] *= now
            store(c, stored)
            worst = settle(c, s, stored, goal, used[0] + limit, flow, used)
    if worst <= goal and worst > 1e-15:
        size = newton_step(c, s)
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
