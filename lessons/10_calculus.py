"""
Calculus: which way is up, and how steep is it
==============================================

Change a number a little. How much does what was computed from it change? The answer is
a slope, and calculus is the art of finding slopes. You find them here by trying, by
rule, and by a machine that knows the rules. Then you use them: inside mean shift, for a
line through points, and for a small network that reads digits.

About 65 minutes. Needs lessons 5 and 6.
"""

# %%
# How fast, just now?
# -------------------
#
# A stone falls about 5t² metres in t seconds. How fast is it after 1 second? Speed is a
# distance over the time that it took. So let it fall for a little longer, h seconds,
# and divide.

import math

import minitensor as mt
from minitensor import plot


def fallen(t):
    return 5 * t**2


for h in (1.0, 0.1, 0.01, 0.001):
    speed = (fallen(1 + h) - fallen(1)) / h
    print(f"in the next {h:<5} s it falls {speed:.3f} m each second")

# %%
# That is the *average* speed over h seconds, and the numbers tend to 10. Algebra says
# why. In 1 + h seconds the stone falls 5(1 + h)² = 5 + 10h + 5h² metres, and 10h + 5h²
# of them in the last h seconds. Over h that is 10 + 5h. With h = 0 we would have 0/0,
# which says nothing. But as h gets smaller the result comes as near to 10 as you like.
# Such a number is called a *limit*, and this one is the speed at that moment.
#
# In the picture each pale line goes through two points of the curve, and its steepness
# is the average speed. As the second point comes nearer, the line tends to one that
# only touches the curve. Its steepness is called the *slope* of the curve there, or the
# *derivative*.

# alt: The curve of metres fallen over seconds, with pale lines through the point at 1
#      and points 1, 0.6 and 0.3 seconds later, of slope 15, 13 and 11.5. They turn
#      towards an orange line that only touches the curve, of slope 10: the limit.
plot.secants(
    fallen, 1.0, (1.0, 0.6, 0.3), slope=10.0, xlabel="seconds", ylabel="metres fallen"
)

# %%
# How small should the step be?
# -----------------------------
#
# Then take h as small as possible? Try it with a function whose slope is known. The
# exponential, exp, is its own slope, so at 1 the slope is e = 2.718… There are two
# formulas. One looks ahead only, as above. The other looks to both sides, and is called
# the *central difference*.


def forward(f, x, h):
    return (f(x + h) - f(x)) / h


def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def errors(quotient, dtype, exponents):
    """Steps 10ᵏ, and how far off the slope of exp at 1 is with each, a share of it."""
    steps = (10.0**exponents).astype(dtype)
    slopes = quotient(mt.exp, mt.tensor(1.0, dtype), steps)
    return steps, abs(slopes.astype("float64") / math.e - 1)


types = "float32", "float64"
ways = [(quotient, dtype) for dtype in types for quotient in (forward, central)]
names = "".join(f"{quotient.__name__} {dtype:<11}" for quotient, dtype in ways)
print(f"step     {names}")
for k in range(-1, -16, -2):
    found = [errors(*way, mt.tensor([float(k)]))[1].item() for way in ways]
    print(f"1e{k:<6} " + "".join(f"{error:<19.0e}" for error in found))

# %%
# Read a column from top to bottom. At first the error falls. Then it grows again, until
# it is 1: the slope is lost altogether. Two errors are at work.
#
# * *Truncation*. The formula is right only in the limit. Ahead, the error is about h/2
#   as a share of the slope (for the stone it was h/2 too). To both sides, the largest
#   part of it cancels, and h²/6 is left. It falls with h.
# * *Rounding*. A computer keeps some 7 digits in float32 and 16 in float64.
#   Neighbouring numbers near 1 are *eps* apart, 1e-7 and 2e-16. The two values differ
#   by little, so most of their digits cancel (lesson 6 met this), and what was rounded
#   away is divided by h. The error is about eps/h. It grows as h falls.
#
# The best step is near the one where the two are alike: there their sum is least. On
# axes where equal steps are equal factors, each error is a straight line, and their sum
# is a V.

import numpy as np

exponents = mt.linspace(-16, 0, 321)
truncation = {forward: lambda h: h / 2, central: lambda h: h**2 / 6}
best = {
    forward: lambda eps: (2 * eps) ** (1 / 2),
    central: lambda eps: (3 * eps) ** (1 / 3),
}
measured, predicted = {}, {}
for quotient, dtype in ways:
    name, eps = f"{quotient.__name__}, {dtype}", float(np.finfo(dtype).eps)
    measured[name] = errors(quotient, dtype, exponents)
    h = 10.0**exponents
    predicted[name] = h, truncation[quotient](h) + eps / h
    step = best[quotient](eps)
    error = errors(quotient, dtype, mt.tensor([math.log10(step)]))[1].item()
    print(f"{name:<17} best step about {step:.0e}, error there {error:.0e}")

# alt: The error of the slope over the step, both logarithmic: four V-shaped lines with
#      measured dots about them. Left of each lowest point the error grows by rounding,
#      right of it by truncation. The central difference in float64 gets lowest, below
#      1e-10 at a step near 1e-5; float32 never gets below 1e-6.
plot.step_errors(measured, predicted, "dots: measured; lines: truncation + rounding")

# %%
# So never take the smallest step that there is. To both sides, and with a step near
# ∛eps, float64 gives about ten right digits. That is plenty for *checking* a slope. For
# finding slopes there is something better.
#
# Rules instead of steps
# ----------------------
#
# For the stone, algebra took the limit once and for all. It can do so for other
# functions. These are rules that you may know from school, and each is checked against
# the central difference.

rules = [
    ("x³", lambda x: x**3, "3x²", lambda x: 3 * x**2),
    ("1/x", lambda x: 1 / x, "−1/x²", lambda x: -1 / x**2),
    ("√x", mt.sqrt, "1/(2√x)", lambda x: 1 / (2 * mt.sqrt(x))),
    ("exp x", mt.exp, "exp x", mt.exp),
    ("log x", mt.log, "1/x", lambda x: 1 / x),
    ("tanh x", mt.tanh, "1 − tanh² x", lambda x: 1 - mt.tanh(x) ** 2),
]
x, h = mt.tensor(0.7), 6e-6
print("function   its slope      at 0.7    by difference")
for name, f, rule, slope in rules:
    by_rule, by_step = slope(x).item(), central(f, x, h).item()
    assert abs(by_rule - by_step) < 1e-8 * abs(by_rule)
    print(f"{name:<10} {rule:<12} {by_rule:>9.6f} {by_step:>12.6f}")

# %%
# The chain rule
# --------------
#
# Most functions are chains of such links. Take the weight of lesson 6, exp(−r²/2h²).
# (From here on h is the bandwidth, as it was there, and no longer a step.) First u =
# −r²/2h² is made from r, then w = exp(u) is made from u. Think of cogwheels. If u turns
# twice as fast as r, and w turns a third as fast as u, then w turns ⅔ as fast as r.
# Slopes along a chain are *multiplied*. This is the chain rule.

bandwidth = 2.5
r = mt.tensor(3.0)
u = -(r**2) / (2 * bandwidth**2)
first_link = -r / bandwidth**2  # how fast u changes with r
second_link = mt.exp(u)  # how fast w changes with u
by_step = central(lambda r: mt.exp(-(r**2) / (2 * bandwidth**2)), r, 1e-5)
print(
    f"u changes {first_link.item():.4f} times as fast as r, "
    f"w {second_link.item():.4f} as u"
)
print(
    f"multiplied {(first_link * second_link).item():.8f}, "
    f"by difference {by_step.item():.8f}"
)

# %%
# With rules for the links and the chain rule, you can find the slope of anything that
# is made of them. No step has to be chosen, and nothing is truncated.
#
# Many numbers: the gradient
# --------------------------
#
# Now let a number depend on two others, as the height of a hill depends on where you
# stand. Our hill is that of lesson 6: the *density*, a sum of weights, high where data
# points lie close together. There is a slope along each axis, found while the other
# number stays as it is. Together they are a vector, the *gradient*.

from minitensor.data import blobs

points, truth = blobs(seed=2)


def density(places):
    """(q, 2) to (q,): the sum of the weights of all points, as seen from each place."""
    squared = ((places[:, None, :] - points) ** 2).sum(2)
    return mt.exp(squared * (-0.5 / bandwidth**2)).sum(1)


def along(place, direction, h=1e-5):
    """The slope of the density in a direction of length 1, by central difference."""
    ends = mt.stack([place + h * direction, place - h * direction])
    above, below = density(ends)
    return (above - below) / (2 * h)


here = mt.tensor([-19.0, -11.5])
gradient = mt.stack([along(here, axis) for axis in mt.eye(2)])
print("density", round(density(here[None]).item(), 3))
print("gradient", [round(slope, 4) for slope in gradient.tolist()])

# %%
# Two numbers are enough to know the slope in *every* direction: it is the product of
# the gradient with the direction, gradient · direction. For a direction of length 1
# that is the length of the gradient times the cosine of the angle between the two. The
# cosine is largest, 1, at 0 degrees. So **the gradient points where it is steepest
# uphill, and its length is the slope there**. At a right angle the cosine is 0: this
# way is level. A line of equal height is level all along, so the gradient stands at a
# right angle to it.

length = mt.sqrt((gradient**2).sum())
uphill = gradient / length
sideways = mt.stack([-uphill[1], uphill[0]])  # turned left by a right angle
angles = mt.linspace(-180, 180, 25)
slopes = []
for angle in angles.tolist():
    turn = math.radians(angle)
    slope = along(here, math.cos(turn) * uphill + math.sin(turn) * sideways).item()
    slopes.append(slope)
    if angle >= 0 and angle % 45 == 0:
        expected = length.item() * math.cos(turn)
        print(
            f"{angle:>4.0f}° from the gradient: slope {slope:>8.3f}, "
            f"by cosine {expected:>8.3f}"
        )

box = (-26.0, -8.0, -23.0, -5.0)
# alt: Left, a round hill of contour lines with four arrows at one point: uphill to the
#      peak, downhill away from it, and two level ones along the line of equal height.
#      Right, the slope over the angle from the gradient: measured dots on a cosine,
#      from 24 at 0° through 0 at 90° to -24 at 180°.
plot.directions(density, here, gradient, box, (angles, mt.tensor(slopes)))

# %%
# How a machine does it
# ---------------------
#
# A computer can apply the chain rule for us. While it computes, it writes down each
# operation, what went in and what came out, one row after the other. This list is
# called a *tape*. And it has a *table of rules*: for each operation, how much of a
# slope each operand gets. Write both.

OPERATIONS = {
    # name: (what it computes, what each operand gets of g, the slope along the result)
    "add": (lambda a, b: a + b, lambda g, a, b: (g, g)),
    "subtract": (lambda a, b: a - b, lambda g, a, b: (g, -g)),
    "multiply": (lambda a, b: a * b, lambda g, a, b: (g * b, g * a)),
    "exp": (math.exp, lambda g, a: (g * math.exp(a),)),
}
tape = []


def given(name, value):
    tape.append((name, (), value))
    return len(tape) - 1


def do(name, *rows):
    compute, _ = OPERATIONS[name]
    tape.append((name, rows, compute(*(tape[row][2] for row in rows))))
    return len(tape) - 1


# %%
# The example is the smallest thing that learns. It guesses y as w·x + b, and is
# punished by the square of its error. How does that square change with w, and with b?

w, x, b, y = given("w", 2.0), given("x", 3.0), given("b", 1.0), given("y", 5.0)
guess = do("add", do("multiply", w, x), b)
error = do("subtract", guess, y)
square = do("multiply", error, error)

print("row  operation  of rows   value")
for row, (name, rows, value) in enumerate(tape):
    print(f"{row:>3}  {name:<10} {', '.join(map(str, rows)):<8} {value:>6g}")

# %%
# Now go back. Along itself, the last row has slope 1. Each row hands its slope on to
# the rows that it was made from, each share by its rule. A row that was used twice, as
# the error is here, gets two shares, and they are *added*: it moves the result in both
# ways at once. By the time the way back reaches a row, all that used it have been
# visited, so its slope is complete.

slope_along = [0.0] * len(tape)
slope_along[-1] = 1.0
for row in reversed(range(len(tape))):
    name, rows, _ = tape[row]
    if rows:
        _, rule = OPERATIONS[name]
        shares = rule(slope_along[row], *(tape[each][2] for each in rows))
        for each, share in zip(rows, shares, strict=True):
            slope_along[each] += share
        words = ", ".join(
            f"{s:g} to row {r}" for r, s in zip(rows, shares, strict=True)
        )
        print(f"row {row} has slope {slope_along[row]:>2g} and gives {words}")
    else:
        print(f"row {row} is {name}: slope {slope_along[row]:g}")

# %%
# Check two by hand. The error is 2. Along the error, the square has slope 2 · 2 = 4.
# And w moves the error 3 times as fast as itself, since x is 3; so its slope is 12.
#
# This is all there is to it. The library has a table like this one for every operation
# (``autograd/rules.py``) and such a tape (``autograd/tape.py``), both for whole
# tensors. You use them in one of two ways. ``grad`` makes a function of a function: the
# one that gives its gradient. ``value_and_grad`` gives the value too.


def punishment(w, b):
    return (w * 3.0 + b - 5.0) ** 2


value, (along_w, along_b) = mt.value_and_grad(punishment, argnums=(0, 1))(2.0, 1.0)
print(value.item(), along_w.item(), along_b.item())

# %%
# Or make *variables*, tensors that remember how they were made. ``backward()`` goes
# back, and leaves in ``.grad`` of each variable the slope along it.

w, b = mt.variable(2.0), mt.variable(1.0)
punishment(w, b).backward()
print(w.grad.item(), b.grad.item())

# %%
# Why back, and not forth? Because there is *one* number at the end, and there may be
# millions at the beginning. Central differences need the function twice for each of
# them. Going back gives all slopes together, and visits each row once. Count how often
# a function of 1,000 numbers is called.

from minitensor.autograd import central_difference

calls = 0


def sum_of_weights(x):
    global calls
    calls += 1
    return mt.exp(-(x**2) / 2).sum()


many = mt.linspace(-3, 3, 1000)
by_tape = mt.grad(sum_of_weights)(many)
print(f"by tape        {calls:>5} call")
calls = 0
by_steps = central_difference(sum_of_weights, many)
print(
    f"by differences {calls:>5} calls; "
    f"they agree to {abs(by_tape - by_steps).max().item():.0e}"
)

# %%
# Corners
# -------
#
# Where two slopes meet, as in max(x, 0) at 0, there is no limit: from the left the
# slope is 0, from the right 1. The library must say something, and here shares evenly.
# What it cannot say, it refuses: many numbers at the end have no single gradient.

from minitensor.errors import ShapeError

corner = mt.grad(lambda x: mt.maximum(x, 0.0).sum())(mt.tensor([-1.0, 0.0, 1.0]))
print("slopes of max(x, 0) at −1, 0 and 1:", corner.tolist())
try:
    mt.grad(lambda x: x**2)(mt.tensor([1.0, 2.0]))
except ShapeError as error:
    print(error)

# %%
# Mean shift was a gradient all along
# -----------------------------------
#
# Now to something that you know. Take the *logarithm* of the density at a place q, and
# go back along the chain by hand:
#
# * log p has slope 1/p;
# * p is the sum of the weights w, and hands its slope on to each;
# * w = exp(u) has slope w along u;
# * u = −‖q − x‖²/2h² has slope (x − q)/h² along q.
#
# Multiply along the chain, and add over the points: Σ w·(x − q) over h²p. But p is Σ w,
# so this is Σ w·x / Σ w − q, over h². And Σ w·x / Σ w is where mean shift moves q! So
#
# .. math:: \nabla \log p(q) = \frac{m(q) - q}{h^2}
#
# where ∇ ("nabla") stands for the gradient and m(q) for the weighted mean. **The
# gradient of the log density is the mean-shift vector over the bandwidth squared.** The
# library's updates know nothing of the tape, and the tape knows nothing of mean shift.
# Compare them, at every tenth point. (Each log density depends on its own place only.
# So the gradient of their sum has in each row the gradient of one of them.)

from minitensor.cluster.meanshift import LADDER


def log_density(places):
    return mt.log(density(places))


def gradients(places):
    return mt.grad(lambda places: log_density(places).sum())(places)


places = points[::10]
by_tape = gradients(places)
longest = mt.sqrt((by_tape**2).sum(1)).max().item()
eps = float(np.finfo("float64").eps)
print(f"the longest gradient is {longest:.4f}")
print("rung         largest difference, in eps of the longest gradient")
for update in LADDER.rungs:
    if update.__name__ in ("loops", "one_point", "batched", "gemm", "gemm_tiled"):
        shift = (update(places, points, bandwidth) - places) / bandwidth**2
        off = abs(shift - by_tape).max().item() / (eps * longest)
        assert off < 200
        print(f"{update.__name__:<12} {off:.0f}")

# %%
# They are the same to rounding. (The last two take distances from a product, which
# loses a digit more, as lesson 6 showed.) So the arrows of the next picture have two
# names. They are the mean-shift vectors, each in its true length: its tip is where the
# next update lands. And they are the gradients of the log density, times h².

across, down = mt.linspace(-29, -5, 9), mt.linspace(-39, -3, 13)
places = mt.stack([across.expand(13, 9), down[:, None].expand(13, 9)], 2).reshape(-1, 2)
shifts = bandwidth**2 * gradients(places)
title = "shades: the log density; each arrow is one update of mean shift"
# alt: Shades of the log density with contour lines round two peaks, and part of a
#      third. Arrows on a grid all point towards the nearest peak; they are longest far
#      out, where there are no points, and shortest at the peaks.
plot.arrows(log_density, (-32.0, -2.0, -40.0, -2.0), places, shifts, points, title)

# %%
# The weights of points far away are tiny, but the logarithm counts factors, so even
# there the slope is clear: the arrows are longest where there is nothing. The gradient
# of a log density has a name of its own, the *score*. You will meet it again in
# lesson 11.
#
# A climb that chooses its own steps
# ----------------------------------
#
# To follow the gradient uphill, step by step, is called *gradient ascent*: q ← q + step
# · gradient. How long should the step be? The slope of log p is that of p, over p (the
# chain rule again). So mean shift, on the density itself, is gradient ascent with the
# step h²/p. It is long where the density is low, and short where it is high, and nobody
# had to choose it. Let it race against fixed steps, from three starts: near a peak, at
# the edge of its cluster, and far out.

gradient_of = mt.grad(lambda places: density(places).sum())


def climb(places, step, count):
    """The stops of ascents on the density, (count + 1, q, 2).

    step=None is mean shift's, h²/p.
    """
    stops = [places]
    for _ in range(count):
        size = bandwidth**2 / density(places)[:, None] if step is None else step
        places = places + size * gradient_of(places)
        stops.append(places)
    return mt.stack(stops)


cluster = points[truth == 0]
middle = cluster.mean(0)
edge = cluster[((cluster - middle) ** 2).sum(1).argmax()]
peak = climb(middle[None], None, 200)[-1, 0]
starts = mt.stack([middle + 1.0, edge, peak + mt.tensor([-13.0, 1.0])])
names = "near", "edge", "far"
for name, p in zip(names, density(starts).tolist(), strict=True):
    print(f"{name}: density {p:>7.3f}, so mean shift's step is {bandwidth**2 / p:.3f}")

MOST = 1000
print("\nsteps until they stay within 0.001 of the peak")
print("step      " + "".join(f"{name:>8}" for name in names))
for step in (0.001, 0.01, 0.1, 0.2, None):
    away = ((climb(starts, step, MOST if step else 100) - peak) ** 2).sum(2) > 0.001**2
    counts = away.astype("int64").sum(0).tolist()
    words = "".join(
        f"{count:>8,}" if count < MOST else f"  >{MOST:,}" for count in counts
    )
    print(f"{step or 'mean shift':<10}{words}")

# %%
# Read the rows. A small step crawls everywhere. With 0.1 the peak is near, but from far
# out, where the slope is nearly nothing, it takes far longer. With 0.2 the walk
# *overshoots*: it comes down on the other side of the peak, as far away as before, then
# on this side again, and so on for ever. So a fixed step must be found by trying, and
# one that suits the peak does not suit the plain. Mean shift needs a dozen steps from
# anywhere, and with its step no update ever goes down (lesson 6).

panels = {}
fates = {0.01: "crawls", 0.1: "arrives", 0.2: "overshoots", None: "arrives"}
for step, words in fates.items():
    name = f"step {step}" if step else "mean shift"
    panels[f"{name}: {words}"] = density, climb(edge[None], step, 20)[:, 0], peak
# alt: Four walks from the same dot on a hill. With step 0.01 twenty steps get a third
#      of the way; with 0.1 the walk arrives at the cross; with 0.2 it jumps to and fro
#      across the peak; mean shift arrives.
plot.walks(panels, box, title="twenty steps from the red dot; the cross is the peak")

# %%
# A line through points
# ---------------------
#
# Down is as good as up: against the gradient it is steepest downhill. If the height is
# how *wrong* something is, then walking down makes it less wrong. This is how machines
# learn. The height is then called the *loss*, and the walk *gradient descent*. Start
# with a line y = a + b·x through points. The loss is the mean squared error of lesson
# 5, seen as a function of a and b.

rng = mt.random.generator(4)
x = mt.random.uniform(rng, 60, 0.0, 10.0)
y = 3 + 0.5 * x + mt.random.normal(rng, 60, std=0.7)


def line_loss(line, x, y):
    return ((line[0] + line[1] * x - y) ** 2).mean()


def descend(line, x, step, most):
    stops = [line]
    for _ in range(most):
        stops.append(stops[-1] - step * mt.grad(line_loss)(stops[-1], x, y))
    return mt.stack(stops)


stops = descend(mt.zeros(2), x, 0.02, 1200)
for count in (0, 1, 10, 100, 1000):
    a, b = stops[count].tolist()
    value = line_loss(stops[count], x, y).item()
    print(f"step {count:>5,}: y = {a:.4f} + {b:.4f} x, loss {value:.5f}")

# %%
# For a line there is an exact solution. At the bottom the gradient is 0. That gives two
# equations for a and b, and they are solved in two lines. Ask the tape whether its
# gradient is 0 there.

b = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
a = y.mean() - b * x.mean()
exact = mt.stack([a, b])
print(
    f"exactly y = {a.item():.4f} + {b.item():.4f} x, loss {line_loss(exact, x, y):.5f}"
)
gradient = mt.grad(line_loss)(exact, x, y).tolist()
print("gradient there, rounded to 12 digits:", [abs(round(g, 12)) for g in gradient])

lines = {
    "1 step": stops[1],
    "10 steps": stops[10],
    "200 steps": stops[200],
    "exact": exact,
}
lines = {name: line.tolist() for name, line in lines.items()}
# alt: Sixty points along a rising band, and lines through them: after 1 step it is far
#      too steep, after 10 steps it begins too low, after 200 it is close to the dashed
#      exact line, 3.40 + 0.43 x.
plot.fits(x, y, lines, "gradient descent on a line")

# %%
# It arrives, but it takes a thousand steps for two numbers. The next picture shows why.
# The loss is a long narrow valley. A change of b tilts the line about x = 0, far from
# the middle of the points, so a must change with it. The gradient points across the
# valley, not along it. A longer step would overshoot from wall to wall.
#
# The cure is the one of lesson 6: centre first. Measure x from its mean, in units of
# its spread. The valley becomes a round bowl, in which the gradient points straight at
# the bottom.

centred = (x - x.mean()) / x.std()
bowl_bottom = mt.stack([y.mean(), (centred * y).mean()])
start = mt.tensor([0.0, 0.0])
bowl = descend(start, centred, 0.1, 200)


def steps_to(stops, goal):
    return (abs(stops - goal).max(1) > 0.001).astype("int64").sum().item()


print(f"x as it is: {steps_to(stops, exact):>5,} steps to within 0.001")
print(f"x centred:  {steps_to(bowl, bowl_bottom):>5,} steps of 0.1")
print(
    f"x centred:  {steps_to(descend(start, centred, 0.5, 5), bowl_bottom):>5,} "
    "step of 0.5"
)


def root_loss(x):
    """Of (n, 2) lines the root of the loss, so that contour lines are evenly apart."""
    return lambda lines: mt.sqrt(((lines[:, :1] + lines[:, 1:] * x - y) ** 2).mean(1))


# alt: Two maps of the loss with the path of 200 steps. With x as it is, a long slanted
#      valley: the path zigzags to its floor at once and then creeps along it, and ends
#      short of the cross. With x centred, round contour lines: the path leads straight
#      to the cross.
plot.walks(
    {
        "x as it is: a valley": (root_loss(x), stops[:201], exact),
        "x centred: a bowl": (root_loss(centred), bowl, bowl_bottom),
    },
    (-2.0, 8.0, -4.0, 6.0),
    labels=("a, the height at x = 0", "b, the slope"),
    title="200 steps from the red dot; "
    "the bluer the larger the loss, the cross is the least",
)

# %%
# In the bowl, where the loss is curved alike in all directions, a step of ½ lands on
# the bottom at once. (The loss is a square, and the slope of a square is twice the
# distance.) Such a step is what mean shift has. It is given by the problem, not chosen.
#
# A network that reads digits
# ---------------------------
#
# A line has two numbers to learn. Now take 2,410. The digits are pictures of 64 pixels,
# and the answer is one of ten. This is the whole network:
#
# * 32 weighted sums of the pixels, each plus a number of its own: ``x @ W + b``. What
#   is below 0 is set to 0. Without this cut the next product would only make one larger
#   product of the two.
# * Ten weighted sums of those 32, the *scores* of the ten digits: ``… @ V + c``. (They
#   have nothing to do with the score of a density. The field has one word for both.)
# * exp of the scores over their sum, the *softmax*. You know it from lesson 8, as the
#   weights of attention. Ten positive numbers that add up to 1 are read as
#   probabilities.
#
# The weights in W and V, and b and c, are what is learned. (From where? From small
# random numbers. If all were alike, then all 32 sums would be alike, with the same
# gradient, for ever.) The loss of one digit is −log of the probability that was given
# to the right answer: 0 for 1, and large for a small one. This is the *cross-entropy*.

from minitensor.data import digits

images, truth = digits()
order = mt.random.permutation(mt.random.generator(0), len(images))
training, held_out = order[:1397], order[1397:]
x = images / 16
# 1 for the right one, else 0
targets = (truth[:, None] == mt.arange(10)).astype("float64")


def scores(W, b, V, c, x):
    return mt.maximum(x @ W + b, 0.0) @ V + c


def log_softmax(scores):
    # so that exp cannot overflow; it cancels
    scores = scores - scores.max(1, keepdims=True)
    return scores - mt.log(mt.exp(scores).sum(1, keepdims=True))


def loss(W, b, V, c, x, targets):
    return -(log_softmax(scores(W, b, V, c, x)) * targets).sum(1).mean()


rng = mt.random.generator(1)
shapes = (64, 32), (32, 10)
W, V = (mt.random.normal(rng, shape, std=shape[0] ** -0.5) for shape in shapes)
untrained = W, mt.zeros(32), V, mt.zeros(10)
print(f"{sum(each.size for each in untrained):,} numbers to learn")
print(f"loss {loss(*untrained, x[training], targets[training]).item():.2f}")
print(f"loss of one who only guesses, 1/10 for each: log 10 = {math.log(10):.2f}")

# %%
# Is its gradient right? ``check_gradient`` compares every slope with a central
# difference, and raises if one is off. On 20 digits it takes 4,820 calls of the loss.
# The tape takes one.

from minitensor.autograd import check_gradient

few = training[:20]
off = check_gradient(loss, *untrained, x[few], targets[few], argnums=(0, 1, 2, 3))
print("largest difference below 1e-7:", off < 1e-7)

# %%
# Now walk downhill, 200 steps, with all training digits at every step. Of the 1,797
# digits 400 are *held out*. The network never learns from them, so they tell how well
# it reads digits that it has not seen.


def train(parameters, step, count=200):
    follow = mt.value_and_grad(loss, argnums=(0, 1, 2, 3))
    seen, unseen = [], []
    for _ in range(count):
        value, gradients = follow(*parameters, x[training], targets[training])
        seen.append(value)
        unseen.append(loss(*parameters, x[held_out], targets[held_out]))
        parameters = [w - step * g for w, g in zip(parameters, gradients, strict=True)]
    return parameters, (mt.stack(seen), mt.stack(unseen))


def right(parameters, rows):
    same = scores(*parameters, x[rows]).argmax(1) == truth[rows]
    return same.astype("float64").mean().item()


print("step   loss: training   held out   right: training   held out")
curves, trained = {}, {}
for step in (0.02, 1.0, 2.5):
    trained[step], (seen, unseen) = train(untrained, step)
    curves[f"step {step}"] = seen, unseen
    shares = [right(trained[step], rows) for rows in (training, held_out)]
    print(f"{step:<4} {seen[-1].item():>16.3f} {unseen[-1].item():>10.3f}", end="")
    print(f" {shares[0]:>17.1%} {shares[1]:>10.1%}")
# alt: The loss of the network over 200 steps for three step sizes. With 0.02 it falls
#      slowly from 2.4 to 1.8. With 1.0 it falls, with some leaps, to 0.05 on the
#      training digits and 0.07 on those held out. With 2.5 it leaps up and then stays
#      level at only guessing, 2.3.
plot.losses(
    curves, (math.log(10), "only guessing"), "three step sizes, the same network"
)

# %%
# The same three fates as on the hill: one crawls, one arrives, one overshoots. With the
# step in the middle the network reads nearly all digits that it has never seen. Its
# loss on them ends above the other: the digits that it learned from it knows partly by
# heart.
#
# The largest step does worse than overshoot. Look at its 32 sums: how many are still
# above 0 for any digit? One that is below 0 for all is cut off, its slope is 0 there,
# and no step will bring it back.

for step, (W, b, _, _) in trained.items():
    alive = ((x[training] @ W + b) > 0).any(0).astype("int64").sum().item()
    print(f"step {step}: {alive} of 32 sums are above 0 for some digit")

# %%
# Which digits does the good one misread?

reader = trained[1.0]
answers = scores(*reader, x[held_out]).argmax(1)
wrong = held_out[answers != truth[held_out]]
read = answers[answers != truth[held_out]]
pairs = zip(truth[wrong].tolist(), read.tolist(), strict=True)
names = [f"{shown}, read as {answer}" for shown, answer in pairs]
print("; ".join(names))
# alt: The eight digits that the network misreads, each with what it is and what it was
#      read as: an 8 as 1, a 9 as 5, a 4 as 7, a 9 as 8, a 1 as 8, a 6 as 8, a 1 as 4, a
#      7 as 4. Several are hard to read for people too.
plot.images(images[wrong].reshape(-1, 8, 8)[:10], names[:10])

# %%
# The slope along a picture
# -------------------------
#
# So far the slope was along the weights. The tape does not mind which numbers are
# called variables. Keep the weights, and ask for the slope along the *pixels*: which of
# them should change, and how, for the network to think that this 3 is an 8? Then follow
# it, uphill, in small steps.

before = x[held_out[truth[held_out] == 3][0]]


def belief(picture, digit=8):
    """log of the probability that the network gives to a digit."""
    return log_softmax(scores(*reader, picture[None]))[0, digit]


picture, count = before, 0
while belief(picture).item() < math.log(0.99):
    picture = mt.clip(picture + 0.02 * mt.grad(belief)(picture), 0.0, 1.0)
    count += 1
    if count in (1, 2, 5, 10, 20, 50):
        sure = math.exp(belief(picture).item())
        print(f"step {count:>2}: an 8 with probability {sure:.4f}")
print(f"step {count:>2}: above 0.99")


def nearest(picture):
    """Which digit the nearest training picture shows."""
    return truth[training][((x[training] - picture) ** 2).sum(1).argmin()].item()


print(
    f"the nearest training digit is a {nearest(before)} before, "
    f"and a {nearest(picture)} after"
)
# alt: A 3; the change, more ink on the left of the middle and less on the right and at
#      the top; and the result, which looks like a smudged 3 and is read as an 8 by more
#      than 99%.
plot.pushed(
    16 * before.reshape(8, 8),
    16 * picture.reshape(8, 8),
    ("a 3, read as 3", "read as 8, by more than 99%"),
)

# %%
# The network is sure, and it is wrong: this is no 8 that anybody would write, and it
# still lies nearest to a 3. It was taught on digits, and it says something of *every*
# picture, but most pictures are no digits. The gradient knows which way the network's
# belief grows. It does not know which pictures there are. What knows that is the
# density of the data, and *its* gradient is mean shift.
#
# What to take away
# -----------------
#
# * A slope is a limit. With a step it is found roughly: too large truncates, too small
#   rounds.
# * Slopes along a chain are multiplied, and shares of the same number are added.
# * The gradient points where it is steepest, and at a right angle to lines of equal
#   height.
# * A tape and a table of rules find all slopes of one number, in one way back.
# * The gradient of the log density is the mean-shift vector over h². Mean shift is
#   gradient ascent with the step h²/p, which suits every place.
# * Learning is walking downhill on a loss. The step is the one number you must choose:
#   too small crawls, too large overshoots. Centred data make the valley rounder.
#
# Try it
# ------
#
# Exercises 47 and 48 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Add the operation ``tanh`` to the small tape, and put it round the guess. Compare
#    with ``mt.grad``. What becomes of the slope along w if w·x + b is large, and why?
# 2. Take every point of ``points`` ten times. Which of the fixed steps still arrives?
#    And what does mean shift do? (The density is ten times as high.)
# 3. For the line take ``abs(...)`` of the errors instead of the square: MAE, of
#    lesson 5. Let one y be wrong by 100. Which of the two lines moves more? And why
#    does the walk not come to rest?
# 4. Divide the pixels by 1 instead of 16. Which step is too large now? (Think of the
#    valley.)
# 5. Let the network start with W and V all 0. Which of the four parameters learn
#    anything, and why?
#
# In lesson 11
# ------------
#
# Lesson 11 takes both gradients further. One trains two networks, one for pictures and
# one for words, until a digit and its caption land in the same place. The other, the
# score, turns noise into digits: each step of diffusion goes a part of the way to the
# guess of an ideal denoiser, which is a mean-shift step over the data. And the slope
# along a picture, which fooled us here, becomes a guide there, because the denoiser
# leads back to what is a digit.
