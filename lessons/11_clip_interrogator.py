"""
The CLIP interrogator: there is no way back, but a way round
============================================================

Give it a picture, and it is meant to return the words that the picture was made from.
People have built such machines, and they do not work. Here you see why not, with
pictures that you can count, and what works instead: not the way back, but *a* way from
the words, or from a few numbers, to a picture that fits them. It is called diffusion,
and it is made of mean shift.

About 60 minutes. Needs lessons 8 and 10.
"""

# %%
# One thumbnail, two photographs
# ------------------------------
#
# A friend sends you a thumbnail of a photograph. Each of its pixels is the mean of 8 ×
# 8 pixels. Can you have the photograph back? Take two photographs and find out.

import minitensor as mt
from minitensor import plot
from minitensor.data import photograph

SIDE = 8


def blocks(photo):
    """(height, width, 3) as (rows, SIDE, columns, SIDE, 3): blocks of SIDE × SIDE."""
    height, width, _ = photo.shape
    return photo.reshape(height // SIDE, SIDE, width // SIDE, SIDE, 3)


def thumbnail(photo):
    return blocks(photo).mean((1, 3))


names = "flower", "china"
flower, china = (photograph(name)[:424].astype("float64") / 255 for name in names)
print(
    f"a photograph is {flower.size:,} numbers, its thumbnail {thumbnail(flower).size:,}"
)

# %%
# Now forge one. Take what the temple is *in the small*, each pixel less the mean of its
# block, and put it onto the blocks of the flower. It is made fainter where it would not
# fit between black and white. What is added has mean 0 in every block, so the thumbnail
# cannot change.

small = blocks(china) - blocks(china).mean((1, 3), keepdims=True)
means = blocks(flower).mean((1, 3), keepdims=True)
room = mt.minimum(
    means / mt.maximum(-small.min((1, 3), keepdims=True), 1e-9),
    (1 - means) / mt.maximum(small.max((1, 3), keepdims=True), 1e-9),
)
changed = means + mt.minimum(room, 1.0) * small
forged = mt.clip(changed.reshape(*flower.shape), 0.0, 1.0)
off = abs(thumbnail(forged) - thumbnail(flower)).max().item()
print("largest difference of the two thumbnails below 1e-15:", off < 1e-15)
print(
    "largest difference of the two photographs: "
    f"{abs(forged - flower).max().item():.2f}"
)
# alt: Four pictures of an orange dahlia. The photograph; the forged one, in which the
#      lines of a pagoda show through a flower of coarse blocks; and below them their
#      thumbnails, coarse blocks both, which look the same.
plot.photos(
    {
        "the flower": flower,
        "another photograph": forged,
        "thumbnail of the first": thumbnail(flower),
        "thumbnail of the second": thumbnail(forged),
    }
)

# %%
# Two photographs, one thumbnail. So there is no function that makes the photograph of
# the thumbnail: which of the two should it return? Mathematicians say that the
# thumbnail has no *inverse*. It has none because it destroys *some* of what is there.
# (Not all: you can still tell a flower from a lake.) Whoever enlarges a thumbnail
# invents.
#
# An encoder that can be counted
# ------------------------------
#
# An *encoder* makes few numbers of many; they are called the *embedding*. The simplest
# encoder is a matrix. Take the digits of lesson 6, 8 × 8 pixels, and multiply the 64
# pixels by a random matrix of 8 rows. Rows at right angles, each of length 1, keep the
# arithmetic plain.

from minitensor import random
from minitensor.data import digits
from minitensor.linalg import eigh, pinv
from minitensor.models import split

images, truth = digits()
training, held_out = split(seed=0)
data, fresh = images[training], images[held_out]
labels = truth[held_out].tolist()
of_digit = [
    [row for row, label in enumerate(labels) if label == digit] for digit in range(10)
]
one_of_each = [rows[0] for rows in of_digit]  # rows of `fresh`
rng = random.generator(0)
drawn = random.normal(rng, (64, 64))
# eigenvectors of a symmetric matrix: at right angles
encoder = eigh(drawn + drawn.T)[1][:, :8].T
print("encoder", encoder.shape, "makes 8 numbers of a picture:")
print([round(number, 1) for number in (encoder @ fresh[0]).tolist()])

# %%
# How much does it destroy? A direction in which a picture may change while its
# embedding stays is one that the encoder does not see. (An *eigenvector* of a matrix is
# a direction that the matrix only stretches, and the *eigenvalue* is by how much.) With
# A for the encoder, the directions that nobody sees are the eigenvectors of AᵀA with
# eigenvalue 0: A makes nothing of them. Count them.

seen, directions = eigh(encoder.T @ encoder)
blind = directions[:, seen < 0.5]
print(f"of 64 directions {blind.shape[1]} die, {64 - blind.shape[1]} live")

# %%
# Together the dead directions are the *null space*. Walk along one of them, as far as
# you like, and ask the encoder at each stop whether it has noticed.

start, end = fresh[one_of_each[7]], fresh[one_of_each[0]]
# towards another digit, as far as the encoder is blind
way = blind @ (blind.T @ (end - start))
stops = mt.stack([start + t * way for t in (0.0, 0.25, 0.5, 0.75, 1.0)])
moved = ((stops - start) ** 2).sum(1).sqrt()
noticed = abs(stops @ encoder.T - encoder @ start).max(1)
for far, change in zip(moved.tolist(), noticed.tolist(), strict=True):
    print(
        f"{far:>5.1f} grey levels away; the embedding moved less than 1e-12: "
        f"{change < 1e-12}"
    )
# alt: Five pictures in a row, 0 to 50 grey levels away from the first: a 7 turns step
#      by step into a 0 on a noisy ground. All have the same embedding.
plot.gallery(
    {"one embedding": stops},
    [f"{far:.0f} away" for far in moved.tolist()],
    title="a walk through the null space: the encoder does not notice",
)

# %%
# (Distances between pictures are lengths of differences, as in lesson 5. Between
# neighbours among the digits lie about 17 grey levels.)
#
# The best that a formula can do is the *pseudo-inverse*: of all pictures with this
# embedding the smallest, or the one nearest to the mean digit. It has the embedding
# exactly. It is mush.

middle = data.mean(0)
back = pinv(encoder)


def nearest_to_the_mean(embeddings):
    return middle + (embeddings - encoder @ middle) @ back.T


some = fresh[one_of_each]
mush = nearest_to_the_mean(some @ encoder.T)
off = abs((mush - some) @ encoder.T).max().item()
print("the embeddings agree to 1e-12:", off < 1e-12)
# alt: Above, ten digits, 0 to 9, clear. Below, what the pseudo-inverse makes of their 8
#      numbers: ten grey blurs, none of which could be read.
plot.gallery(
    {"the digit": some, "pseudo-inverse": mush},
    title="the same 8 numbers, above and below",
)

# %%
# Up to here everything was a theorem. An encoder to fewer numbers has no inverse,
# whatever it is made of: it cannot have a picture of its own for each embedding. For a
# linear one we could count what is lost. Now to one that has *learned* what to keep.
#
# A small CLIP
# ------------
#
# CLIP (Radford et al. 2021) is two encoders, one for pictures and one for texts, into
# *one* space. They learn from pictures with their captions: a picture and its own
# caption shall lie in the same direction, and a picture and another caption shall not.
# CLIP learned from 400 million pairs. Ours has the 1,397 training digits. Their
# captions are *measured*: how much ink, how wide, where they lean (the slope of the
# line through the ink, by least squares). So a caption says more than the class, and
# any picture can be given its own.

from functools import partial

from minitensor.models import altered_pairs, describe, retrieval, thresholds, train_clip

limits = thresholds(images)
captions = describe(images, truth, limits)
known = sorted(set(captions))
print(f"{len(known)} different captions for {images.shape[0]:,} pictures, among them")
for caption in (captions[row] for row in held_out[:3].tolist()):
    print(" ", caption)


def in_lines(caption):
    words = caption.split()  # a heavy narrow 7 leaning right
    return "\n".join(words[1:])


captions_held = [captions[row] for row in held_out.tolist()]
# alt: Ten digits, 0 to 9, each under its caption: a light wide 0 standing upright, a
#      light narrow 1 standing upright, a heavy wide 2 leaning left, and so on.
plot.gallery(
    {"": some},
    [in_lines(captions_held[row]) for row in one_of_each],
    title="held-out digits, each with its caption",
)

# %%
# The picture encoder is 64–128–16: two layers, as in lesson 10, but with the smooth
# tanh between them and not max(x, 0), which has a corner; and at the end a vector of
# length 1. The text encoder takes a *bag of words*: which words occur, in no order. The
# product of two such vectors is the cosine of the angle between them. The loss asks for
# a batch of 256 pairs: how surprising is the own caption among all 256, and the own
# picture? (It knows that several pictures may share a caption.) A learned *temperature*
# says how sharply to choose. The gradient is that of lesson 10, and the steps are
# Adam's, a descent in which each weight has a step of its own.
#
# Copies of the training digits, moved and leaned a little and measured anew, make more
# of the data. A tenth of the pairs, 140, is *held back*: training stops where the loss
# on these is least. The loss is in *nats*: who only guesses among n has log n, which is
# 5.5 for 256 pairs and 4.9 for 140.

own = [captions[row] for row in training.tolist()]
looks = []
clip = train_clip(
    data,
    own,
    seed=0,
    vary=partial(altered_pairs, at=limits),
    report=lambda *look: looks.append(look),
)
kept = min(looks, key=lambda look: look[2])
print(f"{clip}; temperature {clip.temperature:.3f}")
print(
    f"loss on the pairs held back: {looks[0][2]:.2f} before, "
    f"{kept[2]:.2f} after {kept[0]} steps"
)
steps, batches, held_back = zip(*looks[1:], strict=True)
# alt: The contrastive loss over 1,200 steps, in nats. For the training pairs it falls
#      from 3.6 to about 1.6 and trembles, for those held back from 2.7 to 1.54; both
#      are level from step 800 on.
plot.losses(
    {"pairs": (mt.tensor(batches), mt.tensor(held_back))},
    title="the contrastive loss, in nats",
    at=steps,
    unseen="held back",
)

# %%
# The lower curve is lower because a text is looked for among 140, and not among 256.
#
# How good is it? The 400 held-out digits tell, which neither training nor stopping has
# seen.

found = retrieval(clip, fresh, captions_held, known)
print(f"chance is 1 in {found.captions}: {1 / found.captions:.1%}")
print(
    f"picture to text: the own caption is nearest {found.top1:.1%}, "
    f"among five {found.top5:.1%}"
)
print(f"                 the nearest names the right digit {found.digit:.1%}")
print(
    f"text to picture: the nearest picture bears it {found.text1:.1%}, "
    f"among five {found.text5:.1%}"
)

# %%
# The interrogator
# ----------------
#
# Now build the machine. It embeds a picture, compares with all 102 captions, and
# returns the best. More cannot be done: there are no other captions. In this small
# world it nearly works, and that is worth a moment. It works because we made the
# captions *from the pictures*, with 102 of them to choose from. A prompt for a large
# model is a sentence. Of 10 words from 10,000 there are 10⁴⁰, and many of them lead to
# pictures that look alike.


def interrogate(pictures):
    """The caption that fits each picture best."""
    cosines = clip.embed_images(pictures) @ clip.embed_texts(known).T
    return [known[at] for at in cosines.argmax(1).tolist()]


answers = interrogate(fresh)
right = sum(a == b for a, b in zip(answers, captions_held, strict=True))
print(
    f"the interrogator returns the true caption for {right} of {len(answers)} pictures"
)

# %%
# And if it is right, what do you have? Count how many pictures give the same answer.

from collections import Counter

groups = Counter(answers)
print(f"{len(answers)} pictures, {len(groups)} different answers")
for caption, count in groups.most_common(3):
    print(f"{count:>4} pictures answer to: {caption}")
shared = sum(count * count for count in groups.values()) / len(answers)
print(f"a picture shares its answer with {shared - 1:.1f} others, on average")
popular = groups.most_common(1)[0][0]
same = [row for row, answer in enumerate(answers) if answer == popular][:10]
# alt: Ten sevens by different hands, some with a bar. To the interrogator all are a
#      light narrow 7 leaning right.
plot.gallery({"": fresh[same]}, title=f"one answer: {popular}")

# %%
# The embedding itself says more than the words that are nearest: 16 numbers. But it is
# 64 pixels that went in. Our tape can count what dies here, too. The *Jacobian* has a
# row for each number of the embedding, its gradient along the pixels. Its null space is
# what the encoder does not see at this picture.


def jacobian(picture):
    rows = [
        mt.grad(lambda x, k=k: clip.embed_images(x[None])[0, k])(picture)
        for k in range(clip.size)
    ]
    return mt.stack(rows)


slopes = jacobian(fresh[0])
strengths = eigh(slopes @ slopes.T)[0]
live = (strengths > 1e-10 * strengths[-1]).astype("int64").sum().item()
print(f"of 64 directions {64 - live} die at this picture, {live} live")

# %%
# 15 of 16 live: the embedding has length 1, so it cannot change along itself. For the
# other 49 the picture may change, a little, and nobody in there will notice. A theorem
# again: where 64 numbers become 16 smoothly, there is always such a null space.
#
# From noise to a picture
# -----------------------
#
# So there is no way back. What then do people do who want a picture of an embedding?
# They begin with noise, and remove it step by step. That is *diffusion*. A *denoiser*
# is given a picture with noise, and it guesses the clean one. Large models train a
# network for it, for months. For a data set of 1,397 pictures the best denoiser can be
# written down. Picture xᵢ has become x with probability in proportion to exp(−\|x −
# xᵢ\|²/2σ²), where σ is how strong the noise is. So the best guess, the mean of what it
# may have been, is
#
# .. math::
#
#    D(x) = \frac{\sum w_i x_i}{\sum w_i}, \quad w_i = e^{-|x - x_i|^2 / 2\sigma^2}
#
# You know this. **The ideal denoiser is one step of mean shift, with the noise as its
# bandwidth.** (And it is softmax attention: x asks, the pictures are keys and values.
# Lesson 8 took that road.)

from minitensor.cluster.meanshift import gemm
from minitensor.models import ideal_denoiser, nearness, noise_levels, sample

noisy = fresh[:5] + 4.0 * random.normal(rng, (5, 64))
guesses, shifted = ideal_denoiser(data)(noisy, 4.0), gemm(noisy, data, 4.0)
print(
    "denoiser and mean shift agree to 1e-12:",
    abs(guesses - shifted).max().item() < 1e-12,
)

# %%
# A sampler begins with strong noise, and walks. Straight from σ to σ′ it goes to
#
# .. math:: x \leftarrow D + \frac{\sigma'}{\sigma} (x - D)
#
# that is a mean-shift step of which only the share 1 − σ′/σ is done, while the
# bandwidth shrinks.

levels = noise_levels(18, high=20.0, low=0.02)
print("levels:", ", ".join(f"{level:.3g}" for level in levels))
noise = random.normal(random.generator(1), (1000, 64))
journey = sample(ideal_denoiser(data), noise, levels, "euler", path=True)
# alt: Ten pictures as the noise falls from 20 to 0.02: grey noise, from which a 4
#      appears at about 3.5. Below each, what the denoiser sees in it: a blur like an 8
#      at first, from 6.5 on the same 4.
plot.becoming(journey, title="noise becomes a digit")
# alt: Six squares of noise become digits in 18 steps: 4, 9, 7, 0, 0 and 0. Below each
#      is what the denoiser sees in it, which is a blur at first and is decided well
#      before the noise is gone.
plot.denoising(journey)

# %%
# It works! Or does it? Ask how far each of the 1,000 pictures is from the nearest
# training digit. Let 1 be the distance that a *new* digit has: the median of those held
# out. And let us call it a copy if it is nearer than 0.2.

typical = nearness(fresh, data).typical()
print(
    f"a held-out digit is {typical:.1f} grey levels from "
    "the nearest training digit: this is 1"
)


def report(name, pictures):
    near = nearness(pictures, data)
    copies, distance = near.copies(typical), near.typical() / typical
    print(f"{name:<20} {copies:>6.1%} copies, median distance {distance:.2f}")


report("held-out digits", fresh)
report("ideal denoiser", journey.samples)

# %%
# All copies. Perfectly denoised, the data come out as they went in: of noise it makes
# one of the training digits, by a search that takes half a second. The best denoiser of
# a data set has learned it by heart. So why do large models make pictures that nobody
# has seen? *Because they are not ideal.*
#
# Mean shift on patches
# ---------------------
#
# The networks are *convolutional*: they decide at each pixel from the neighbourhood of
# the pixel, in the same way everywhere. Do that with mean shift: each pixel compares
# only the k × k patch about it with the patches of the data there. Neighbouring pixels
# may then follow different digits, and what comes out is put together from many. Kamb
# and Ganguli (2024) show that this explains most of what such networks invent.

from minitensor.models import patch_denoiser

few, quick = noise[:100].astype("float32"), data.astype("float32")


def far_then_near(sigma):
    """The whole picture while its shape is decided, and then 3 × 3 pixels."""
    return 15 if sigma > 3.5 else 3


made = {}
windows = {"3 × 3": 3, "5 × 5": 5, "7 × 7": 7, "all, then 3 × 3": far_then_near}
for name, k in windows.items():
    pictures = sample(patch_denoiser(quick, k=k), few, levels, "euler")
    made[name] = pictures.astype("float64")
    report(name, made[name])
# alt: Twelve samples from the same noise, in four rows. With windows of 3 and 5 pixels
#      most are fragments of strokes; with 7 they are digits; with all pixels first and
#      then 3 × 3 they are digits too, some with odd strokes.
plot.gallery(
    {name: pictures[:12] for name, pictures in made.items()},
    title="one noise, four windows",
)

# %%
# Windows of 3 and of 5 dissolve: no pixel knows what digit this will be. With 7 × 7
# there are digits, and about three in ten are copies. Best is what networks do as well:
# look far while there is much noise, and near when only details are left. Look at these
# beside the training digits that they are nearest to.

new = made["all, then 3 × 3"][:20]
# alt: Twenty samples, each above the training digit that is nearest to it and its
#      distance, from 0.63 to 2.02. The two are often the same digit, but no two are the
#      same picture.
plot.over_nearest(
    new,
    data,
    nearness(new, data),
    typical,
    title="no training, no copies: made of parts",
)

# %%
# A guide that can be trusted
# ---------------------------
#
# Back to the friend. He sends the 8 numbers that the *linear* encoder made of his
# digit. We begin with noise, and at every step do two things.
#
# * Count those training pictures more whose embedding is near to his. That is *Bayes'
#   rule*: how probable a cause is, is multiplied by how probable what was seen is, if
#   that is the cause. Here a picture is the cause, and his embedding is what was seen.
# * Move the guess D to the nearest picture that has *exactly* his embedding: D + A⁺(e −
#   A D). For a linear encoder that is one line, and what the encoder is blind to stays
#   as the denoiser has it.

from minitensor.models import guided_by_data, guided_by_projection

chosen = one_of_each + [rows[1] for rows in of_digit]  # two of each digit
his, WISHES = fresh[chosen], len(chosen)
wished = his @ encoder.T
off = ((data @ encoder.T)[None] - wished[:, None]) ** 2
# (wishes, pictures); divided by the square of 2 grey levels below
matches = -0.5 * off.sum(2)


def from_eight_numbers(number):
    weighed = guided_by_data(data, matches[number], 1 / 2.0**2)
    guided = guided_by_projection(weighed, encoder, wished[number])
    return sample(guided, noise[number : number + 1], levels, "euler")


def median(values):
    ordered = mt.sort(values)
    return (ordered[(WISHES - 1) // 2] + ordered[WISHES // 2]).item() / 2


def report_eight(name, pictures):
    missed = ((pictures @ encoder.T - wished) ** 2).sum(1).sqrt()
    missed = missed / (wished**2).sum(1).sqrt()
    middling = median(missed)
    shown = f"{middling:>8.0%}" if middling > 1e-12 else "rounding"
    away = nearness(pictures, data).typical() / typical
    original = median(((pictures - his) ** 2).sum(1).sqrt()) / typical
    print(f"{name:<24}{shown:>20}{away:>16.2f}{original:>14.2f}")


eight = {
    "pseudo-inverse": nearest_to_the_mean(wished),
    "nearest embedding": data[matches.argmax(1)],
    "diffusion, guided": mt.concat(
        [from_eight_numbers(number) for number in range(WISHES)]
    ),
}
print(
    f"{'medians of 20 digits':<24}{'embedding missed by':>20}"
    f"{'from any digit':>16}{'from his':>14}"
)
report_eight("his own", his)
for name, pictures in eight.items():
    report_eight(name, pictures)
# alt: Four rows of ten digits. His own; the pseudo-inverse, grey blurs; the nearest
#      embedding, clear digits of which some differ from his; and diffusion, guided:
#      clear digits that resemble his, with other strokes.
plot.gallery(
    {"his own": his[:10]} | {name: pictures[:10] for name, pictures in eight.items()},
    title="from 8 numbers",
)

# %%
# Read the table by rows. The pseudo-inverse keeps the embedding, and is far from any
# digit. The nearest neighbour is a digit, and misses the embedding. The guided sample
# has the embedding to the last digit *and* lies nearer to the data than new digits do.
# It is not his picture. His picture is gone: 56 of 64 directions are. It is *a* picture
# that he might have sent.
#
# Guided through CLIP
# -------------------
#
# The CLIP encoder is not linear, so nothing can be projected. But it has slopes. Two
# guides:
#
# * *by the data*: count a training picture e to the power of 50·cosine times as much,
#   the cosine being that between its embedding and the wish. This is exact, and it
#   stays with the data;
# * *by the gradient*: lesson 10 fooled a network by following the slope of its belief
#   along the pixels. Here the slope is that of the cosine, taken at the guess D, and
#   after every step the denoiser leads back to what is a digit. It may go beyond the
#   data.
#
# The wish may be the embedding of a *picture* or that of a *text*. The contrastive loss
# has put both into one space, so the guide does not know the difference. Take both, for
# the same 20 held-out digits and their captions.

from minitensor.models import digit_of, guided_by_gradient

asked = [captions_held[row] for row in chosen]
of_data = clip.embed_images(data)
first_noise = few[:WISHES]


def uphill(denoise, wishes, strength):
    def score(pictures):
        return (clip.embed_images(pictures) * wishes).sum(1)

    return guided_by_gradient(denoise, score, strength)


def guided(wishes, noise, by_gradient=0.0):
    """A sample for each wish, which weighs the data anew, and may have a gradient."""
    found = []
    for wish, own_noise in zip(wishes, noise, strict=True):
        match = (of_data @ wish).astype("float32")
        denoise = guided_by_data(quick, match, 50.0, patch_denoiser, k=far_then_near)
        denoise = uphill(denoise, wish, by_gradient)
        found.append(sample(denoise, own_noise[None], levels, "euler"))
    return mt.concat(found)


# %%
# Beside the guides stand three ways that are none: a sample without a wish (that is
# chance), the training digit whose embedding is nearest, and the pseudo-inverse of the
# slopes at the mean digit, as if the encoder were straight.

straight = pinv(jacobian(middle))
at_the_middle = clip.embed_images(middle[None])[0]
free = patch_denoiser(quick, k=far_then_near)
ways = {
    "no wish": lambda wishes: sample(free, first_noise, levels, "euler"),
    "pseudo-inverse": lambda wishes: middle + (wishes - at_the_middle) @ straight.T,
    "nearest neighbour": lambda wishes: data[(wishes @ of_data.T).argmax(1)],
    "gradient": lambda wishes: sample(
        uphill(free, wishes, 100.0), first_noise, levels, "euler"
    ),
    "data": lambda wishes: guided(wishes, first_noise),
    "data and gradient": lambda wishes: guided(wishes, first_noise, 100.0),
}
wanted = {"picture": clip.embed_images(his), "text": clip.embed_texts(asked)}
results = {}
for kind, wishes in wanted.items():
    print(f"the wish is the embedding of a {kind}")
    print(
        "  "
        f"{'':<20}{'cosine':>8}{'digit':>8}{'caption':>9}{'copies':>8}{'distance':>10}"
    )
    for name, way in ways.items():
        pictures = results[kind, name] = way(wishes).astype("float64")
        cosine = (clip.embed_images(pictures) * wishes).sum(1).mean().item()
        pairs = list(zip(interrogate(pictures), asked, strict=True))
        digit = sum(digit_of(read) == digit_of(told) for read, told in pairs) / WISHES
        caption = sum(read == told for read, told in pairs) / WISHES
        near = nearness(pictures, data)
        print(f"  {name:<20}{cosine:>8.2f}{digit:>8.0%}{caption:>9.0%}", end="")
        print(f"{near.copies(typical):>8.0%}{near.typical() / typical:>10.2f}")

# %%
# *Cosine*: the sample is encoded again, and compared with the wish. *Digit* and
# *caption*: what the interrogator reads in it. *Distance* and *copies*: how near it is
# to the training digits.
#
# * The pseudo-inverse pleases the encoder and is mush: it is farther from any digit
#   than a new digit is. This is the fooled network of lesson 10 again. An encoder that
#   is pleased proves nothing.
# * The nearest neighbour is a picture that was there before: a copy, always.
# * The gradient alone moves the guess, and where it moves it to may be no digit either.
# * Data and gradient together come about as near to the wish as the neighbour does, and
#   nearly all of them are new.

# alt: Ten digits with their captions, and below each three pictures: the pseudo-inverse
#      of its embedding, a grey blur every time; one guided by its embedding; one guided
#      by the caption's embedding. The last two look alike, and mostly show the digit
#      that was asked for.
plot.gallery(
    {
        "the picture": his[:10],
        "pseudo-inverse of\nits embedding": results["picture", "pseudo-inverse"][:10],
        "guided by\nits embedding": results["picture", "data and gradient"][:10],
        "guided by the\ncaption's embedding": results["text", "data and gradient"][:10],
    },
    [in_lines(caption) for caption in asked[:10]],
    title="two guides into one space",
)

# %%
# Compare the last two rows. One was guided by an embedding that came from a *picture*,
# the other by one that came from a *text*. They look alike, because the loss has put
# the two into one space. So large models can be guided by your words, though what they
# make is a picture.
#
# The circle
# ----------
#
# Prompt → picture → prompt. Write a few words, make eight pictures of them, each from
# noise of its own, and ask the interrogator what it sees.

prompts = (
    "a heavy narrow 7 leaning right",
    "a light wide 0 standing upright",
    "a heavy wide 3 leaning left",
)
eights = {}
for prompt in prompts:
    wish = clip.embed_texts([prompt])[0]
    eights[prompt] = guided([wish] * 8, few[20:28], 100.0).astype("float64")
    read = Counter(interrogate(eights[prompt])).most_common(1)[0]
    print(f"{prompt:<33} → eight pictures → {read[0]} ({read[1]} of 8)")
# alt: Eight pictures for each of three prompts: heavy narrow sevens leaning right,
#      light wide zeros standing upright, heavy wide threes leaning left. All of a row
#      fit the words, and no two are the same.
plot.gallery(
    {
        in_lines(prompt).replace("\n", " ", 1): pictures
        for prompt, pictures in eights.items()
    },
    title="eight pictures of one prompt",
)

# %%
# The words come back. The pictures never do: each noise has led to another picture with
# this caption. That is what diffusion is: **an approximate inverse of the encoder**. It
# does not return *the* picture. It returns *a* picture that encodes to nearly the same
# place and that looks like the data, and there are many. And what if a prompt has a
# word that the encoder has never seen? It does not guess.

from minitensor.errors import InputError

try:
    clip.embed_texts(["a heavy narrow seven leaning right"])
except InputError as error:
    print(error)

# %%
# What is true, and what is only true here
# ----------------------------------------
#
# *Theorems*, for any size:
#
# * An encoder that gives two pictures one embedding has no inverse. One that goes
#   smoothly to fewer numbers always does, and at each picture there are directions that
#   it does not see.
# * The best guess of a clean picture, in mean square, is the mean of what it may have
#   been. For a finite set of pictures that is a Gaussian mean-shift step, and softmax
#   attention.
# * A straight step of the sampler is the share 1 − σ′/σ of a mean-shift step.
# * With the ideal denoiser a sampler ends at the data, as the noise goes to 0.
# * A linear embedding can be matched exactly.
#
# *Only here*, for small digits:
#
# * The interrogator is right so often because 102 captions, measured from the pictures,
#   are all there are.
# * 1,397 pictures are enough to compare each guess with all of them. With a billion
#   pictures nobody can, and a network is trained to guess instead. It is not ideal, and
#   so it is creative; patches imitate that.
# * How strong a guide should be, and which window suits which noise, was found by
#   trying.
#
# And one word on how this is often told. "The encoder destroys *the* information": it
# destroys *some*, or else the interrogator would be right by chance only. "Diffusion
# *is* the inverse": it is a way to draw one of the pictures that an inverse would have
# to choose from.
#
# Try it
# ------
#
# Exercises 49 to 51 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Make the thumbnail of lesson 9's photograph with the *median* of each block. Forge
#    a second photograph for it. What may you change now without changing the thumbnail?
# 2. Give the linear encoder 32 rows instead of 8. How far is the pseudo-inverse now
#    from a digit, and from his? With 64 rows?
# 3. Set the strength of ``guided_by_data`` to 0, 5, 50 and 500, and print cosine and
#    copies. Where does the wish begin to cost you new pictures?
# 4. Guide by *two* prompts at once, by the sum of their embeddings. What is half a 3
#    and half an 8?
# 5. Take away from an embedding: picture of "a heavy 1", less "a heavy", plus "a
#    light".
# 6. Sample with "ancestral" and with "heun" instead of "euler", from the same noise.
#    Which two agree best, and why does the third go elsewhere?
# 7. Leave all 7s out of ``quick`` and of ``of_data`` (both by
#    ``truth[training] != 7``), and keep the prompt for a 7. What do the two guides do?
#
# Where to go from here
# ---------------------
#
# You have met every part of minitensor. ``README.md`` names seven files that hold the
# idea of the whole, to be read in an evening. Begin with
# ``minitensor/broadcasting.py``.
