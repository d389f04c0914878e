# The way to a steady state from anywhere: a path in the sharpness tau of the separation factors beta**tau.

cdef void sharpen(Circuit *c, double tau) noexcept nogil:
    """Set separation factors and flows for tau > 0: beta**tau, and reflux that keeps S over its minimum the same.

    Without that reflux an early point of the path would lie below the minimum flow and its front at the wrong end.
    """
    cdef Py_ssize_t i
    cdef double extra = c.scrub * (expm1(c.key) / expm1(c.key * tau) - 1.0) if tau != 1.0 else 0.0
    extra += c.reflux
    cdef double more = c.lean * (1.0 - tau) + c.shift, spare = c.ease * (1.0 - tau)
    c.miss = c.miss0 - more
    for i in range(c.elements):
        c.beta[i] = exp(tau * c.log_beta[i])
    for i in range(c.stages):
        c.organic[i] = c.organic0[i] + more
        c.aqueous[i] = c.aqueous0[i]
        if i < c.stages - 1:
            c.organic[i] += extra
        c.aqueous[i] += extra if i > 0 else -more
        c.draw[i] = c.draw0[i] * (1.0 - spare)
        c.aqueous[i] += c.taken[i] * spare
        if c.feed_share < 1.0 or c.feed_stage != c.feed_at:
            c.aqueous[i] -= 1.0 if i <= c.feed_at else 0.0
            c.aqueous[i] += 1.0 if i <= c.feed_stage else (1.0 - c.feed_share if i == c.feed_stage + 1 else 0.0)


cdef bint key_pair(Circuit *c, double product) noexcept nogil:
    """Find the neighbours between which the extract flow cuts the feed best, and what it takes beyond that cut.

    False if no two factors differ.
    """
    cdef double best = INFINITY, above, next_, miss
    cdef Py_ssize_t i, j
    c.key = 1.0
    c.excess = 0.0
    for i in range(c.elements):
        c.above[i] = False
    for i in range(c.elements):
        above = 0.0
        next_ = -INFINITY
        for j in range(c.elements):
            if c.log_beta[j] >= c.log_beta[i]:
                above += c.feed[j]
            elif c.log_beta[j] > next_:
                next_ = c.log_beta[j]
        miss = fabs(above - product)
        if miss < best and next_ > -1e300:
            best = miss
            c.key = c.log_beta[i] - next_
            c.excess = product - above
            for j in range(c.elements):
                c.above[j] = c.log_beta[j] >= c.log_beta[i]
    return isfinite(best)


cdef bint bordered(Circuit *c, double tau, double target) noexcept nogil:
    """Newton step in u (c.step) and tau (c.tau_step), with c.way . c.step + c.way_tau * c.tau_step = target.

    With target 0 the residual is driven to zero, with 1 only the tangent is asked for. Leaves tau as it was.
    """
    cdef Py_ssize_t n, N = c.stages
    cdef double small = 1e-7, along, across
    sharpen(c, tau + small)
    if not isfinite(balances(c)):
        return False
    for n in range(N):
        c.side[n] = c.residual[n]
    sharpen(c, tau)
    if not isfinite(balances(c)) or not derivatives(c):
        return False
    for n in range(N):
        c.side[n] = -c.total[n] * (c.side[n] - c.residual[n]) / small
        c.step[n] = c.total[n] * c.residual[n] if target == 0.0 else 0.0
    if not c.shifted:
        c.tau_step = substitute_bordered(&c.newton, c.step, c.side, c.way, c.way_tau, target)
    else:
        backward(c, c.side)
        along = target
        across = c.way_tau
        if target == 0.0:
            backward(c, c.step)
            for n in range(N):
                along -= c.way[n] * c.step[n]
        for n in range(N):
            across -= c.way[n] * c.side[n]
        if across == 0.0:
            return False
        c.tau_step = along / across
        for n in range(N):
            c.step[n] -= c.tau_step * c.side[n]
    if not isfinite(c.tau_step):
        return False
    for n in range(N):
        if not isfinite(c.step[n]):
            return False
    return True


cdef double arc(Circuit *c, double goal, int limit, int *used, double last, double moved) noexcept nogil:
    """Go on along the path by arc length: the front may travel far while tau hardly moves.

    c.keep is u at tau = last, c.keep2 the point before, ``moved`` in tau away.
    """
    cdef double worst = INFINITY, tau, length = 0.3, largest, norm, first = INFINITY
    cdef Py_ssize_t n, N = c.stages
    cdef int it
    cdef bint good
    c.hold = 0.0
    for n in range(N):
        c.way[n] = c.keep[n] - c.keep2[n] if moved > 0.0 else 0.0
    c.way_tau = moved if moved > 0.0 else 1.0
    memcpy(c.u, c.keep, N * sizeof(double))
    tau = last
    while used[0] < limit and not stopped(c):
        # Tangent at the last point, on the side of the former one.
        used[0] += 1
        if not bordered(c, last, 1.0):
            break
        norm = c.tau_step * c.tau_step
        for n in range(N):
            norm += c.step[n] * c.step[n]
        norm = sqrt(norm)
        c.way_tau = c.tau_step / norm
        largest = fabs(c.way_tau)
        for n in range(N):
            c.way[n] = c.step[n] / norm
            if fabs(c.way[n]) > largest:
                largest = fabs(c.way[n])
        good = False
        while used[0] < limit and not stopped(c):
            for n in range(N):
                c.u[n] = c.keep[n] + length / largest * c.way[n]
            tau = last + length / largest * c.way_tau
            worst = INFINITY
            if tau > 1e-6:
                sharpen(c, tau)
                worst = balances(c)
            first = worst
            for it in range(8):
                if not worst <= 5.0 + 2.0 * first or not isfinite(worst) or worst <= 1e-8:
                    break
                used[0] += 1
                if not bordered(c, tau, 0.0):
                    worst = INFINITY
                    break
                for n in range(N):
                    c.u[n] += c.step[n]
                tau += c.tau_step
                if tau <= 1e-6:
                    worst = INFINITY
                    break
                sharpen(c, tau)
                worst = balances(c)
            good = worst <= 1e-6
            if good:
                break
            length *= 0.4
            if length < 1e-5:
                break
        if not good:
            break
        if tau >= 1.0 or 1.0 - tau < 1e-12:
            for n in range(N):
                c.u[n] = c.keep[n] + (c.u[n] - c.keep[n]) * ((1.0 - last) / (tau - last) if tau > last else 1.0)
            memcpy(c.keep, c.u, N * sizeof(double))
            sharpen(c, 1.0)
            worst = newton(c, goal, 40, 3.0, used)
            if worst <= goal:
                return worst
            memcpy(c.u, c.keep, N * sizeof(double))
            worst = balances(c)
            if not isfinite(worst):
                return worst
            remember(c)
            return settle(c, goal, limit, 1e-7, used)
        memcpy(c.keep, c.u, N * sizeof(double))
        last = tau
        if it <= 4:
            length *= 1.3
        elif it > 5:
            length *= 0.7
    sharpen(c, 1.0)
    return balances(c)


cdef double path(Circuit *c, double goal, int limit, int *used) noexcept nogil:
    """Follow the separation factors beta**tau from tau = 0, where every stage holds the feed, to tau = 1."""
    cdef double worst = INFINITY, tau, last = 0.0, before = 0.0, oldest = 0.0, width = 0.05, l0, l1, l2
    cdef Py_ssize_t n, i, N = c.stages
    cdef int spent, points = 1
    cdef bint held = False
    cdef double *spare
    for n in range(N):
        c.keep[n] = 0.0
        for i in range(c.elements):
            c.old[n * c.elements + i] = c.feed[i]
    while used[0] < limit and not stopped(c):
        tau = last + width
        if tau > 1.0 - 1e-9:
            tau = 1.0
        for n in range(N):
            if points == 1:
                c.u[n] = c.keep[n]
            elif points == 2:
                c.u[n] = c.keep[n] + (c.keep[n] - c.keep2[n]) * (tau - last) / (last - before)
            else:
                l0 = (tau - before) * (tau - oldest) / ((last - before) * (last - oldest))
                l1 = (tau - last) * (tau - oldest) / ((before - last) * (before - oldest))
                l2 = (tau - last) * (tau - before) / ((oldest - last) * (oldest - before))
                c.u[n] = l0 * c.keep[n] + l1 * c.keep2[n] + l2 * c.keep3[n]
        sharpen(c, tau)
        used[0] += 1
        spent = used[0]
        c.hold = 1e-7 if held else 0.0
        worst = newton(c, goal if tau == 1.0 and not held else 1e-7, 60 if tau == 1.0 else 10, 3.0, used)
        spent = used[0] - spent
        if worst <= (goal if tau == 1.0 and not held else 1e-5):
            if tau == 1.0:
                if not held:
                    return worst
                remember(c)
                return settle(c, goal, limit, 1e-7, used)
            remember(c)
            spare = c.keep3
            c.keep3 = c.keep2
            c.keep2 = c.keep
            c.keep = spare
            memcpy(c.keep, c.u, N * sizeof(double))
            oldest = before
            before = last
            last = tau
            if points < 3:
                points += 1
            if spent <= 3:
                width *= 2.0
            elif spent > 5:
                width *= 0.7
        elif not held and (width < 0.01 or tau == 1.0):
            held = True
        else:
            width *= 0.3
            if held and width < 1e-4:
                return arc(c, goal, limit, used, last, last - before if points > 1 else 0.0)
    c.hold = 0.0
    sharpen(c, 1.0)
    return balances(c)


cdef double place(Circuit *c, double goal, int *used) noexcept nogil:
    """Newton with the first residual in leaks, or in the extract's flow, from u; return the residual.

    Keeps u where that does not converge.
    """
    cdef double worst = INFINITY
    cdef int manner
    memcpy(c.keep, c.u, c.stages * sizeof(double))
    for manner in range(2):
        c.leaks = c.comparable and manner == 0
        c.ends = not c.leaks
        worst = newton(c, goal, 4 * <int> c.stages + 40, 3.0, used)
        if worst <= goal and c.ends and c.organic0[c.stages - 1] > c.aqueous0[0]:
            # The raffinate is the lesser product: its flow has the last word.
            c.ends = False
            worst = newton(c, goal, 10, 3.0, used)
        if worst <= goal:
            return worst
        memcpy(c.u, c.keep, c.stages * sizeof(double))
        if not (c.leaks and c.drawn_off):
            break
    c.leaks = False
    c.ends = False
    return balances(c)


cdef void between_products(Circuit *c) noexcept nogil:
    """A start: u falls evenly from the raffinate of a perfect cut to its extract."""
    cdef double low = 0.0, high = 0.0, light = c.aqueous0[0], heavy = c.organic0[c.stages - 1], part, next_
    cdef double left = light, right = heavy, done_low = -INFINITY, done_high = INFINITY
    cdef Py_ssize_t i, n, turn, pick
    for turn in range(c.elements):
        # The next least extractable element into the raffinate, the next most extractable one into the extract.
        next_ = INFINITY
        pick = -1
        for i in range(c.elements):
            if c.log_beta[i] > done_low and c.log_beta[i] < next_:
                next_ = c.log_beta[i]
                pick = i
        if pick < 0:
            break
        for i in range(c.elements):
            if c.log_beta[i] == next_:
                part = c.feed[i] if c.feed[i] < left else left
                left -= part
                low += part * exp(c.log_beta[i])
        done_low = next_
    for turn in range(c.elements):
        next_ = -INFINITY
        pick = -1
        for i in range(c.elements):
            if c.log_beta[i] < done_high and c.log_beta[i] > next_:
                next_ = c.log_beta[i]
                pick = i
        if pick < 0:
            break
        for i in range(c.elements):
            if c.log_beta[i] == next_:
                part = c.feed[i] if c.feed[i] < right else right
                right -= part
                high += part * exp(-c.log_beta[i])
        done_high = next_
    low = -log(low / (light - left)) if low > 0.0 else 0.0
    high = log(high / (heavy - right)) if high > 0.0 else 0.0
    for n in range(c.stages):
        c.u[n] = low + (high - low) * n / (c.stages - 1)


cdef double attempts(Circuit *c, double goal, int limit, int *used) noexcept nogil:
    """Newton from u; failing that, paths from a flat profile: as specified, then from either side of the product,
    then with smaller draws; each with the plain first residual and with leaks.
    """
    cdef double worst, above, below
    cdef int attempt, kinds, kind, turn
    c.hold = 0.0
    c.lean = 0.0
    c.ease = 0.0
    c.leaks = False
    c.ends = False
    sharpen(c, 1.0)
    worst = bent_newton(c, goal, 60, 0.5, used)
    if not worst <= goal and not stopped(c):
        between_products(c)
        worst = bent_newton(c, goal, 40, 1.5, used)
    above = 0.5 * c.aqueous0[0]
    below = -0.5 * c.organic0[c.stages - 1]
    kinds = 3 if c.comparable and c.drawn_off else 2
    for attempt in range(6 * kinds):
        if worst < 0.5:
            worst = place(c, goal, used)
        if worst <= goal or stopped(c):
            break
        kind, turn = attempt % kinds, attempt // kinds
        c.leaks = kind == 1 and c.comparable
        c.ends = kind > 0 and not c.leaks
        c.ease = 0.8 if turn >= 3 else 0.0
        if c.ease > 0.0 and c.taken[0] == 0.0:
            break
        c.lean = 0.0
        if turn % 3 > 0:
            c.lean = above if (turn % 3 == 1) == (c.excess > 0.0) else below
        worst = path(c, goal, used[0] + limit, used)
        if c.leaks or c.ends:
            c.leaks = False
            c.ends = False
            worst = balances(c)
    return worst


cdef void detour(Circuit *c, int way, double s) noexcept nogil:
    """Flows and feed on the way from an easier cascade (s = 0) to the one asked for (s = 1).

    Way 0 carries the feed from the middle to its stage, ways 1 and 2 take reflux away, 3 and 4 change the products.
    """
    cdef double place_ = c.feed_at
    if way == 0:
        place_ += (1.0 - s) * (c.stages // 2 - c.feed_at)
    c.reflux = (1.0 - s) * (c.organic0[0] * (0.3 if way == 1 else 2.0)) if 0 < way < 3 else 0.0
    c.shift = 0.0
    if way == 3:
        c.shift = 0.5 * (1.0 - s) * c.aqueous0[0]
    elif way == 4:
        c.shift = -0.5 * (1.0 - s) * c.organic0[c.stages - 1]
    c.feed_stage = <Py_ssize_t> place_
    c.feed_share = 1.0 - (place_ - c.feed_stage)
    sharpen(c, 1.0)


cdef double either(Circuit *c, double goal, int *used) noexcept nogil:
    """Newton from c.stride, with the plain first residual or with leaks; goal if either gets there."""
    cdef double worst
    memcpy(c.u, c.stride, c.stages * sizeof(double))
    worst = newton(c, goal, 25, 3.0, used)
    if not worst <= goal:
        memcpy(c.u, c.stride, c.stages * sizeof(double))
        c.leaks = c.comparable
        c.ends = not c.comparable
        worst = newton(c, goal, 40, 3.0, used)
        c.leaks = False
        c.ends = False
    if not worst <= goal:
        memcpy(c.u, c.stride, c.stages * sizeof(double))
        return INFINITY
    return goal


cdef double moved(Circuit *c, double goal, int *used) noexcept nogil:
    """Newton from the profile c.stride moved up or down by ever more stages; goal if one of them gets there."""
    cdef Py_ssize_t n, from_, N = c.stages, shift = 2
    cdef int side
    memcpy(c.earlier, c.stride, N * sizeof(double))
    while shift < N and not stopped(c):
        for side in range(2):
            for n in range(N):
                from_ = n + (shift if side == 0 else -shift)
                from_ = 0 if from_ < 0 else (N - 1 if from_ >= N else from_)
                c.stride[n] = c.earlier[from_]
            if either(c, goal, used) <= goal:
                return goal
        shift = shift * 3 // 2
    memcpy(c.u, c.earlier, N * sizeof(double))
    return INFINITY


cdef double roundabout(Circuit *c, int way, double goal, int limit, int *used) noexcept nogil:
    """Solve an easier cascade, then go from there to the one asked for; for feeds near an end, above all.

    There a front may have to cross the whole cascade at one point of the path in the separation factors.
    """
    cdef double here = 0.0, length = 0.01, worst, next_
    cdef Py_ssize_t n
    cdef int spent
    cdef bint tried = False
    detour(c, way, 0.0)
    for n in range(c.stages):
        c.u[n] = 0.0
    worst = attempts(c, goal, limit, used)
    limit += used[0]
    while worst <= goal and here < 1.0 and used[0] < limit and not stopped(c):
        memcpy(c.stride, c.u, c.stages * sizeof(double))
        next_ = here + length if here + length < 1.0 else 1.0
        detour(c, way, next_)
        spent = used[0]
        worst = either(c, goal, used)
        if worst <= goal:
            here = next_
            if used[0] - spent <= 8:
                length *= 1.5
            continue
        length *= 0.3
        worst = goal
        if length < 1e-4 and not tried:
            # A front goes from one end to the other at this very point. Beyond it the profile looks alike, but moved.
            tried = True
            next_ = here + 0.01 if here < 0.99 else 1.0
            detour(c, way, next_)
            if moved(c, goal, used) <= goal:
                here = next_
                length = 0.01
                tried = False
        if length < 1e-7:
            worst = INFINITY
    detour(c, way, 1.0)
    return place(c, goal, used) if worst <= goal else balances(c)


cdef bint snap(Circuit *c) noexcept nogil:
    """Take a cut that is balanced but for rounding as balanced exactly; False if there is none."""
    cdef Py_ssize_t i
    cdef double above = 0.0, below = 0.0
    if not c.comparable or c.taken[0] > 0.0 or c.miss0 == 0.0 or fabs(c.miss0) > 1e-15 * (c.organic0[0] + 1.0):
        return False
    for i in range(c.elements):
        if c.above[i]:
            above += c.feed[i]
        else:
            below += c.feed[i]
    c.miss0 = 0.0
    c.organic0[c.stages - 1] = above
    c.aqueous0[0] = below
    return True


cdef double steady(Circuit *c, double goal, int limit, int *used) noexcept nogil:
    """The steady state from u; return the residual reached."""
    cdef double worst, size, now
    cdef Py_ssize_t n
    cdef int way
    if not isfinite(c.u[0]):
        between_products(c)
    memcpy(c.start, c.u, c.stages * sizeof(double))
    worst = attempts(c, goal, limit, used)
    if not worst <= goal and not stopped(c) and snap(c):
        memcpy(c.u, c.start, c.stages * sizeof(double))
        worst = attempts(c, goal, limit, used)
    for way in range(5):
        if not worst <= goal and not stopped(c):
            worst = roundabout(c, way, goal, 2 * limit, used)
    if worst <= goal and worst > 1e-15:
        # One step more, kept if it helps: the answer then hardly depends on where the iteration came from.
        size = newton_step(c)
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
