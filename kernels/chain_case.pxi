# One case: its numbers copied to the workspace without absent elements, solved, and written back.

cdef struct Given:
    Py_ssize_t stages
    Py_ssize_t elements
    const double *organic          # all as in solve, the first case first
    const double *aqueous
    const double *organic_down
    const double *aqueous_up
    const double *passed
    const double *kept
    const double *efficiency
    const double *source
    const double *inlet
    const double *ring
    const double *log_k
    const double *slope
    const double *charge
    const double *sites
    const double *anion
    const double *sulfate
    const double *extractant
    const double *u
    double dissociation
    bint by_ph
    const int *stop


cdef Py_ssize_t room_for(Py_ssize_t N, Py_ssize_t E) noexcept nogil:
    """Doubles of workspace."""
    return 24 * N * E + 2 * E * E + 12 * E + 24 * N


cdef double *take(double **room, Py_ssize_t many) noexcept nogil:
    cdef double *here = room[0]
    room[0] += many
    return here


cdef void lay_out(Chain *c, Semiseparable *s, Py_ssize_t N, Py_ssize_t E, double *room, int *places) noexcept nogil:
    """Hand out the workspace."""
    c.organic = take(&room, N)
    c.aqueous = take(&room, N)
    c.organic_down = take(&room, N)
    c.aqueous_up = take(&room, N)
    c.passed = take(&room, N)
    c.kept = take(&room, N)
    c.efficiency = take(&room, N)
    c.anion = take(&room, N)
    c.sulfate = take(&room, N)
    c.extractant = take(&room, N)
    c.u = take(&room, N)
    c.h = take(&room, N)
    c.unbound = take(&room, N)
    c.bend = take(&room, N)
    c.total = take(&room, N)
    c.anions = take(&room, N)
    c.wrong = take(&room, N)
    c.step = take(&room, N)
    c.trial = take(&room, N)
    c.whole = take(&room, N)
    c.keep = take(&room, N)
    c.spare = take(&room, N)
    c.ring = take(&room, E)
    c.inlet = take(&room, E)
    c.charge = take(&room, E)
    c.sites = take(&room, E)
    c.slope1 = take(&room, E)
    c.gap = take(&room, E)
    c.bottom = take(&room, E)
    c.through = take(&room, E)
    c.work = take(&room, E)
    c.scale = take(&room, E)
    c.source = take(&room, N * E)
    c.slope = take(&room, N * E)
    c.log_k = take(&room, N * E)
    c.factor = take(&room, N * E)
    c.dist = take(&room, N * E)
    c.up = take(&room, N * E)
    c.pivot = take(&room, N * E)
    c.gone = take(&room, N * E)
    c.back = take(&room, N * E)
    c.rising = take(&room, (N + 1) * E)
    c.flux = take(&room, N * E)
    c.x = take(&room, N * E)
    c.content = take(&room, N * E)
    c.stored = take(&room, N * E)
    c.lift = take(&room, N * E)
    c.fall = take(&room, N * E)
    c.small = take(&room, E * E)
    s.middle = take(&room, N)
    s.pivots = take(&room, N)
    s.right = take(&room, N * E)
    s.left = take(&room, N * E)
    s.falls = take(&room, N * E)
    s.rises = take(&room, N * E)
    s.source_down = take(&room, N * E)
    s.source_up = take(&room, N * E)
    s.over = take(&room, N * E)
    s.under = take(&room, N * E)
    s.meet = take(&room, E * E)
    s.signal = take(&room, E)
    c.swaps = places
    c.which = places + E


cdef void load(Chain *c, const Given *g, Py_ssize_t j) noexcept nogil:
    """Copy case j to the workspace, leaving out elements that enter nowhere."""
    cdef Py_ssize_t n, i, k, at = j * g.stages, N = g.stages, E = g.elements, A = 0
    cdef size_t row = N * sizeof(double)
    cdef double into, whole = 0.0
    c.stages = N
    c.by_ph = g.by_ph
    c.dissociation = g.dissociation
    c.stop = g.stop
    c.volumes = 10.0
    c.line = 1e-3
    c.hold = 0.0
    c.factored = False
    memcpy(c.organic, g.organic + at, row)
    memcpy(c.aqueous, g.aqueous + at, row)
    memcpy(c.organic_down, g.organic_down + at, row)
    memcpy(c.aqueous_up, g.aqueous_up + at, row)
    memcpy(c.passed, g.passed + at, row)
    memcpy(c.kept, g.kept + at, row)
    memcpy(c.efficiency, g.efficiency + at, row)
    memcpy(c.anion, g.anion + at, row)
    memcpy(c.sulfate, g.sulfate + at, row)
    memcpy(c.extractant, g.extractant + at, row)
    memcpy(c.u, g.u + at, row)
    c.passed[0] = 0.0
    for i in range(E):
        into = g.inlet[j * E + i]
        for n in range(N):
            into += g.source[(at + n) * E + i]
        if into > 0.0:
            c.which[A] = <int> i
            c.scale[A] = into
            whole += into
            A += 1
    c.elements = A
    c.rings = False
    c.powers = True
    for i in range(A):
        k = c.which[i]
        # A trace is solved as if it were 1e-150 of the whole and scaled back: it does not act on the others.
        c.scale[i] = c.scale[i] / whole / TRACE if c.scale[i] < TRACE * whole else 1.0
        c.inlet[i] = g.inlet[j * E + k] / c.scale[i]
        c.ring[i] = g.ring[j * E + k]
        c.charge[i] = g.charge[k]
        c.sites[i] = g.sites[k]
        c.slope1[i] = g.slope[at * E + k]
        c.rings = c.rings or c.ring[i] > 0.0
    c.rings = c.rings and c.kept[N - 1] > 0.0
    for n in range(N):
        for i in range(A):
            k = (at + n) * E + c.which[i]
            c.source[n * A + i] = g.source[k] / c.scale[i]
            c.slope[n * A + i] = g.slope[k]
            c.log_k[n * A + i] = g.log_k[k]
            c.powers = c.powers and g.slope[k] == c.slope1[i] and fabs(g.log_k[k]) < 200.0
    for i in range(A):
        c.powers = c.powers and (c.slope1[i] == 1.0 or c.slope1[i] == 2.0 or c.slope1[i] == 3.0)
    memset(c.content, 0, N * A * sizeof(double))
    prepare(c)


cdef void conclude(Chain *c, Semiseparable *s, double goal, int limit, long long *status, double *quality) noexcept nogil:
    """Solve the loaded case and judge the answer."""
    cdef Py_ssize_t n, element = -1, N = c.stages
    cdef double worst, gap
    cdef bint warm = True
    cdef int used = 0
    for n in range(N):
        warm = warm and isfinite(c.u[n])
    worst = steady(c, s, warm, goal, limit, &used)
    gap = closure(c, &element)
    quality[0] = worst
    quality[1] = gap
    quality[2] = sensitivity(c, s) if worst <= goal else INFINITY
    status[0] = 0
    status[1] = -1
    status[2] = -1
    status[3] = used
    if stopped(c.stop):
        status[0] = 4
    elif not worst <= goal:
        status[0] = 1
        for n in range(N):
            if status[1] < 0 and not fabs(c.wrong[n]) < worst:
                status[1] = n
    elif not gap <= 1e-12:
        status[0] = 2
        status[2] = c.which[element]
    elif not c.by_ph:
        for n in range(N):
            if status[0] == 0 and c.unbound[n] <= FULL * c.extractant[n]:
                status[0] = 3
                status[1] = n


cdef double sensitivity(Chain *c, Semiseparable *s) noexcept nogil:
    """Largest change of a u at the answer for a relative change of 2^-52 of all strong anions; inf if singular."""
    cdef Py_ssize_t n
    cdef double largest = 0.0
    if not c.factored:
        derivatives(c, s)
        if not factor(s):
            return INFINITY
    for n in range(c.stages):
        c.step[n] = c.anion[n] / c.anions[n]
    if not solve_row(c, s, c.step):
        return INFINITY
    for n in range(c.stages):
        if not fabs(c.step[n]) <= largest:
            largest = fabs(c.step[n])
    return 2.0 ** -52 * largest if isfinite(largest) else INFINITY


cdef void differentiate(Chain *c, Semiseparable *s, double *v) noexcept nogil:
    """Replace v (stages,) by (d residual / d u) v at the loaded u."""
    memcpy(c.trial, v, c.stages * sizeof(double))
    balances(c)
    derivatives(c, s)
    product(c, s, c.trial, v)


cdef void write(Chain *c, Py_ssize_t E, double *u, double *x, double *h, double *unbound) noexcept nogil:
    """Write the profile of the case, zero for elements that enter nowhere."""
    cdef Py_ssize_t n, i, A = c.elements
    for n in range(c.stages):
        u[n] = c.u[n]
        h[n] = c.h[n]
        unbound[n] = c.unbound[n]
        for i in range(E):
            x[n * E + i] = 0.0
        for i in range(A):
            x[n * E + c.which[i]] = c.x[n * A + i] * c.scale[i]
