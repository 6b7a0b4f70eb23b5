"""Probabilities from scores: a softmax over the runners of a race, and the probabilities of the first three places."""

import numpy as np

TOP3_EXPONENTS = 0.76, 0.62
"""How much flatter the chances of the second and the third place are than those of the win: the constants that Lo and
Bacon-Shone (1994) found to approximate Henery's model, since Harville's favours the favourites for these places."""

FLATNESSES = 0.0, 0.25, 0.5, 0.75, 1.0
"""Exponents of these powers: 0 is Harville's formula, 1 that of the literature."""

_TEMPERATURES = 0.2, 5.0
_STEPS = 60
_GOLDEN = (5**0.5 - 1) / 2


def softmax(scores: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the probabilities of the runners, whose sum is 1 in each race."""
    shifted = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
    chances: np.ndarray = shifted / np.repeat(np.add.reduceat(shifted, starts), sizes)
    return chances


def race_losses(chances: np.ndarray, targets: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the log loss of each race: the negative logarithm of the winner's probability. The mean in a dead heat."""
    logs = np.log(np.maximum(chances, 1e-15))
    losses: np.ndarray = -np.add.reduceat(targets * logs, starts)
    return losses


def fit_temperature(scores: np.ndarray, targets: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> float:
    """Return the factor of the scores with the lowest log loss. Below 1, probabilities become flatter.

    The loss is convex in the factor, so a golden-section search of its logarithm finds it.
    """

    def loss(exponent: float) -> float:
        return float(race_losses(softmax(scores * np.exp(exponent), starts, sizes), targets, starts).mean())

    low, high = np.log(_TEMPERATURES)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    left_loss, right_loss = loss(left), loss(right)
    for _ in range(_STEPS):
        if left_loss < right_loss:
            high, right, right_loss = right, left, left_loss
            left = high - _GOLDEN * (high - low)
            left_loss = loss(left)
        else:
            low, left, left_loss = left, right, right_loss
            right = low + _GOLDEN * (high - low)
            right_loss = loss(right)
        if high - low < 1e-4:
            break
    return round(float(np.exp((low + high) / 2)), 4)


class Top3Fit:
    """Chooses the flatness of probabilities of the second and third place from earlier forecasts."""

    def __init__(self) -> None:
        """Start without forecasts."""
        self._losses = np.zeros(len(FLATNESSES))

    @property
    def flatness(self) -> float:
        """Return the best of ``FLATNESSES`` on earlier forecasts. Without any, return the last one."""
        return FLATNESSES[-1 - int(np.argmin(self._losses[::-1]))]

    def add(self, chances: np.ndarray, placed: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> None:
        """Add forecasts of wins, and the runners in the first three places."""
        for place, flatness in enumerate(FLATNESSES):
            found = np.clip(top3(chances, starts, sizes, flatness), 1e-6, 1 - 1e-6)
            self._losses[place] -= float(np.where(placed, np.log(found), np.log(1 - found)).sum())


def top3(chances: np.ndarray, starts: np.ndarray, sizes: np.ndarray, flatness: float = 1.0) -> np.ndarray:
    """Return each runner's probability of the first three places. 1 in a race of three runners or fewer."""
    found = np.ones(len(chances))
    for size in np.unique(sizes):
        if size > 3:  # races of one size together
            rows = starts[sizes == size][:, None] + np.arange(size)
            found[rows] = _top3(chances[rows], flatness)
    return found


def _top3(win: np.ndarray, flatness: float) -> np.ndarray:
    """Sum over who is first and second, by powers of the chances among those that are left; a race in each row."""
    second, third = (win ** (exponent**flatness) for exponent in TOP3_EXPONENTS)
    own = np.arange(win.shape[1])
    pairs = win[:, :, None] * second[:, None, :] / (second.sum(axis=1)[:, None] - second)[:, :, None]
    pairs[:, own, own] = 0.0
    seconds = pairs.sum(axis=1)
    left = third.sum(axis=1)[:, None, None] - third[:, :, None] - third[:, None, :]
    left[:, own, own] = 1.0
    pairs /= np.maximum(left, 1e-12)
    involved = pairs.sum(axis=1) + pairs.sum(axis=2)
    thirds = third * (pairs.sum(axis=(1, 2))[:, None] - involved)
    chances: np.ndarray = np.clip(win + seconds + thirds, 0.0, 1.0)
    return chances
