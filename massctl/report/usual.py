"""What is usual: where the next ordinary rate lies, by those before it.

A rate is so many people for each of others, as of those who received a letter. It is compared by its square root: on
that scale, counting alone spreads a rate of *n* people by the same variance, 1/(4n), whatever the rate is.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import reduce
from math import ceil, floor, sqrt
from typing import Self

from massctl.model.frozen import Frozen

FEWEST_COMPARED = 4
"""Of fewer sends nothing is usual, and there is no median, no quartile and no group. Our own bound."""
FIRST_PERCENT = 95
"""The first figure of a verdict is outside of what is usual by chance 5 times of 100."""
OTHER_PERCENT = 99
"""Every other figure, 1 time of 100: six are judged at once, and at 5 each every fourth ordinary letter had one
outside."""


class Standing(StrEnum):
    """Where a number lies beside what is usual."""

    BELOW = "below"
    """Less than usual."""
    WITHIN = "within"
    """As usual."""
    ABOVE = "above"
    """More than usual."""


class UsualRange(Frozen):
    """What is usual: from the lower number to the upper. A number outside of it is a result, one inside is none."""

    lower: float
    """A share as it is shown, or whole people."""
    upper: float
    """Likewise."""

    def standing(self, value: float) -> Standing:
        """Return where a number lies."""
        if value < self.lower:
            return Standing.BELOW
        return Standing.ABOVE if value > self.upper else Standing.WITHIN


def share_digits(share: float) -> int:
    """Return with how many decimals of a percent a share is shown: a small one with two figures."""
    if share >= 0.01 or not share:
        return 1
    return 2 if share >= 0.001 else 3


def as_shown(share: float) -> float:
    """Return a share as it is shown, which is as it is compared."""
    return round(share, 2 + share_digits(share))


_UNIT = 1 << 48
"""Sums are of whole units, so that what is added and taken away again leaves nothing."""


class Sums(Frozen):
    """The rates that one is compared with, added up in units."""

    count: int = 0
    """How many they are."""
    rates: int = 0
    """Their sum, which is that of the squares of their roots."""
    roots: int = 0
    """The sum of their square roots."""
    noise: int = 0
    """The sum of the variances that counting alone gives these roots."""

    @classmethod
    def of_rate(cls, rate: float, of: float) -> Self:
        """Return those of a single rate, of so many people."""
        return cls(1, round(rate * _UNIT), round(sqrt(rate) * _UNIT), round(_noise(of) * _UNIT))

    def plus(self, other: "Sums") -> "Sums":
        """Return these and others."""
        return Sums(
            self.count + other.count,
            self.rates + other.rates,
            self.roots + other.roots,
            self.noise + other.noise,
        )

    def less(self, other: "Sums") -> "Sums":
        """Return these without others that they have."""
        return Sums(
            self.count - other.count,
            self.rates - other.rates,
            self.roots - other.roots,
            self.noise - other.noise,
        )

    @property
    def mean(self) -> float:
        """Return the mean of the rates; 0 of none."""
        return self.rates / self.count / _UNIT if self.count else 0


def _noise(of: float) -> float:
    return 1 / (4 * of)


def sums_of_people(counts: Iterable[float]) -> Sums:
    """Add up numbers of people of no whole: each is a rate of one."""
    return reduce(Sums.plus, (Sums.of_rate(each, 1) for each in counts), Sums())


def usual_rates(sums: Sums, of: float, percent: int) -> UsualRange | None:
    """Return where the next ordinary rate of so many people lies; None for fewer than FEWEST_COMPARED.

    It is a prediction interval from Student's distribution. Letters spread at least as counting their people does, and
    the next one as counting its own does. The range reaches to the mean, which one rate that is far off may move out
    of it.
    """
    count = sums.count
    if count < FEWEST_COMPARED:
        return None
    middle, noise = sums.roots / count / _UNIT, sums.noise / count / _UNIT
    deviations = (count * sums.rates * _UNIT - sums.roots**2) / count / _UNIT**2
    variance = max(deviations / (count - 1), noise)
    letters = variance - noise
    reach = student_factor(count - 1, percent) * sqrt(letters + _noise(of) + variance / count)
    lower, upper = max(0, middle - reach) ** 2, (middle + reach) ** 2
    return UsualRange(min(lower, sums.mean), max(upper, sums.mean))


def usual_people(sums: Sums, percent: int) -> UsualRange | None:
    """Return where the next ordinary number of people of no whole lies, in whole people."""
    found = usual_rates(sums, 1, percent)
    return UsualRange(ceil(found.lower), floor(found.upper)) if found is not None else None


_FACTORS = {
    95: (3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622),
    99: (5.8409, 4.6041, 4.0321, 3.7074, 3.4995, 3.3554, 3.2498),
}
"""The factors of Student's distribution of 3 degrees of freedom and more, as every table has them."""
_NORMAL_FACTORS = {95: 1.959964, 99: 2.575829}
"""Those of the normal distribution, which they approach."""


def student_factor(degrees: int, percent: int) -> float:
    """Return the factor of Student's distribution for 95 % or 99 %, of 3 degrees of freedom or more.

    Behind the table it is the series in 1/degrees, which is off by 0.05 % at most.
    """
    table = _FACTORS[percent]
    place = degrees - FEWEST_COMPARED + 1
    if place < len(table):
        return table[place]
    z = _NORMAL_FACTORS[percent]
    first = (z**3 + z) / (4 * degrees)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    return z + first + second + third
