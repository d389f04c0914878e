# One step of TR-BDF2 (Bank et al. 1985; error estimate of Hosea and Shampine 1996): second order, L-stable.
#
# Both implicit parts use the same g = D h, so one Newton matrix serves for both. The state is what each mixer and
# settler holds, three tables of (stages, elements); all that flows is weighed with the same weights as the state, so
# the balance of each element closes to rounding at any step.

cdef double GAMMA = 0.5857864376269049      # 2 - sqrt 2
cdef double D = 0.29289321881345254         # GAMMA / 2
cdef double W = 0.35355339059327379         # sqrt 2 / 4

cdef struct Run:
    double *state       # (3, stages, elements) mol held by mixers, aqueous settlers, organic settlers
    double *memory      # (3, stages, elements)
    double *rate1       # (3, stages, elements) d state / dt at the three points of a step
    double *rate2
    double *rate3
    double *after       # (3, stages, elements) state at the end of a step
    double *settled     # (2, stages, elements) compositions of the settlers at the present point
    double *settled0    # (2, stages, elements) at the start of the step
    double *x0          # (stages, elements) at the start of the step
    double *u0          # (stages,)
    double *slope       # (stages,) of u by the step before
    double *out         # (3, 2 + draws, elements) what leaves per time at the three points
    double time
    double next         # step wanted


cdef void settle(Cascade *c, const double *memory, double *settled) noexcept nogil:
    """Compositions of the settlers from x, u and what they held."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages, NE = N * E
    cdef double share, rate, through
    for n in range(N):
        through = c.aqueous[n] + c.draw[n] + (c.returned_down if n == 0 else 0.0)
        share = c.g * through * c.drain_down[n] if c.drain_down[n] > 0.0 else 1.0
        for i in range(E):
            k = n * E + i
            settled[k] = share * c.x[k] + memory[NE + k] * c.drain_down[n]
        rate = exp(c.u[n])
        through = c.organic[n] + (c.returned_up if n == N - 1 else 0.0)
        share = c.g * through * c.drain_up[n] if c.drain_up[n] > 0.0 else 1.0
        for i in range(E):
            k = n * E + i
            settled[NE + k] = share * (rate * c.beta[i] * c.x[k]) + memory[2 * NE + k] * c.drain_up[n]


cdef void held(Cascade *c, const double *settled, double *state) noexcept nogil:
    """What mixers and settlers hold."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages, NE = N * E
    cdef double rate
    for n in range(N):
        rate = exp(c.u[n])
        for i in range(E):
            k = n * E + i
            state[k] = (c.hold[n] + c.hold[N + n] * (rate * c.beta[i])) * c.x[k]
            state[NE + k] = c.hold[2 * N + n] * settled[k]
            state[2 * NE + k] = c.hold[3 * N + n] * settled[NE + k]


cdef void rates(Cascade *c, const double *settled, double *rate, double *out) noexcept nogil:
    """d state / dt and what leaves per time, from x, u and the settlers' compositions."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages, NE = N * E
    cdef double lift, back, moved
    for k in range(NE):
        rate[k] = 0.0
    for n in range(N):
        lift = exp(c.u[n])
        back = c.returned_down if n == 0 else 0.0
        for i in range(E):
            k = n * E + i
            moved = (c.aqueous[n] + c.draw[n] + back) * (c.x[k] - settled[k])
            rate[NE + k] = moved
            rate[k] -= moved + (c.aqueous[n] + c.draw[n]) * settled[k]
            if n > 0:
                rate[k - E] += c.aqueous[n] * settled[k]
        back = c.returned_up if n == N - 1 else 0.0
        for i in range(E):
            k = n * E + i
            moved = (c.organic[n] + back) * (lift * c.beta[i] * c.x[k] - settled[NE + k])
            rate[2 * NE + k] = moved
            rate[k] -= moved + c.organic[n] * settled[NE + k]
            if n < N - 1:
                rate[k + E] += c.organic[n] * settled[NE + k]
    for i in range(E):
        rate[c.feed_stage * E + i] += c.feed[i]
        out[i] = c.aqueous[0] * settled[i]
        out[E + i] = c.organic[N - 1] * settled[2 * NE - E + i]
        for n in range(c.draws):
            out[(2 + n) * E + i] = c.draw[c.draw_at[n]] * settled[c.draw_at[n] * E + i]


cdef void steady_rates(Cascade *c, const double *memory, const double *state, double *rate) noexcept nogil:
    """d state / dt as (state - memory) / g wherever a step outlasts a hold-up.

    There the difference of the flows is small beside them, and its rounding would add up to more than a trace is fed.
    """
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages, NE = N * E
    cdef double down, loaded
    for n in range(N):
        down = c.aqueous[n] + c.draw[n] + (c.returned_down if n == 0 else 0.0)
        loaded = c.organic[n] + (c.returned_up if n == N - 1 else 0.0)
        if c.g * (down + loaded) > c.hold[n] + c.hold[N + n]:
            for i in range(E):
                k = n * E + i
                rate[k] = (state[k] - memory[k]) / c.g
        if c.g * down > c.hold[2 * N + n]:
            for i in range(E):
                k = NE + n * E + i
                rate[k] = (state[k] - memory[k]) / c.g
        if c.g * loaded > c.hold[3 * N + n]:
            for i in range(E):
                k = 2 * NE + n * E + i
                rate[k] = (state[k] - memory[k]) / c.g


cdef double error(Cascade *c, Run *r, double h, double rtol, double atol) noexcept nogil:
    """Largest error of a mole fraction over its tolerance: that of the third-order companion, damped as the step is."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages, NE = N * E
    cdef double sum_, miss, worst = 0.0, share, lift, rise, through
    for k in range(3 * NE):
        r.memory[k] = h * ((4.0 * W - 1.0) * r.rate1[k] - r.rate2[k] + 2.0 * D * r.rate3[k]) / 3.0
    gather(c, r.memory, False)
    memcpy(c.sources, c.right, NE * sizeof(double))
    solve_rows(c, c.sources)
    for n in range(N):
        sum_ = 0.0
        for i in range(E):
            sum_ += c.sources[n * E + i]
        c.step[n] = sum_
    substitute(&c.newton, c.step)
    for n in range(N):
        for i in range(E):
            k = n * E + i
            c.right[k] -= c.whole_up[k] * c.x[k] * c.step[n]
            if n > 0:
                c.right[k] += c.up[k - E] * c.x[k - E] * c.step[n - 1]
    solve_rows(c, c.right)
    for n in range(N):
        lift = exp(c.u[n])
        for i in range(E):
            k = n * E + i
            miss = fabs(c.right[k]) / (atol + rtol * fabs(c.x[k]))
            worst = miss if not miss <= worst else worst
            through = c.aqueous[n] + c.draw[n] + (c.returned_down if n == 0 else 0.0)
            share = c.g * through * c.drain_down[n]
            miss = share * c.right[k] + r.memory[NE + k] * c.drain_down[n]
            miss = fabs(miss) / (atol + rtol * fabs(r.settled[k]))
            worst = miss if not miss <= worst else worst
            rise = lift * c.beta[i] * (c.right[k] + c.x[k] * c.step[n])
            through = c.organic[n] + (c.returned_up if n == N - 1 else 0.0)
            share = c.g * through * c.drain_up[n]
            miss = share * rise + r.memory[2 * NE + k] * c.drain_up[n]
            miss = fabs(miss) / (atol + rtol * fabs(r.settled[NE + k]))
            worst = miss if not miss <= worst else worst
    return worst


cdef bint advance(Cascade *c, Run *r, double h, double goal, int *where) noexcept nogil:
    """A step of length h from x0, u0, settled0, state and rate1 to x, u, settled, after and rate3.

    False if Newton fails.
    """
    cdef Py_ssize_t n, k, NE = c.stages * c.elements, outlets = (2 + c.draws) * c.elements
    cdef double move
    set_step(c, D * h)
    memcpy(c.x, r.x0, NE * sizeof(double))
    memcpy(c.u, r.u0, c.stages * sizeof(double))
    for k in range(3 * NE):
        r.memory[k] = r.state[k] + D * h * r.rate1[k]
    gather(c, r.memory, True)
    for n in range(c.stages):
        move = GAMMA * h * r.slope[n]
        c.u[n] += move if fabs(move) < 0.5 else 0.0
    if not isfinite(implicit(c, goal, 14, where)):
        return False
    settle(c, r.memory, r.settled)
    rates(c, r.settled, r.rate2, r.out + outlets)
    held(c, r.settled, r.after)
    steady_rates(c, r.memory, r.after, r.rate2)
    for k in range(3 * NE):
        r.memory[k] = r.state[k] + W * h * (r.rate1[k] + r.rate2[k])
    gather(c, r.memory, True)
    for n in range(c.stages):
        move = (c.u[n] - r.u0[n]) / GAMMA
        c.u[n] = r.u0[n] + (move if fabs(move) < 1.0 else GAMMA * move)
    if not isfinite(implicit(c, goal, 14, where)):
        return False
    settle(c, r.memory, r.settled)
    rates(c, r.settled, r.rate3, r.out + 2 * outlets)
    held(c, r.settled, r.after)
    steady_rates(c, r.memory, r.after, r.rate3)
    if not c.factored and not derivatives(c):
        return False
    return True
