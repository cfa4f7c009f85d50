"""How often chance does what a find did, in whole numbers for people."""

_RATE_MIN = 1e-7  # what is rarer is said as one in ten million


def one_in(rate: float) -> int:
    """The number of searches of which one is a false alarm, two figures, to the safe side.

    Rates are extrapolated: more figures would pretend to know.
    """
    whole = int(1 / max(rate, _RATE_MIN))
    step = 10 ** max(0, len(str(whole)) - 2)
    return int(whole // step * step)
