# One step along a schedule: integrals by Simpson's rule over the ends and the middle of the step.
#
# An integral up to the middle is h/24 (5 f0 + 8 fm - f1), third order there, which keeps the whole at the fourth.

cdef double LN10 = 2.302585092994046
cdef double MOST = 600.0                    # no exponent beyond this: exp stays finite

cdef struct State:
    double work         # s at the reference temperature
    double growth       # µm^n
    double density
    double matrix       # kg of hydrogen per kg
    double hydride
    double lubricant    # shares of what was put in
    double cracked
    double zinc
    double oxygen       # kg per kg
    double evaporated   # kg per kg
    double flow[32]     # of each metal's vapour at the present temperature
    double closed_with  # hydrogen when half of the pores closed; below zero before

cdef struct Point:
    double work         # rates at a temperature, per s
    double growth
    double matrix
    double hydride
    double lubricant
    double cracking
    double zinc


cdef inline double safe_exp(double x) noexcept nogil:
    return exp(x if x < MOST else MOST)


cdef inline double arrhenius(const double *law, double over) noexcept nogil:
    return safe_exp(law[0] - law[1] * over)


cdef void at_temperature(double T, const double *laws, const double *solid, Point *p) noexcept nogil:
    """All rates at a temperature in K."""
    cdef double over = 1.0 / T
    p.work = arrhenius(laws, over) * over
    p.growth = arrhenius(laws + 2, over) * (1.0 + safe_exp((T - solid[6]) / solid[7]))
    p.matrix = arrhenius(laws + 4, over)
    p.hydride = arrhenius(laws + 6, over)
    p.lubricant = arrhenius(laws + 8, over)
    p.cracking = arrhenius(laws + 10, over)
    p.zinc = arrhenius(laws + 12, over)


cdef double densified(double work, const double *solid) noexcept nogil:
    """Relative density after a work of densification: a sigmoid in its logarithm."""
    if work <= 0.0:
        return solid[0]
    return solid[0] + (solid[1] - solid[0]) / (1.0 + safe_exp(-log(work / solid[2]) / solid[3]))


cdef inline double opened(double density, const double *solid) noexcept nogil:
    """Share of the pores that are open."""
    return 1.0 / (1.0 + safe_exp((density - solid[9]) / solid[10]))


cdef inline double through(double rate, double open_, double lag) noexcept nogil:
    """A rate of release behind the way out: times of release and of passage add up."""
    cdef double whole = open_ + lag * rate
    return rate * open_ / whole if whole > 0.0 else 0.0


cdef double grain(State *s, const double *solid) noexcept nogil:
    return pow(pow(solid[4], solid[5]) + s.growth, 1.0 / solid[5])


cdef void begin_state(State *s, const double *solid, const double *hydrogen) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(32):
        s.flow[i] = 0.0
    s.work = 0.0
    s.growth = 0.0
    s.density = solid[0]
    s.matrix = hydrogen[0]
    s.hydride = hydrogen[1]
    s.lubricant = 1.0
    s.cracked = 0.0
    s.zinc = 1.0
    s.oxygen = 0.0
    s.evaporated = 0.0
    s.closed_with = s.matrix + s.hydride if s.density >= solid[9] else -1.0


cdef void note(State *s, const double *solid, double time, double T, double *row) noexcept nogil:
    """A row of the profile."""
    row[0] = time
    row[1] = T
    row[2] = s.density
    row[3] = grain(s, solid)
    row[4] = s.matrix + s.hydride
    row[5] = s.lubricant
    row[6] = s.oxygen
    row[7] = s.evaporated


cdef inline double vapour_flow(double T, double over, double log_t, const double *law) noexcept nogil:
    """Vapour pressure in Pa over the root of the temperature."""
    return safe_exp(LN10 * (law[0] + law[1] * over + law[2] * log_t + law[3] * 1e-3 * T)) / sqrt(T)


cdef void vapour_at(State *s, double T, const double *vapour, Py_ssize_t elements) noexcept nogil:
    """Flows of all metals at a temperature, where the schedule starts or jumps."""
    cdef Py_ssize_t i
    cdef double over = 1.0 / T, log_t = log(T) / LN10
    for i in range(elements):
        s.flow[i] = vapour_flow(T, over, log_t, vapour + 4 * i)


cdef void advance(
    State *s, Point *start, double T, double rise, double h, const double *laws, const double *solid,
    const double *escape, const double *vapour, Py_ssize_t elements, double *left,
) noexcept nogil:
    """Carry the state over h seconds, T rising by `rise`; `start` holds the rates at T and then those at the end."""
    cdef Point middle, last
    cdef double Tm = T + 0.5 * rise, T1 = T + rise, lag = solid[8]
    cdef double open0, openm, open1, k0, km, k1, c0, cm, c1, whole, half, kept, gone, w0, wm, w1, x
    cdef double overm, over1, logm, log1, flow1
    cdef double work_m, density1, densitym, density0 = s.density, hydrogen0 = s.matrix + s.hydride, part
    cdef Py_ssize_t i
    at_temperature(Tm, laws, solid, &middle)
    at_temperature(T1, laws, solid, &last)
    open0 = opened(s.density, solid)
    work_m = s.work + h / 24.0 * (5.0 * start.work + 8.0 * middle.work - last.work)
    s.work += h / 6.0 * (start.work + 4.0 * middle.work + last.work)
    densitym = densified(work_m, solid)
    density1 = densified(s.work, solid)
    openm = opened(densitym, solid)
    open1 = opened(density1, solid)
    s.density = density1
    s.growth += h / 6.0 * (start.growth + 4.0 * middle.growth + last.growth)
    s.oxygen += solid[11] * h / 6.0 * (open0 + 4.0 * openm + open1)

    s.matrix *= exp(-h / 6.0 * (
        through(start.matrix, open0, lag) + 4.0 * through(middle.matrix, openm, lag) + through(last.matrix, open1, lag)
    ))
    s.hydride *= exp(-h / 6.0 * (
        through(start.hydride, open0, lag) + 4.0 * through(middle.hydride, openm, lag)
        + through(last.hydride, open1, lag)
    ))
    s.zinc *= exp(-h / 6.0 * (
        through(start.zinc, open0, lag) + 4.0 * through(middle.zinc, openm, lag) + through(last.zinc, open1, lag)
    ))

    if s.closed_with < 0.0 and density1 >= solid[9]:
        part = (solid[9] - density0) / (density1 - density0)
        s.closed_with = hydrogen0 * pow((s.matrix + s.hydride) / hydrogen0, part) if hydrogen0 > 0.0 else 0.0

    # Lubricant: what leaves and what cracks share the same reservoir.
    c0 = start.cracking
    cm = middle.cracking
    c1 = last.cracking
    k0 = through(start.lubricant, open0, lag) + c0
    km = through(middle.lubricant, openm, lag) + cm
    k1 = through(last.lubricant, open1, lag) + c1
    whole = h / 6.0 * (k0 + 4.0 * km + k1)
    half = h / 24.0 * (5.0 * k0 + 8.0 * km - k1)
    half = half if half > 0.0 else 0.0
    half = half if half < whole else whole
    kept = s.lubricant * exp(-half)
    gone = s.lubricant * exp(-whole)
    w0 = c0 / k0 if k0 > 0.0 else 0.0
    wm = cm / km if km > 0.0 else 0.0
    w1 = c1 / k1 if k1 > 0.0 else 0.0
    s.cracked += 0.5 * (w0 + wm) * (s.lubricant - kept) + 0.5 * (wm + w1) * (kept - gone)
    s.lubricant = gone

    overm = 1.0 / Tm
    over1 = 1.0 / T1
    logm = log(Tm) / LN10
    log1 = log(T1) / LN10
    for i in range(elements):
        if left[i] > 0.0 and escape[i] > 0.0:
            flow1 = vapour_flow(T1, over1, log1, vapour + 4 * i)
            x = escape[i] * h / 6.0 * (s.flow[i] + 4.0 * vapour_flow(Tm, overm, logm, vapour + 4 * i) + flow1)
            gone = left[i] * exp(-x)
            s.evaporated += left[i] - gone
            s.flow[i] = flow1
            left[i] = gone
    start[0] = last
