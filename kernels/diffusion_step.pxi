# One step of kernels/diffusion.pyx: rates, the implicit solve, TR-BDF2 and the moment at which the film runs short.

cdef double G2 = 1.0 - sqrt(0.5)
cdef double W2 = 0.25 * sqrt(2.0)


cdef struct Slab:
    Py_ssize_t depth
    Py_ssize_t shells
    double half
    double radius
    double share
    double partition
    double most
    double film
    bint short_of
    double cut
    # Widths of the cells of depth and volumes of the shells, as shares of the grain.
    double *width
    double *volume
    # Distances between middles, the first from the face; shape of the shells' faces, the last the grain's own.
    double *apart
    double *shape
    # Conductances for the diffusivities of now.
    double *along
    double *inward
    # Elimination: of the shells, and of the cells of depth.
    double *shell_own
    double *shell_pivot
    double *own
    double *pivot
    double *load
    double *lift
    # A state is the film's kg/m2, then the boundary, then the shells by depth; so are its rates and a memory.
    double *state
    double *memory
    double *solved
    double *tried
    double *rate0
    double *rate1
    double *rate2


cdef Py_ssize_t lay_out(Slab *a, double *room) noexcept nogil:
    """Hand out the workspace; return how many numbers that takes (room may be NULL)."""
    cdef Py_ssize_t at = 0, k, N = a.depth, R = a.shells
    cdef double **rows[6]
    cdef double **shells[4]
    cdef double **states[7]
    rows[0] = &a.width
    rows[1] = &a.apart
    rows[2] = &a.along
    rows[3] = &a.own
    rows[4] = &a.pivot
    rows[5] = &a.load
    shells[0] = &a.volume
    shells[1] = &a.shape
    shells[2] = &a.inward
    shells[3] = &a.shell_own
    states[0] = &a.state
    states[1] = &a.memory
    states[2] = &a.solved
    states[3] = &a.tried
    states[4] = &a.rate0
    states[5] = &a.rate1
    states[6] = &a.rate2
    for k in range(6):
        rows[k][0] = room + at
        at += N
    for k in range(4):
        shells[k][0] = room + at
        at += R + 1
    a.shell_pivot = room + at
    at += R
    a.lift = room + at
    at += N * R
    for k in range(7):
        states[k][0] = room + at
        at += 1 + N + N * R
    return at


cdef void cut_up(Slab *a, const double *faces, const double *radii, const double *about) noexcept nogil:
    """Lengths, volumes and shapes of one case."""
    cdef Py_ssize_t i, j, N = a.depth, R = a.shells
    a.half = about[0]
    a.radius = about[1]
    a.share = about[2]
    a.partition = about[3]
    a.most = about[4]
    a.film = about[5]
    for i in range(N):
        a.width[i] = a.half * (faces[i + 1] - faces[i])
        a.apart[i] = 0.5 * a.half * (faces[i + 1] - faces[i - 1] if i > 0 else faces[1])
    a.shape[0] = 0.0
    for j in range(R):
        a.volume[j] = radii[j + 1] ** 3 - radii[j] ** 3
        a.shape[j + 1] = 6.0 * radii[j + 1] ** 2 / ((radii[j + 2] if j + 1 < R else 1.0) - radii[j])


cdef void spread(Slab *a, double fast, double slow) noexcept nogil:
    """Conductances of a segment: along the boundaries m/s per m2 of slab, into the grain 1/s."""
    cdef Py_ssize_t i, j
    for i in range(a.depth):
        a.along[i] = a.share * fast / a.apart[i]
    for j in range(a.shells + 1):
        a.inward[j] = a.shape[j] * slow / (a.radius * a.radius)


cdef double face(Slab *a, const double *state) noexcept nogil:
    """Concentration of the boundaries at the face, kg/m3."""
    return state[0] / a.film if a.short_of else a.most


cdef void rates(Slab *a, const double *state, double *rate) noexcept nogil:
    """What every unknown gains per second."""
    cdef Py_ssize_t i, j, N = a.depth, R = a.shells
    cdef double rest = 1.0 - a.share, in_, out, k, v
    cdef const double *b = state + 1
    cdef const double *g
    cdef double *rb = rate + 1
    cdef double *rg
    cdef double *last
    g = state + 1 + N + (R - 1) * N
    in_ = a.along[0] * (face(a, state) - b[0])
    rate[0] = -in_
    for i in range(N):
        out = a.along[i + 1] * (b[i] - b[i + 1]) if i + 1 < N else 0.0
        rb[i] = (in_ - out) / (a.share * a.width[i])
        in_ = out
    # From the grain's surface inward: what passes a face leaves one shell and enters the next.
    rg = rate + 1 + N + (R - 1) * N
    k = a.inward[R]
    v = 1.0 / a.volume[R - 1]
    for i in range(N):
        out = k * (a.partition * b[i] - g[i])
        rb[i] -= out * rest / a.share
        rg[i] = out * v
    for j in range(R - 1, 0, -1):
        last = rg
        rg = rg - N
        k = a.inward[j]
        v = 1.0 / a.volume[j]
        in_ = 1.0 / a.volume[j - 1]
        for i in range(N):
            out = k * (g[i] - g[i - N])
            last[i] -= out * v
            rg[i] = out * in_
        g = g - N


cdef void factor(Slab *a, double h) noexcept nogil:
    """Eliminate the shells, and the cells of depth from the middle to the face; every term is a sum of positive ones."""
    cdef Py_ssize_t i, j, N = a.depth, R = a.shells
    cdef double up, rest = 1.0 - a.share
    a.shell_own[0] = a.volume[0]
    for j in range(R):
        if j > 0:
            a.shell_own[j] = a.volume[j] + h * a.inward[j] * a.shell_own[j - 1] / a.shell_pivot[j - 1]
        a.shell_pivot[j] = a.shell_own[j] + h * a.inward[j + 1]
    up = h * rest * a.inward[R] * a.partition * a.shell_own[R - 1] / a.shell_pivot[R - 1]
    for i in range(N - 1, -1, -1):
        a.own[i] = a.width[i] * (a.share + up)
        if i + 1 < N:
            a.own[i] += h * a.along[i + 1] * a.own[i + 1] / a.pivot[i + 1]
        a.pivot[i] = a.own[i] + h * a.along[i]


cdef void solve(Slab *a, double h, const double *memory, double *x) noexcept nogil:
    """The state at which state = memory + h rates(state)."""
    cdef Py_ssize_t i, j, N = a.depth, R = a.shells
    cdef double rest = 1.0 - a.share, up, link, v, before
    cdef const double *m = memory + 1 + N
    cdef double *y = a.lift
    cdef double *g
    v = a.volume[0]
    for i in range(N):
        y[i] = v * m[i]
    for j in range(1, R):
        m = m + N
        y = y + N
        v = a.volume[j]
        up = h * a.inward[j] / a.shell_pivot[j - 1]
        for i in range(N):
            y[i] = v * m[i] + up * y[i - N]
    up = h * rest * a.inward[R] / a.shell_pivot[R - 1]
    for i in range(N - 1, -1, -1):
        a.load[i] = a.width[i] * (a.share * memory[1 + i] + up * y[i])
        if i + 1 < N:
            a.load[i] += h * a.along[i + 1] / a.pivot[i + 1] * a.load[i + 1]
    link = h * a.along[0]
    if a.short_of:
        v = link / (a.film + link)
        x[1] = (a.load[0] + v * memory[0]) / (a.own[0] + v * a.film)
        x[0] = a.film * (memory[0] + link * x[1]) / (a.film + link)
    else:
        x[1] = (a.load[0] + link * a.most) / a.pivot[0]
        x[0] = memory[0] - link * (a.most - x[1])
    before = x[1]
    for i in range(1, N):
        before = (a.load[i] + h * a.along[i] * before) / a.pivot[i]
        x[1 + i] = before
    g = x + 1 + N + (R - 1) * N
    v = 1.0 / a.shell_pivot[R - 1]
    up = h * a.inward[R] * a.partition * v
    for i in range(N):
        g[i] = y[i] * v + up * x[1 + i]
    for j in range(R - 2, -1, -1):
        g = g - N
        y = y - N
        v = 1.0 / a.shell_pivot[j]
        up = h * a.inward[j + 1] * v
        for i in range(N):
            g[i] = y[i] * v + up * g[i + N]


cdef void attempt(Slab *a, double h) noexcept nogil:
    """One step of TR-BDF2 from state to tried; rate2 is the rate there.

    The state is put together from rates, which are differences of flows, so that nothing is lost to the solve.
    """
    cdef Py_ssize_t k, count = 1 + a.depth + a.depth * a.shells
    cdef double g = G2 * h, w = W2 * h
    factor(a, g)
    for k in range(count):
        a.memory[k] = a.state[k] + g * a.rate0[k]
    solve(a, g, a.memory, a.solved)
    rates(a, a.solved, a.rate1)
    for k in range(count):
        a.memory[k] = a.state[k] + w * (a.rate0[k] + a.rate1[k])
    solve(a, g, a.memory, a.solved)
    rates(a, a.solved, a.rate2)
    for k in range(count):
        a.tried[k] = a.memory[k] + g * a.rate2[k]


cdef void keep(Slab *a) noexcept nogil:
    """Make the tried state the state."""
    cdef double *swap = a.state
    a.state = a.tried
    a.tried = swap
    swap = a.rate0
    a.rate0 = a.rate2
    a.rate2 = swap


cdef void advance(Slab *a, double h) noexcept nogil:
    """Take a step; where the film runs short within it, one to that moment (`cut`, else -1) and one from there."""
    cdef double below = 0.0, above = h, low, high, goal = a.most * a.film, at, value
    cdef int turn, side = 0
    a.cut = -1.0
    attempt(a, h)
    if a.short_of or a.tried[0] >= goal:
        keep(a)
        return
    # The Illinois form of the false position: the film's holding falls from low to high.
    low, high = a.state[0] - goal, a.tried[0] - goal
    at = h
    for turn in range(60):
        at = below + (above - below) * low / (low - high)
        attempt(a, at)
        value = a.tried[0] - goal
        if fabs(value) <= 1e-14 * (goal + fabs(low)):
            break
        if value > 0.0:
            below, low = at, value
            if side == 1:
                high *= 0.5
            side = 1
        else:
            above, high = at, value
            if side == -1:
                low *= 0.5
            side = -1
    keep(a)
    a.cut = at
    a.short_of = True
    rates(a, a.state, a.rate0)
    if h > at:
        attempt(a, h - at)
        keep(a)
