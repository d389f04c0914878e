# Newton on u for one exchange circuit, with steps that may leave the residual worse for a while.

cdef double newton_step(Circuit *c) noexcept nogil:
    """Put the Newton step into c.step; return its largest part, or inf if the matrix is singular."""
    cdef Py_ssize_t n
    cdef double largest = 0.0
    if not derivatives(c):
        return INFINITY
    for n in range(c.stages):
        c.step[n] = c.total[n] * c.residual[n]
    backward(c, c.step)
    for n in range(c.stages):
        if not isfinite(c.step[n]):
            return INFINITY
        if fabs(c.step[n]) > largest:
            largest = fabs(c.step[n])
    return largest


cdef double newton(Circuit *c, double goal, int limit, double longest, int *used) noexcept nogil:
    """Damped Newton from u at the present hold; return the residual reached, u and x belonging to it.

    With longest negative every finite step is taken, cut to -longest. Ends at the best point met once steps are long
    although the residual is small: the front is neutral, and only leaks can place it.
    """
    cdef Py_ssize_t n
    cdef int it, halving
    cdef bint kept = False
    cdef double worst = balances(c), size, share, now, best = INFINITY
    for it in range(limit):
        if worst < best:
            best = worst
            memcpy(c.best, c.u, c.stages * sizeof(double))
        if worst <= goal or stopped(c):
            return worst
        if not isfinite(worst) or (longest < 0.0 and it >= 7 and worst > 1.0):
            break
        size = newton_step(c)
        used[0] += 1
        if not isfinite(size) or (worst < 1e-7 and size > 3.0 and not c.balanced and not c.ended):
            break
        share = 1.0 if size <= fabs(longest) else fabs(longest) / size
        memcpy(c.trial, c.u, c.stages * sizeof(double))
        for halving in range(8):
            for n in range(c.stages):
                c.u[n] = c.trial[n] + share * c.step[n]
            now = balances(c)
            kept = now < worst or now < 0.2 * share * size or (longest < 0.0 and isfinite(now))
            if kept:
                break
            share *= 0.35
        worst = now
        if not kept:
            break
    if not worst < best and isfinite(best):
        memcpy(c.u, c.best, c.stages * sizeof(double))
        worst = balances(c)
    return worst


cdef double bent_newton(Circuit *c, double goal, int limit, double longest, int *used) noexcept nogil:
    """Newton from u, each stage's step bent to a bound and taken wherever it leads; return the residual reached.

    The residual may rise on the way. The bound begins at longest, shrinks after a rise and grows after a fall.
    """
    cdef Py_ssize_t n
    cdef int it, halving
    cdef double worst = balances(c), size, share, before, bound = longest, best = INFINITY
    for it in range(limit):
        if worst < best:
            best = worst
            memcpy(c.best, c.u, c.stages * sizeof(double))
        if worst <= goal or not isfinite(worst) or stopped(c):
            break
        size = newton_step(c)
        used[0] += 1
        if not isfinite(size) or (worst < 1e-7 and size > 3.0 and not c.balanced and not c.ended):
            break
        memcpy(c.trial, c.u, c.stages * sizeof(double))
        if size > 0.01 * bound:
            for n in range(c.stages):
                c.step[n] = bound * tanh(c.step[n] / bound)
        share = 1.0
        before = worst
        for halving in range(8):
            for n in range(c.stages):
                c.u[n] = c.trial[n] + share * c.step[n]
            worst = balances(c)
            if isfinite(worst):
                break
            share *= 0.35
        bound *= 0.3 if worst > before else 1.3
        bound = longest / 3.0 if bound < longest / 3.0 else 3.0 * longest if bound > 3.0 * longest else bound
    if not worst <= best and isfinite(best):
        memcpy(c.u, c.best, c.stages * sizeof(double))
        worst = balances(c)
    return worst


cdef void remember(Circuit *c) noexcept nogil:
    """The present profile, each stage scaled to sum one, becomes the start of the next pseudo-time step."""
    cdef Py_ssize_t n, i
    cdef double whole
    for n in range(c.stages):
        whole = 0.0
        for i in range(c.elements):
            whole += c.x[n * c.elements + i]
        for i in range(c.elements):
            c.old[n * c.elements + i] = c.x[n * c.elements + i] / whole


cdef double settle(Circuit *c, double goal, int limit, double hold, int *used) noexcept nogil:
    """Implicit pseudo-time steps from the remembered profile c.old and u, at growing length, to the steady state."""
    cdef double worst, tried = INFINITY, moved, back
    cdef int spent, turns = 0
    cdef Py_ssize_t n
    memcpy(c.keep, c.u, c.stages * sizeof(double))
    while used[0] < limit and not stopped(c):
        c.hold = hold
        # A turn counts as a step: at the shortest hold Newton may have nothing left to do, turn after turn.
        used[0] += 1
        spent = used[0]
        worst = newton(c, 1e-2 * goal if 1e-2 * goal > 1e-13 else 1e-13, 60, 3.0, used)
        if worst <= 1e-4 * hold or worst <= goal:
            c.hold = 0.0
            worst = balances(c)
            if worst <= goal:
                return worst
            remember(c)
            moved = 0.0
            back = 0.0
            for n in range(c.stages):
                if fabs(c.u[n] - c.keep[n]) > moved:
                    moved = fabs(c.u[n] - c.keep[n])
                if fabs(c.u[n] - c.earlier[n]) > back:
                    back = fabs(c.u[n] - c.earlier[n])
            memcpy(c.earlier, c.keep, c.stages * sizeof(double))
            memcpy(c.keep, c.u, c.stages * sizeof(double))
            spent = used[0] - spent
            turns += 1
            if turns > 2 and back < 0.2 * moved:
                # Steps too long go to and fro between two profiles.
                hold *= 8.0
                spent = 10
            if worst < 1e-3 and worst < 0.3 * tried:
                # Unheld, Newton moves a front whose leak is small by about one e-fold of that leak per step.
                tried = worst
                worst = newton(c, goal, 12, 3.0, used)
                if worst <= goal:
                    return worst
                if worst < 0.1:
                    remember(c)
                    memcpy(c.keep, c.u, c.stages * sizeof(double))
                memcpy(c.u, c.keep, c.stages * sizeof(double))
            if spent <= 5:
                hold *= 0.4
            elif spent > 20:
                hold *= 1.5
            if hold < 1e-14:
                hold = 1e-14
        else:
            memcpy(c.u, c.keep, c.stages * sizeof(double))
            hold *= 5.0
            if hold > 1e3:
                break
    c.hold = 0.0
    return balances(c)
