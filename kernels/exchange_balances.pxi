# The element balances of an exchange cascade and their derivatives, all by subtraction-free elimination.
#
# Stages are numbered from 0 here. Stage n sends a = organic[n] * beta * exp(u[n]) up, aqueous[n] down and
# sink[n] (draw plus accumulation) out, per unit of aqueous mole fraction. Every term below is a sum, a product or a
# quotient of non-negative numbers, so each x keeps its relative precision however small it is. Below about 1e-300
# numbers lose digits and become zero: nothing divides by them.

cdef double FADED = 1e-305
cdef double FAINT = 1e-100

cdef struct Circuit:
    Py_ssize_t stages
    Py_ssize_t elements
    Py_ssize_t feed_at
    Py_ssize_t feed_stage  # where the feed is at present: a share of it here, the rest one stage above
    double feed_share
    double hold            # accumulation rate per unit mole fraction, zero at steady state
    double *feed           # (elements,)
    double *beta           # (elements,)
    double *aqueous        # (stages,) flow passed down
    double *organic        # (stages,) flow passed up
    double *draw           # (stages,) flow drawn from the aqueous
    double *u              # (stages,) ln of organic fraction per beta and aqueous fraction
    double *x              # (stages, elements) aqueous mole fractions
    double *old            # (stages, elements) fractions at the start of a pseudo-time step
    double *total          # (stages,) sum of x; 1 where the residual is another, see balances
    double *residual       # (stages,) ln total, or what stands in its place
    double *right0         # (elements,) weights of the first residual
    bint *above            # (elements,) whether an element belongs to the extract
    double miss0           # what the elements of the extract bring beyond the extract flow, as specified and in use
    double miss
    bint balanced          # whether it did so in the last balances
    bint ends              # whether the first residual compares the extract with its flow
    bint ended             # whether it did so in the last balances
    bint shifted           # which way the Newton matrix was factored
    bint comparable        # whether it may: with a pair near the cut that the products make
    bint drawn_off         # whether there are draws above the first stage
    bint leaks             # whether the first residual compares leaks
    double *up             # (stages, elements) a
    double *pivot          # (stages, elements) pivots of the elimination from stage 0 up
    double *gone           # (stages, elements) share that leaves below or by sinks instead of going up
    double *pivot_down     # (stages, elements) pivots of the elimination from the last stage down
    double *gone_up        # (stages + 1, elements) share that leaves above or by sinks instead of going down
    double *step           # (stages,)
    double *side           # (stages,) a second right-hand side
    Semiseparable newton   # the Newton matrix, see derivatives
    double *trial          # (stages,)
    double *ahead          # (stages,) for the shifted matrix
    double *rest
    double *stride         # (stages,) u before a stride
    double *earlier        # (stages,) u two steps in time ago
    double *start          # (stages,) u as given
    double *best           # (stages,) u of the least residual met
    double *log_beta       # (elements,) ln beta about its mean over the feed
    double *keep           # (stages,) u at the last accepted point of the path, then the two before it
    double *keep2
    double *keep3
    double *organic0       # (stages,) flows as specified, those in use are set by sharpen
    double *aqueous0
    double *draw0          # (stages,)
    double *taken          # (stages,) draws at and above a stage
    double *way            # (stages,) tangent of the path, and its part in tau
    double way_tau
    double tau_step
    double *scale          # (elements,) what a unit of feed stands for
    double scrub
    double shift           # extract flow beyond what is asked for
    double reflux          # organic and scrub flow beyond what is asked for
    double whole           # the feed as given
    double middle          # mean ln beta over the feed
    double key             # ln beta of the pair at the cut
    double excess          # extract flow beyond the elements above the cut
    double lean            # extra extract flow at tau = 0
    double ease            # share of the draws left out at tau = 0
    const int *stop        # not zero once the caller wants no more
    bint halted            # by a signal
    int asked              # how often that was looked at
    double ulp             # of the scrub flow as given, per unit of feed


cdef bint signalled() noexcept with gil:
    """Whether the user has asked for an end; the main thread alone is told."""
    try:
        PyErr_CheckSignals()
    except BaseException:
        return True
    return False


cdef bint stopped(Circuit *c) noexcept nogil:
    """Whether to end: a flag of the caller's, or Ctrl-C, which is looked for at every 256th question."""
    c.asked += 1
    if c.asked % 256 == 0 and not c.halted:
        c.halted = signalled()
    return c.halted or c.stop[0] != 0


cdef double balances(Circuit *c) noexcept nogil:
    """Fill up, pivot, gone, x and total from u; return the largest residual (inf if any is not a positive number)."""
    cdef Py_ssize_t n, i, k, E = c.elements, N = c.stages
    cdef double rate, sink, below, worst = 0.0, r, sum_, held, least = INFINITY, low, high
    cdef double *x = c.x
    cdef double *up = c.up
    cdef double *pivot = c.pivot
    cdef double *gone = c.gone
    cdef double *beta = c.beta
    cdef double *old = c.old
    for n in range(N):
        rate = c.organic[n] * exp(c.u[n])
        sink = c.draw[n] + c.hold
        below = c.aqueous[n]
        if n == 0:
            for i in range(E):
                x[i] = 0.0
                up[i] = rate * beta[i]
                pivot[i] = up[i] + (below + sink) + FADED
                gone[i] = (below + sink) / pivot[i]
        else:
            x += E
            up += E
            pivot += E
            gone += E
            old += E
            # What has faded away becomes zero before it loses digits: such numbers are slow as well.
            for i in range(E):
                held = (up[i - E] / pivot[i - E]) * x[i - E]
                x[i] = held if held > FADED else 0.0
                up[i] = rate * beta[i]
                held = below * gone[i - E] + sink
                pivot[i] = up[i] + held + FADED
                held /= pivot[i]
                gone[i] = held if held > FADED else 0.0
        for i in range(E):
            least = pivot[i] if pivot[i] < least else least
        if n == c.feed_stage:
            for i in range(E):
                x[i] += c.feed_share * c.feed[i]
        elif n == c.feed_stage + 1 and c.feed_share < 1.0:
            for i in range(E):
                x[i] += (1.0 - c.feed_share) * c.feed[i]
        if c.hold > 0.0:
            for i in range(E):
                x[i] += c.hold * old[i]
    if not least > 10.0 * FADED:
        return INFINITY
    for n in range(N - 1, -1, -1):
        sum_ = 0.0
        if n == N - 1:
            for i in range(E):
                x[i] /= pivot[i]
                sum_ += x[i]
        else:
            below = c.aqueous[n + 1]
            x -= E
            pivot -= E
            for i in range(E):
                held = (x[i] + below * x[i + E]) / pivot[i]
                x[i] = held if held > FADED else 0.0
                sum_ += x[i]
        c.total[n] = sum_
        c.residual[n] = log(sum_) if sum_ > 0.0 and isfinite(sum_) else INFINITY
    low = c.miss if c.miss > 0.0 else 0.0
    high = -c.miss if c.miss < 0.0 else 0.0
    c.balanced = c.leaks and c.hold == 0.0
    c.ended = c.ends and c.hold == 0.0
    if c.balanced:
        # All flows add up, so sum x = 1 on the first stage says just as well that the extract's elements lost to the
        # raffinate make up for the others' in the extract. Said so, and in logarithms, nothing cancels: a cut that is
        # balanced exactly has its answer, and so has an extract of a billionth of the feed.
        below = c.aqueous[0] + c.draw[0]
        n = (N - 1) * E
        for i in range(E):
            if c.above[i]:
                high += below * c.x[i]
            else:
                low += c.up[n + i] * c.x[n + i]
        if c.drawn_off:
            for k in range(1, N):
                if c.draw[k] > 0.0:
                    for i in range(E):
                        if c.above[i]:
                            high += c.draw[k] * c.x[k * E + i]
        if low > 1e-280 and high > 1e-280:
            # What is not lost to raffinate and draws is in the extract: the row may be told from either end.
            c.ended = c.drawn_off
            for i in range(E):
                c.right0[i] = c.up[n + i] * c.x[n + i] if c.drawn_off else below * c.x[i]
                c.right0[i] /= high if c.above[i] else low
            c.residual[0] = log(high / low)
            c.total[0] = 1.0
        else:
            c.balanced = False
    elif c.ended:
        # A product that is a small part of what any element brings is compared with its own flow.
        low = 0.0
        n = (N - 1) * E
        for i in range(E):
            low += c.up[n + i] * c.x[n + i]
        for i in range(E):
            c.right0[i] = -c.up[n + i] * c.x[n + i] / low if low > 0.0 else 0.0
        c.residual[0] = log(low / c.organic[N - 1]) if low > 0.0 else INFINITY
        c.total[0] = 1.0
    for n in range(N):
        r = fabs(c.residual[n])
        if not r <= worst:
            worst = r
    return worst


cdef bint derivatives(Circuit *c) noexcept nogil:
    """Factor c.newton = -diag(total) d residual / d u from what balances left; False if that fails.

    In relative changes every entry is a share: a unit of flow moved from stage n to n + 1 lowers x up to n by the
    share W of it that would not have come back, and raises x above n by the rest.
    """
    cdef Py_ssize_t n, i, E = c.elements, N = c.stages
    cdef double sink, rest, above, below, lost, kept, sum_, down
    cdef double *x = c.x
    cdef double *up = c.up
    cdef double *pivot = c.pivot
    cdef double *gone = c.gone
    cdef double *pivot_down = c.pivot_down
    cdef double *gone_up = c.gone_up
    cdef double *falls = c.newton.falls
    cdef double *rises = c.newton.rises
    cdef double *source_down = c.newton.source_down
    cdef double *source_up = c.newton.source_up
    cdef double *left = c.newton.left
    c.shifted = False
    for i in range(E):
        gone_up[N * E + i] = 1.0
    for n in range(N - 1, -1, -1):
        sink = c.draw[n] + c.hold
        below = c.aqueous[n]
        for i in range(n * E, n * E + E):
            rest = sink + up[i] * gone_up[i + E]
            pivot_down[i] = below + rest
            rest /= pivot_down[i]
            gone_up[i] = rest if rest > FADED else 0.0
    for n in range(N):
        sum_ = 0.0
        for i in range(n * E, n * E + E):
            lost = pivot[i] * gone[i]
            kept = up[i] * gone_up[i + E]
            down = kept / (lost + kept + FADED)
            source_down[i] = down if down > FAINT else 0.0
            kept = lost / (lost + kept + FADED)
            source_up[i] = kept if kept > FAINT else 0.0
            kept = x[i] if x[i] > FAINT else 0.0
            left[i] = -kept
            c.newton.right[i] = kept
            sum_ += x[i] * down
        c.newton.middle[n] = sum_
        if n > 0:
            above = c.aqueous[n]
            for i in range(n * E, n * E + E):
                # Where a trace has underflowed the quotient may be anything; it carries no weight.
                down = above * x[i] / (pivot[i - E] * x[i - E] + 1e-300)
                falls[i] = down if down < 1.0 else 1.0
                down = up[i - E] * x[i - E] / (pivot_down[i] * x[i] + 1e-300)
                rises[i] = down if down < 1.0 else 1.0
    if c.ended:
        c.shifted = True
        return factor_shifted(&c.newton, c.ahead, c.rest, c.right0)
    if c.balanced:
        sum_ = 0.0
        for i in range(E):
            c.newton.right[i] = c.right0[i]
            sum_ += c.right0[i] * source_down[i]
        c.newton.middle[0] = sum_
        # A row that feels the first stage is a good first pivot; one that feels the far end only comes last.
        c.shifted = not sum_ > 1e-2
        if c.shifted:
            return factor_shifted(&c.newton, c.ahead, c.rest, NULL)
    return factor(&c.newton)


cdef void backward(Circuit *c, double *v) noexcept nogil:
    """Solve with the matrix that derivatives factored, in place of v."""
    if c.shifted:
        substitute_shifted(&c.newton, c.ahead, c.rest, c.right0 if c.ended else NULL, v)
    else:
        substitute(&c.newton, v)
