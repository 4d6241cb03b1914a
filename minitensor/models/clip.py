"""A small CLIP: pictures and texts as vectors of length 1 in one space, where what belongs together is near."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from minitensor.cluster.coordinates import largest
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.models.layers import encode
from minitensor.models.stored import load_arrays, save_arrays
from minitensor.models.words import bag_of_words
from minitensor.norms import norm

FARTHEST = 1e30  # standard deviations, of which float32 holds the products with weights
FORMAT, VERSION = "minitensor clip", 1


class Weights(NamedTuple):
    """What is learned: two layers for pictures, two for texts, and a sharpness.

    Shapes: (pixels, hidden), (hidden,), (hidden, size), (size,); (words, inner), (inner,), (inner, size), (size,); ().
    sharpness : log of 1/temperature, by which cosines are multiplied in training
    """

    image_first: Tensor
    image_first_bias: Tensor
    image_second: Tensor
    image_second_bias: Tensor
    text_first: Tensor
    text_first_bias: Tensor
    text_second: Tensor
    text_second_bias: Tensor
    sharpness: Tensor


class Clip:
    """Two encoders into one space (Radford et al., "Learning transferable visual models from natural language
    supervision", 2021): of pictures, by their pixels, and of texts, by the words in them.

    Made by `train_clip` or `Clip.load`. All that it holds is on one backend.

    weights : `Weights`, all float32 or all float64
    words : those that a text may have, in the order of the rows of ``weights.text_first``
    middle, spread : (pixels,) and (), the mean of the pictures trained on, and their standard deviation, floats
    """

    def __init__(self, weights: Weights, words: Sequence[str], middle: Tensor, spread: Tensor) -> None:
        """Raises ShapeError where the shapes do not fit together, DTypeError for weights of several dtypes."""
        self.weights, self.words, self.middle, self.spread = weights, tuple(words), middle, spread
        wanted = shapes(middle.size, weights.image_first_bias.size, len(self.words), weights.text_first_bias.size,
                        weights.image_second_bias.size)  # fmt: skip
        found = tuple(x.shape for x in (*weights, middle, spread))
        for name, shape, right in zip((*Weights._fields, "middle", "spread"), found, wanted, strict=True):
            if shape != right:
                raise ShapeError(f"Clip: {name} has shape {shape}, but beside the others it must have {right}")
        if len(dtypes := sorted({x.dtype.name for x in weights})) > 1:
            raise DTypeError(f"Clip: the weights are {' and '.join(dtypes)}; make all of them one of these, by .astype")

    @property
    def size(self) -> int:
        """How many numbers an embedding has."""
        return self.weights.image_second.shape[1]

    @property
    def temperature(self) -> float:
        """What cosines are divided by before the softmax in training: learned, as the encoders are."""
        return (-self.weights.sharpness).exp().item()

    def embed_images(self, images: Tensor) -> Tensor:
        """Pictures (n, pixels), in the unit of those trained on, as vectors of length 1: (n, size).

        float32 weights and float64 pictures give float64. `minitensor.grad` goes through it. Time: O(n·pixels·hidden).
        Raises ShapeError for another number of pixels, DeviceError for another backend, InputError for pictures in
        quite another unit, and as `checks.pictures`.
        """
        checks.pictures("embed_images: images", images)
        if images.shape[1] != self.middle.size:
            one = "; write images.reshape(1, -1) for one picture" if images.size == self.middle.size else ""
            raise ShapeError(
                f"embed_images: images of shape {images.shape} have {images.shape[1]} pixels each; this clip was "
                f"trained on pictures of {self.middle.size}{one}"
            )
        self._here("embed_images: images", images)
        most, spread = largest(images.plain()), self.spread.item()
        if most > FARTHEST * spread + largest(self.middle):
            raise InputError(
                f"embed_images: images go up to {most:.2g}, and this clip was trained on pictures of "
                f"standard deviation {spread:.2g}; give them in the same unit"
            )
        return encode(self.standard(images), *self.weights[:4])

    def standard(self, images: Tensor) -> Tensor:
        """Pictures as the encoder takes them, in their dtype: the mean is 0, the standard deviation of all pixels 1.

        They are centred in the dtype of the middle, so that float32 pictures far from 0 lose no more than they have.
        """
        return ((images - self.middle) / self.spread).astype(images.dtype)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Texts as vectors of length 1: (n, size). The order, the case and the repetition of words do not matter.

        Raises InputError for a word that it was not trained on, naming the nearest that it was, for a text without
        words and for no texts; DTypeError for what is no list of texts.
        """
        return encode(bag_of_words("embed_texts", texts, self.words, like=self.weights.text_first), *self.weights[4:8])

    def cosines(self, images: Tensor, embedding: Tensor) -> Tensor:
        """The cosine between each picture's embedding and that of a text or of a picture.

        images : (n, pixels), as `embed_images` takes; embedding : (size,) or (m, size), of any length but 0
        Returns (n,) or (n, m). `minitensor.grad` goes through it: it says how a picture must change to match better.
        """
        checks.tensor("cosines: embedding", embedding)
        if embedding.ndim not in (1, 2) or embedding.shape[-1] != self.size:
            raise ShapeError(
                f"cosines: embedding has shape {embedding.shape}; this clip's have {self.size} numbers: "
                f"({self.size},), or (m, {self.size}) for several"
            )
        checks.points("cosines: embedding", embedding.reshape(-1, self.size))
        self._here("cosines: embedding", embedding)
        length = norm(embedding, axis=-1, keepdims=True)
        if not (length > 0).all():
            raise InputError("cosines: an embedding is all zeros, which has no direction; leave it out")
        return self.embed_images(images) @ (embedding / length).T

    def save(self, path: str | Path) -> None:
        """Write it as `.npz`, whole or not at all. Raises WriteError where the system refuses."""
        tensors = {**self.weights._asdict(), "middle": self.middle, "spread": self.spread}
        save_arrays(path, FORMAT, VERSION, tensors, {"words": self.words})

    @classmethod
    def load(cls, path: str | Path) -> "Clip":
        """What `save` wrote, bit for bit, on the current backend. Nothing in the file is run.

        Raises InputError, which names the file and says what is wrong, for a file that is not there or no clip: one of
        a later version, cut short, of other names, shapes or dtypes, with an object in it, or with NaN.
        """
        names = (*Weights._fields, "middle", "spread")
        tensors, texts = load_arrays(path, FORMAT, VERSION, names, ("words",))
        weights, words = Weights(*(tensors[name] for name in Weights._fields)), texts["words"]
        try:
            clip = cls(weights, words, tensors["middle"], tensors["spread"])
        except (ShapeError, DTypeError) as error:
            raise InputError(f"{str(path)!r} is no clip: {error}") from None
        if not (clip.spread > 0).all() or len(set(words)) < len(words):
            raise InputError(f"{str(path)!r} is no clip: its spread must be positive, and no word be there twice")
        return clip

    def _here(self, name: str, x: Tensor) -> None:
        checks.together(name, x, "this clip", self.middle)

    def __repr__(self) -> str:
        pixels, hidden = self.weights.image_first.shape
        return (
            f"Clip({pixels}-{hidden}-{self.size} for pictures, {len(self.words)} words, {self.weights.sharpness.dtype})"
        )


def shapes(pixels: int, hidden: int, words: int, inner: int, size: int) -> tuple[tuple[int, ...], ...]:
    """The shapes of `Weights`, of middle and of spread."""
    image = (pixels, hidden), (hidden,), (hidden, size), (size,)
    text = (words, inner), (inner,), (inner, size), (size,)
    return (*image, *text, (), (pixels,), ())
