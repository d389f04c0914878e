"""A compact in a vacuum furnace: density, grain, gases, vapour and oxygen along a schedule, float64 in and out.

Schedules are straight lines between knots. Work of densification, growth, evaporation and uptake are integrals taken
by Simpson's rule, fourth order in the step; reservoirs of hydrogen, lubricant and zinc fall by the exponential of
such an integral, so that they close to rounding and never turn negative at any step. What of the lubricant cracks is
shared out by the mean of the rates at the ends of half steps, second order.
"""

from libc.math cimport ceil, exp, fabs, isfinite, log, pow, sqrt

include "sintering_step.pxi"

DONE = 0
BAD_INPUT = 1
NOT_FINITE = 2


def run(
    const double[:, ::1] time not None,
    const double[:, ::1] temperature not None,
    const double[:, :, ::1] laws not None,
    const double[:, ::1] solid not None,
    const double[:, ::1] hydrogen not None,
    const double[:, ::1] metal not None,
    const double[:, ::1] escape not None,
    const double[:, ::1] vapour not None,
    double[:, ::1] end not None,
    double[:, ::1] metal_left not None,
    double[:, :, ::1] profile not None,
    long long[:, ::1] status not None,
    double most_kelvin=12.0,
    double most_seconds=400.0,
):
    """Run every case through its schedule; results go into ``end``, ``metal_left``, ``profile`` and ``status``.

    ``time`` and ``temperature`` (cases, knots) in s and K. ``laws`` (cases, 7, 2): ln of the rate per s at infinite
    temperature and activation temperature in K of work, growth (µm^n per s), hydrogen of the matrix, of the hydride,
    lubricant leaving, lubricant cracking, zinc. ``solid`` (cases, 12): green density, ceiling of density, work in s at
    half of the way, width of the sigmoid in ln work, first grain in µm, exponent of growth, temperature and width of
    abnormal growth in K, s for gas through the charge, density at which half of the pores are closed, width of that,
    oxygen taken up per s by open pores. ``hydrogen`` (cases, 2) kg per kg in matrix and hydride; ``metal`` (cases,
    elements) kg per kg, ``escape`` (cases, elements, at most 32) what of it leaves per s, Pa and 1/sqrt(K), ``vapour``
    (elements, 4) with log10 (p/Pa) = a + b/T + c log10 T + d T/1000.
    ``end`` (cases, 10): density, grain, hydrogen of the matrix and of the hydride, shares of the lubricant left and
    cracked, share of the zinc left, oxygen, work in s, hydrogen when half of the pores closed (that of the end where
    they never do). ``profile`` (cases, 1 + marks (knots - 1), 8): time,
    temperature, density, grain, hydrogen, share of lubricant left, oxygen, metal evaporated, at equal parts of each
    segment. ``status`` (cases, 2): code and steps; DONE, BAD_INPUT (times that fall; temperatures,
    work at half, exponents or widths not above zero), NOT_FINITE. No step is longer than ``most_seconds`` or spans more than ``most_kelvin``.
    Raises ValueError for arrays that do not belong together or steps that are not above zero.
    """
    cdef Py_ssize_t cases = time.shape[0], knots = time.shape[1], elements = vapour.shape[0]
    cdef Py_ssize_t marks, case
    if (
        temperature.shape[0] != cases or temperature.shape[1] != knots or laws.shape[0] != cases
        or laws.shape[1] != 7 or laws.shape[2] != 2 or solid.shape[0] != cases or solid.shape[1] != 12
        or hydrogen.shape[0] != cases or hydrogen.shape[1] != 2 or metal.shape[0] != cases
        or metal.shape[1] != elements or escape.shape[0] != cases or escape.shape[1] != elements
        or vapour.shape[1] != 4 or end.shape[0] != cases or end.shape[1] != 10
        or metal_left.shape[0] != cases or metal_left.shape[1] != elements
        or profile.shape[0] != cases or profile.shape[2] != 8
        or status.shape[0] != cases or status.shape[1] != 2
        or knots < 2 or not 1 <= elements <= 32 or profile.shape[1] < knots
    ):
        raise ValueError("arrays of a sintering schedule do not belong together")
    marks = (profile.shape[1] - 1) // (knots - 1)
    if profile.shape[1] != 1 + marks * (knots - 1):
        raise ValueError("the profile needs the same number of marks in every segment")
    if not (most_kelvin > 0.0 and most_seconds > 0.0):
        raise ValueError("steps must be above zero")
    with nogil:
        for case in range(cases):
            one(
                &time[case, 0], &temperature[case, 0], knots, &laws[case, 0, 0], &solid[case, 0],
                &hydrogen[case, 0], &metal[case, 0], &escape[case, 0], &vapour[0, 0], elements,
                &end[case, 0], &metal_left[case, 0], &profile[case, 0, 0], marks, &status[case, 0],
                most_kelvin, most_seconds,
            )


cdef void one(
    const double *time, const double *temperature, Py_ssize_t knots, const double *laws, const double *solid,
    const double *hydrogen, const double *metal, const double *escape, const double *vapour, Py_ssize_t elements,
    double *end, double *left, double *profile, Py_ssize_t marks, long long *status,
    double most_kelvin, double most_seconds,
) noexcept nogil:
    """One case through all segments of its schedule."""
    cdef Py_ssize_t knot, mark, k, i, steps, taken = 0
    cdef double span, rise, pieces, h, begin
    cdef State state
    cdef Point start
    status[0] = 0
    status[1] = 0
    for i in range(elements):
        left[i] = metal[i]
    for i in range(10):
        end[i] = 0.0
    for i in range((1 + marks * (knots - 1)) * 8):
        profile[i] = 0.0
    for knot in range(knots):
        if not (isfinite(time[knot]) and isfinite(temperature[knot]) and temperature[knot] > 0.0):
            status[0] = 1
        elif knot > 0 and time[knot] < time[knot - 1]:
            status[0] = 1
    if not (
        solid[2] > 0.0 and solid[3] > 0.0 and solid[4] >= 0.0 and solid[5] > 0.0 and solid[7] > 0.0
        and solid[8] >= 0.0 and solid[10] > 0.0
    ):
        status[0] = 1
    if status[0] != 0:
        return
    begin_state(&state, solid, hydrogen)
    at_temperature(temperature[0], laws, solid, &start)
    vapour_at(&state, temperature[0], vapour, elements)
    note(&state, solid, time[0], temperature[0], profile)
    for knot in range(knots - 1):
        span = time[knot + 1] - time[knot]
        rise = temperature[knot + 1] - temperature[knot]
        pieces = fabs(rise) / most_kelvin
        if span / most_seconds > pieces:
            pieces = span / most_seconds
        # Far beyond any furnace; the bound keeps a wild schedule from running for ever.
        pieces = pieces if pieces < 1e6 else 1e6
        steps = <Py_ssize_t> ceil(pieces / marks)
        steps = steps if steps > 0 else 1
        h = span / (marks * steps)
        for mark in range(marks):
            for k in range(steps):
                begin = temperature[knot] + rise * (mark * steps + k) / (marks * steps)
                if h > 0.0:
                    advance(
                        &state, &start, begin, rise / (marks * steps), h, laws, solid, escape, vapour, elements, left
                    )
                    taken += 1
            note(
                &state, solid, time[knot] + span * (mark + 1) / marks,
                temperature[knot] + rise * (mark + 1) / marks, profile + (1 + knot * marks + mark) * 8,
            )
        if h <= 0.0:
            at_temperature(temperature[knot + 1], laws, solid, &start)
            vapour_at(&state, temperature[knot + 1], vapour, elements)
    end[0] = state.density
    end[1] = grain(&state, solid)
    end[2] = state.matrix
    end[3] = state.hydride
    end[4] = state.lubricant
    end[5] = state.cracked
    end[6] = state.zinc
    end[7] = state.oxygen
    end[8] = state.work
    end[9] = state.closed_with if state.closed_with >= 0.0 else state.matrix + state.hydride
    status[1] = taken
    for i in range(10):
        if not isfinite(end[i]):
            status[0] = 2
