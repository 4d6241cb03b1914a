"""Diffusion with no network on digits: what it makes, how near that is to the data, and how long it takes.

    python tests/benchmarks/diffusion.py [SEEDS]     how many seeds, 3 if not given

Each seed splits the 1,797 digits anew into 1,397 to learn from and 400 held out, and draws new noise. A distance is
that to the nearest digit learned from, and 1 is the median distance of those held out. A *copy* is nearer than 0.2. A
classifier is asked how sure it is of a sample: "votes" is by how much the first of scikit-learn's SVC (one against the
rest) leads the second, "logistic" the largest probability of a logistic regression. One thread. Mean over the seeds,
and from where to where; of milliseconds the least. The last lines are the goals, for the mean of 3 seeds or more: it
exits with 1 where one is missed, but of fewer seeds only says so, as one seed alone may miss one.

With windows of 7, more samples end as copies the lower the noise goes, and classifiers are no surer of them: the goals
are those of levels that end at 0.5, and the row above it in the table is down to 0.02. The votes tell little, even of
windows of 3, whose pictures have dissolved; the logistic regression sees that.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import platform
import sys
import time
from functools import partial

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

import minitensor as mt
from minitensor.cluster.meanshift.attention import gaussian_keys
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.data import digits
from minitensor.linalg import eigh, pinv
from minitensor.models import (
    altered_pairs,
    describe,
    digit_of,
    guided_by_data,
    guided_by_gradient,
    guided_by_projection,
    ideal_denoiser,
    nearness,
    noise_levels,
    patch_denoiser,
    sample,
    split,
    thresholds,
    train_clip,
)
from minitensor.models.softmax import Softmax

SAMPLES, WISHES, EACH = 100, 20, 5  # pictures made without a wish; wishes, and pictures made for each
TIGHT = 2.0  # grey levels by which the embedding of a digit may be off and still count
GOALS, ENOUGH = [], 3  # seeds that the goals are for


def far_then_near(sigma):
    """All of the picture while its shape is decided, and then 3 × 3 pixels."""
    return 15 if sigma > 3.5 else 3


def goal(words, value, least=-np.inf, most=np.inf):
    GOALS.append((words, value, least, most))


def spread(values, form="{:.2f}"):
    low, high = min(values), max(values)
    return f"{form.format(sum(values) / len(values))} ({form.format(low)} to {form.format(high)})"


def quickest(calls, rounds=5):
    """Milliseconds of each call, the least of interleaved rounds."""
    least = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            least[name] = min(least[name], (time.perf_counter() - start) * 1e3)
    return least


class Digits:
    """One seed's digits, float32, and what is asked about samples."""

    def __init__(self, seed):
        images, truth = digits()
        learned, held = split(seed)
        self.seed, self.at = seed, thresholds(images)
        captions = describe(images, truth, self.at)
        self.captions = [captions[row] for row in learned.tolist()]
        self.wishes = [captions[row] for row in held[:WISHES].tolist()]
        self.known = sorted(set(captions))
        self.data, self.held = (images[rows].astype("float32") for rows in (learned, held))
        self.typical = nearness(self.held, self.data).typical()
        rows, classes = self.data.numpy(), truth[learned].numpy()
        self.votes, self.logistic = (
            SVC().fit(rows, classes),
            LogisticRegression(C=0.01, max_iter=3000).fit(rows, classes),
        )

    def noise(self, count, dtype="float32"):
        return mt.random.normal(mt.random.generator(self.seed), (count, 64), dtype=dtype)

    def asked(self, samples):
        """Copies, the median distance, and how sure two classifiers are."""
        near = nearness(samples.astype("float32"), self.data)
        ordered = np.sort(self.votes.decision_function(samples.numpy()), axis=1)
        sure = self.logistic.predict_proba(samples.numpy()).max(1).mean()
        lead = (ordered[:, -1] - ordered[:, -2]).mean()
        return near.copies(self.typical), near.typical() / self.typical, lead, sure


def without_a_wish(seeds):
    print("no wish: 18 levels from 20 to 0.02, straight steps, float32")
    print(f"{'':34}{'seconds':>9}  {'copies':24}{'distance':24}{'votes':24}{'logistic'}")
    ways = {
        "1,000 samples, ideal denoiser": (1000, lambda data: ideal_denoiser(data), {}),
        "100, patches of 7": (SAMPLES, lambda data: patch_denoiser(data, k=7), {}),
        "100, patches of 7, down to 0.5": (SAMPLES, lambda data: patch_denoiser(data, k=7), {"low": 0.5}),
        "100, patches of 5": (SAMPLES, lambda data: patch_denoiser(data, k=5), {}),
        "100, patches of 3": (SAMPLES, lambda data: patch_denoiser(data, k=3), {}),
        "100, patches of 15, below 3.5 of 3": (SAMPLES, lambda data: patch_denoiser(data, k=far_then_near), {}),
    }
    held = [(seed.asked(seed.held)) for seed in seeds]
    print(f"{'400 held-out digits':34}{'':9}  " + "".join(f"{spread(column):24}" for column in zip(*held, strict=True)))
    for name, (count, make, options) in ways.items():
        rows, least = [], np.inf
        for seed in seeds:
            start = time.perf_counter()
            samples = sample(make(seed.data), seed.noise(count), noise_levels(**options), "euler")
            least = min(least, time.perf_counter() - start)
            rows.append(seed.asked(samples))
        columns = list(zip(*rows, strict=True))
        print(f"{name:34}{least:9.2f}  " + "".join(f"{spread(column):24}" for column in columns), flush=True)
        copies, distance, votes, _ = (sum(column) / len(column) for column in columns)
        if "ideal" in name:
            goal("ideal denoiser: all of 1,000 samples are copies", copies, least=1.0)
            goal("ideal denoiser: seconds for 1,000 samples", least, most=1.0)
        for which, words in (("down to", "patches of 7, down to 0.5"), ("below", "patches, window by noise")):
            if which in name:
                goal(f"{words}: seconds for 100 samples", least, most=1.8)
                goal(f"{words}: copies", copies, most=0.17)
                goal(f"{words}: distance", distance, least=0.90, most=1.10)
                goal(f"{words}: votes, beside held-out digits", votes / np.mean([row[2] for row in held]), least=0.99)


def by_product(data, k):
    """Patches as `patch_denoiser` takes them, but with distances out of a matrix product for each pixel."""
    middle = data.mean(0)
    centred = data - middle
    windows = [
        [r * 8 + c for r in range(8) for c in range(8) if abs(r - pixel // 8) <= k // 2 >= abs(c - pixel % 8)]
        for pixel in range(64)
    ]
    places = [mt.tensor(window) for window in windows]
    values = [mt.stack([centred[:, pixel], mt.ones(data.shape[0], like=data)], 1) for pixel in range(64)]

    def denoise(x, sigma):
        asking, points, columns = (x - middle) / sigma, centred / sigma, []
        for pixel in range(64):
            each = Softmax()
            keys = [gaussian_keys(mt.take(y, places[pixel], 1).T, of) for y, of in ((asking, True), (points, False))]
            each.add(keys[0].T @ keys[1], values[pixel])
            columns.append(each.means()[:, 0])
        return mt.stack(columns, 1) + middle

    return denoise


def guesses(seed):
    print("\none guess of 100 pictures with noise: milliseconds, and the largest error in grey levels")
    print(f"{'':44}{'noise 4':>20}{'noise 0.1':>20}")
    exact = patch_denoiser(seed.data.astype("float64"))
    ways = {}
    for dtype in ("float32", "float64"):
        data = seed.data.astype(dtype)
        ways[f"patches of 7, window sums, {dtype}"] = patch_denoiser(data), exact
        ways[f"patches of 7, matrix products, {dtype}"] = by_product(data, 7), exact
    ideal = ideal_denoiser(seed.data.astype("float64"))
    ways["ideal, float32: computed in float64"] = ideal_denoiser(seed.data), ideal
    ways["ideal, float32: mean shift in float32"] = lambda x, sigma: weighted_means(x, seed.data, sigma)[0], ideal
    found = dict.fromkeys(ways, "")
    for sigma in (4.0, 0.1):
        x = seed.data[:SAMPLES] + seed.noise(SAMPLES) * sigma
        least = quickest({name: partial(each, x, sigma) for name, (each, _) in ways.items()})
        for name, (each, right) in ways.items():
            off = abs(each(x, sigma).astype("float64") - right(x.astype("float64"), sigma)).max().item()
            found[name] += f"{least[name]:11.1f}{off:9.0e}"
    for name, words in found.items():
        print(f"{name:44}{words}", flush=True)


def linear_ways(seed):
    """Ways back from an embedding of 8 numbers, and the encoder, 8 rows at right angles."""
    data = seed.data.astype("float64")
    drawn = mt.random.normal(mt.random.generator(seed.seed), (64, 64))
    encoder = eigh(drawn + drawn.T)[1][:, :8].T
    back, middle, embedded = pinv(encoder), data.mean(0), data @ encoder.T

    def missed(wish):
        return ((embedded - wish) ** 2).sum(1)

    def tight(wish, make, **options):
        return guided_by_data(data, missed(wish) * -0.5, 1 / TIGHT**2, make, **options)

    def made(denoise, wish):
        return sample(
            guided_by_projection(denoise, encoder, wish), seed.noise(EACH, "float64"), noise_levels(), "euler"
        )

    return encoder, {
        "pseudo-inverse": lambda wish: (back @ wish)[None],
        "pseudo-inverse about the mean digit": lambda wish: (middle + back @ (wish - encoder @ middle))[None],
        "nearest embedding": lambda wish: data[missed(wish).argmin().item()][None],
        "ideal, projected": lambda wish: made(ideal_denoiser(data), wish),
        "ideal, reweighted and projected": lambda wish: made(tight(wish, ideal_denoiser), wish),
        "patches, reweighted and projected": lambda wish: made(tight(wish, patch_denoiser, k=far_then_near), wish),
    }


def linear(seeds):
    print(f"\na linear encoder, 64 → 8, of {WISHES} held-out digits")
    print(f"{'':40}{'the embedding is missed by':34}distance")
    rows = {}
    for seed in seeds:
        encoder, ways = linear_ways(seed)
        wishes = [encoder @ each for each in seed.held[:WISHES].astype("float64")]
        for name, way in ways.items():
            missed, apart = [], []
            for wish in wishes:
                found = way(wish)
                missed += (((found @ encoder.T - wish) ** 2).sum(1) / (wish @ wish)).sqrt().tolist()
                apart += (nearness(found.astype("float32"), seed.data).distances / seed.typical).tolist()
            rows.setdefault(name, []).append((np.median(missed), np.median(apart)))
    for name, each in rows.items():
        missed, apart = zip(*each, strict=True)
        print(f"{name:40}{spread(missed, '{:.1e}'):34}{spread(apart)}", flush=True)
    missed, apart = np.mean(rows["ideal, reweighted and projected"], axis=0)
    mush = np.mean(rows["pseudo-inverse about the mean digit"], axis=0)[1]
    goal("linear encoder, reweighted and projected: embedding missed by", missed, most=1e-13)
    goal("linear encoder, reweighted and projected: distance", apart, most=0.40)
    goal("linear encoder, pseudo-inverse about the mean: distance", mush, least=1.1)


def clip_ways(seed, clip):
    """Ways to a picture from a wish, an embedding of a small CLIP."""
    patches = partial(patch_denoiser, k=far_then_near)

    def made(denoise):
        return sample(denoise, seed.noise(EACH), noise_levels(), "euler")

    def reweighted(wish, make):
        return guided_by_data(seed.data, clip.cosines(seed.data, wish), 50.0, make)

    def uphill(denoise, wish, strength):
        return guided_by_gradient(denoise, lambda x: clip.cosines(x, wish), strength)

    middle = seed.data.astype("float64").mean(0)
    at_the_middle = clip.embed_images(middle[None])[0]
    slopes = [mt.grad(lambda x, k=k: clip.embed_images(x[None])[0, k])(middle) for k in range(clip.size)]
    straight = pinv(mt.stack(slopes))

    return {
        "pseudo-inverse about the mean digit": lambda wish: (middle + straight @ (wish - at_the_middle))[None],
        "no guide": lambda wish: made(patches(seed.data)),
        "nearest embedding": lambda wish: seed.data[clip.cosines(seed.data, wish).argmax().item()][None],
        "ideal, data 50": lambda wish: made(reweighted(wish, ideal_denoiser)),
        "patches, data 50": lambda wish: made(reweighted(wish, patches)),
        "patches, gradient 100": lambda wish: made(uphill(patches(seed.data), wish, 100.0)),
        "patches, data 50, gradient 100": lambda wish: made(uphill(reweighted(wish, patches), wish, 100.0)),
    }


def through_clip(seed, clip, way, wishes):
    """The cosine of samples to their wish, how often their caption and digit are what was asked for, and nearness."""
    texts, cosines, right, of_digit, everything = clip.embed_texts(seed.known), [], [], [], []
    for wish, caption in zip(wishes, seed.wishes, strict=True):
        found = way(wish).astype("float32")
        cosines += clip.cosines(found, wish).tolist()
        said = [seed.known[at] for at in (clip.embed_images(found) @ texts.T).argmax(1).tolist()]
        right += [each == caption for each in said]
        of_digit += [digit_of(each) == digit_of(caption) for each in said]
        everything.append(found)
    near = nearness(mt.concat(everything), seed.data)
    means = (np.mean(each) for each in (cosines, right, of_digit))
    return *means, near.copies(seed.typical), near.typical() / seed.typical


def by_clip(seeds):
    """Wishes as captions and as pictures, held out both, through a small CLIP."""
    rows = {}
    for seed in seeds:
        clip = train_clip(seed.data, seed.captions, seed=seed.seed, vary=partial(altered_pairs, at=seed.at))
        wishes = {"text": clip.embed_texts(seed.wishes), "picture": clip.embed_images(seed.held[:WISHES])}
        for kind, embedded in wishes.items():
            for name, way in clip_ways(seed, clip).items():
                rows.setdefault((kind, name), []).append(through_clip(seed, clip, way, embedded))
    print(f"\nguided by a small CLIP, {WISHES} wishes: what the samples are when they are encoded again")
    print(f"{'':46}{'cosine':24}{'the caption':24}{'the digit':24}{'copies':24}{'distance'}")
    for (kind, name), each in rows.items():
        columns = zip(*each, strict=True)
        print(f"{kind}: {name:{44 - len(kind)}}" + "".join(f"{spread(column):24}" for column in columns), flush=True)
    for kind in ("text", "picture"):
        _, _, of_digit, copies, _ = np.mean(rows[kind, "patches, data 50, gradient 100"], axis=0)
        goal(f"guided by a {kind}: the digit that was asked for", of_digit, least=0.90)
        goal(f"guided by a {kind}: copies", copies, most=0.30)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{platform.machine()}, {platform.system()}, one thread; Python {platform.python_version()}, ", end="")
    print(f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}, minitensor {mt.__version__}, {count} seeds\n")
    seeds = [Digits(seed) for seed in range(count)]
    without_a_wish(seeds)
    guesses(seeds[0])
    linear(seeds)
    by_clip(seeds)
    few = count < ENOUGH
    print("\ngoals" + f", which are for {ENOUGH} seeds or more: too few seeds to tell" * few)
    missed = 0
    for words, value, least, most in GOALS:
        met = least <= value <= most
        missed += not met
        wanted = " to ".join(f"{end:.3g}" for end in (least, most) if np.isfinite(end))
        side = "" if np.isfinite(least) and np.isfinite(most) else "at least " if np.isfinite(least) else "at most "
        print(f"{words:66}{value:10.3g}  {side}{wanted}: {'met' if met else 'MISSED'}")
    return 1 if missed and not few else 0


if __name__ == "__main__":
    sys.exit(main())
