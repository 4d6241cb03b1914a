"""The best order of a few values: every way to split every set of them, each weighed once.

The best way to make the product of a set is the best split of it in two, each made in its best way. That takes 3ⁿ/2
splits, outer products among them. Most are left out after one sum: the two halves alone cost as much as what is known.
A set of values is an int with one bit for each of them.
"""

from collections.abc import Iterator, Sequence

from minitensor.einsums.network import Sizes


class Exact:
    """The best splits of a set of values that are given by their labels.

    needed : the labels that the product of all of them keeps
    """

    def __init__(self, size: Sizes, values: Sequence[int], needed: int) -> None:
        self.size, self.count, self.all = size, len(values), (1 << len(values)) - 1
        inside = [0]
        for labels in values:
            inside += [labels | others for others in inside]
        self.kept = [own & (others | needed) for own, others in zip(inside, reversed(inside), strict=True)]

    def search(self, bound: int, limit: int | None = None) -> Iterator[tuple[int, int, int]] | None:
        """The pairs of values that are cheapest together, each with the labels of their product, or None.

        bound : FLOPs that are too many
        limit : the most elements that an intermediate result may have

        Values are numbered as given, and the products after them. Among equals the first: with one value at a time.
        """
        size, kept, every = self.size, self.kept, self.all
        flops, chosen = [bound] * (every + 1), [0] * (every + 1)
        for number in range(self.count):
            flops[1 << number] = 0
        for some in range(3, every + 1):
            rest = some & (some - 1)  # of the two halves, one has the lowest value; the other is a part of these
            labels = kept[some]
            made = size[labels]
            if not rest or (limit is not None and some != every and made > limit):
                continue
            least = bound
            part = rest & -rest
            while part:
                # Their product takes at least as much as it has elements.
                total = flops[part] + flops[some ^ part] + made
                if total < least:
                    both = kept[part] | kept[some ^ part]
                    total += (size[both] << (both != labels)) - made
                    if total < least:
                        least, chosen[some] = total, part
                part = (part - rest) & rest
            flops[some] = least
        return self._pairs(chosen) if flops[every] < bound else None

    def least_limit(self) -> int:
        """The size of the largest intermediate result in the order in which that is smallest."""
        largest = [0] * (self.all + 1)
        for some in range(3, self.all + 1):
            rest = part = some & (some - 1)
            least = None
            while part:
                found = max(largest[part], largest[some ^ part])
                least = found if least is None else min(least, found)
                part = (part - 1) & rest
            if least is not None:
                largest[some] = least if some == self.all else max(least, self.size[self.kept[some]])
        return largest[self.all]

    def _pairs(self, chosen: list[int]) -> Iterator[tuple[int, int, int]]:
        numbers = {1 << number: number for number in range(self.count)}
        stack, sets = [self.all], []
        while stack:
            some = stack.pop()
            if some not in numbers:
                sets.append(some)
                stack += chosen[some], some ^ chosen[some]
        for some in reversed(sets):
            yield numbers[some ^ chosen[some]], numbers[chosen[some]], self.kept[some]
            numbers[some] = len(numbers)
